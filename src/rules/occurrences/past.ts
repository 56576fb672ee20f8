import type { Millis } from '../../model.ts';
import type { Amount } from '../../windows/aggregates/aggregate.ts';
import { addShare, type Shares } from '../../windows/history/pane-history.ts';
import type { Windows } from '../../windows/windows.ts';
import type { CompiledRule } from '../compile.ts';
import { firstOf, type LateGroup } from '../correction/late-group.ts';
import type { Past, Stretch } from '../correction/past.ts';
import { type Occurrence, OccurrenceJudge, type Tracker } from './judge.ts';
import { type Spans, type SpansByPane, spanCells } from './spans.ts';

interface OccurrencePastParts {
  rule: CompiledRule;
  windows: Windows;
  tracker: Tracker;
  judge: OccurrenceJudge;
  pane: Millis;
  words: (occurrence: Occurrence) => string;
}

const none: SpansByPane = new Map();

/** The past of a rule whose windows count occurrences. They follow from the values that are kept, again each time. */
export class OccurrencePast implements Past {
  readonly pane: Millis;
  readonly #parts: OccurrencePastParts;
  /** Occurrences of the stretch that was looked at last. */
  #found: Occurrence[] = [];

  constructor(parts: OccurrencePastParts) {
    this.#parts = parts;
    this.pane = parts.pane;
  }

  admits(group: string, waiting: number): boolean {
    return this.#parts.tracker.admits(group, waiting);
  }

  reaches(group: string, from: Millis, time: Millis): boolean {
    const { tracker, rule } = this.#parts;
    return tracker.reaches(group, Math.min(from - rule.over, Math.floor(time / this.pane) * this.pane));
  }

  put(late: LateGroup, time: Millis, amount: Amount): boolean {
    const pane = Math.floor(time / this.pane);
    const isNew = late.panes.get(pane) === undefined;
    const cell: Spans = new Map([[String(amount), [time, time]]]);
    addShare(late.panes, pane, { count: 1, cell }, spanCells);
    return isNew;
  }

  pack(cell: unknown): unknown {
    return spanCells.pack(cell as Spans);
  }

  unpack(packed: unknown): unknown {
    return spanCells.unpack(packed as ReturnType<typeof spanCells.pack>);
  }

  changes(late: LateGroup): boolean {
    const { tracker } = this.#parts;
    const from = firstOf(late, this.pane);
    const [before, after] = [none, valuesOf(late)].map((late_) =>
      tracker.occurrences(late.name, from, late_),
    );
    return JSON.stringify(before!.occurrences) !== JSON.stringify(after!.occurrences);
  }

  stretch(late: LateGroup, from: Millis): Stretch {
    const { tracker, windows, rule } = this.#parts;
    const { occurrences, cost } = tracker.occurrences(late.name, from - rule.over, valuesOf(late));
    this.#found = this.#counted(occurrences);
    const panes: Shares<unknown> = new Map();
    for (const { time } of this.#found) {
      const pane = windows.plan.grid.paneOf(time);
      panes.set(pane, { count: (panes.get(pane)?.count ?? 0) + 1, cell: undefined });
    }
    return { panes, cost };
  }

  /** A judge of the stretch that was looked at last. */
  freshJudge(): OccurrenceJudge {
    const { rule, words } = this.#parts;
    const judge = new OccurrenceJudge(rule.over, Number.POSITIVE_INFINITY);
    for (const one of this.#found) judge.note(one.group, one.time, words(one), false);
    return judge;
  }

  holds(group: string, { start, end }: { start: Millis; end: Millis }): boolean {
    const { occurrences } = this.#parts.tracker.occurrences(group, start, none);
    const { hours } = this.#parts.rule;
    return occurrences.some(({ time }) => time < end && (hours === undefined || hours.at(time)));
  }

  keep(late: LateGroup): void {
    const { tracker, judge, rule, windows, words } = this.#parts;
    tracker.keep(late.name, valuesOf(late));
    const { occurrences } = tracker.occurrences(late.name, windows.closedThrough - rule.over, none);
    const final = this.#counted(occurrences).map((one) => ({ time: one.time, words: words(one) }));
    judge.correct(late.name, final);
  }

  trim(closed: Millis): void {
    this.#parts.tracker.trim(closed);
  }

  beginAt(time: Millis): void {
    this.#parts.tracker.beginAt(time);
  }

  release(): void {
    this.#parts.tracker.release();
  }

  /** Those that are final and within the active hours. */
  #counted(occurrences: readonly Occurrence[]): Occurrence[] {
    const { hours } = this.#parts.rule;
    const { closedThrough } = this.#parts.windows;
    return occurrences.filter(({ time }) => time < closedThrough && (hours === undefined || hours.at(time)));
  }
}

const valuesOf = ({ panes }: LateGroup) => panes as SpansByPane;
