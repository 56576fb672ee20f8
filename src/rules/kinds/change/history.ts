import type { Millis } from '../../../model.ts';
import type { Snapshot } from '../../../util/snapshot.ts';
import type { CorrectionMemory } from '../../../windows/history/memory.ts';
import { addShare, PaneHistory } from '../../../windows/history/pane-history.ts';
import { perChunk } from '../../correction/past.ts';
import { type Spans, type SpansByPane, spanCells } from '../../occurrences/spans.ts';
import { hasCertainMoment } from './values.ts';

const never = Number.NEGATIVE_INFINITY;
const nothing: SpansByPane = new Map();

/** Keep values for so long, in event time, for late events. */
export interface Keep {
  keepFor: Millis;
  memory: CorrectionMemory;
}

/** Panes in order, and what it costs to find them in entries of panes. */
interface Panes {
  panes: [number, Spans][];
  cost: number;
}

/** Panes before a stretch that are looked at first to find the value at its beginning. */
const lookBack = 64;

/** The values of groups in complete panes of time. */
export class ValueHistory {
  readonly #pane: Millis;
  readonly #panes: PaneHistory<Spans>;

  constructor(pane: Millis, keep: Keep) {
    this.#pane = pane;
    this.#panes = new PaneHistory({ ...keep, pane, aggregate: spanCells });
  }

  /** Whether the value of the group at `from` is known where one is forgotten after `forget`. */
  reaches(group: string, from: Millis, forget: Millis): boolean {
    const { reach } = this.#panes;
    if (reach === never || from - forget >= reach) return true;
    if (from < reach) return false;
    const [first] = this.#all(group, never, nothing).panes;
    return first !== undefined && (first[0] + 1) * this.#pane <= from;
  }

  /** Those of the group from far enough before that time on that the value at the time is known. */
  of(group: string, from: Millis, late: SpansByPane = nothing): Panes {
    const first = Math.floor(from / this.#pane);
    const near = this.#all(group, first - lookBack, late);
    const isKnown = near.panes.some(([pane, spans]) => pane < first && hasCertainMoment(spans));
    return isKnown ? near : this.#all(group, never, late);
  }

  add(pane: number, group: string, spans: Spans): void {
    this.#panes.add(pane, group, { count: 1, cell: spans });
  }

  addLate(group: string, late: SpansByPane): void {
    for (const [pane, share] of late) this.#panes.addLate(pane, group, share);
  }

  trim(closed: Millis): void {
    this.#panes.trim(closed);
  }

  beginAt(time: Millis): void {
    this.#panes.beginAt(time);
  }

  release(): void {
    this.#panes.release();
  }

  snapshot(): Snapshot<unknown> {
    return this.#panes.snapshot();
  }

  restore(snapshot: Snapshot<unknown>): void {
    this.#panes.restore(snapshot);
  }

  #all(group: string, from: number, late: SpansByPane): Panes {
    const { panes, searched } = this.#panes.of(group, from);
    for (const [pane, share] of late) addShare(panes, pane, share, spanCells);
    const spans = new Map([...panes].map(([pane, { cell }]) => [pane, cell]));
    return { panes: inOrder(spans), cost: searched * perChunk + panes.size };
  }
}

export const inOrder = (panes: ReadonlyMap<number, Spans>) => [...panes].sort(([a], [b]) => a - b);
