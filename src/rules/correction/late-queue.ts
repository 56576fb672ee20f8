import * as z from 'zod';
import type { Millis, Output, Scalar } from '../../model.ts';
import { number, objectOf } from '../../util/snapshot.ts';
import {
  type LateGroup,
  type PackedLateGroup,
  packedLateGroup,
  packLateGroup,
  unpackLateGroup,
} from './late-group.ts';
import { type LateNotices, type LateNoticesState, lateNoticesState } from './notices.ts';

/** Groups are judged again at most once in so much event time, or in a hop, if that is shorter; */
const longestStep = 1_000;
/** by so many entries at once, for live decisions wait meanwhile; the other groups are judged the next time; */
const mostAtOnce = 10_000;
/** and by no more than so many entries for each millisecond of event time on average. */
const entriesPerMilli = 100;
/** While event time stands still, late events wait for so long by receipt times. */
const longestWait = 10_000;

const never = Number.NEGATIVE_INFINITY;

/** How the panes of late groups are stored. */
interface LateCells {
  pack(cell: unknown): unknown;
  unpack(packed: unknown): unknown;
}

interface LateQueueParts {
  hop: Millis;
  notices: LateNotices;
  cells: LateCells;
  /** Judges a group again, appends what is different, and returns what it cost in entries of panes. */
  correct: (late: LateGroup, outputs: Output[]) => number;
}

/** What a checkpoint holds of late events that wait. */
export interface LateQueueState {
  late: PackedLateGroup[];
  notices: LateNoticesState;
  /** Event time of the last step, and before which groups are not judged again. */
  times: [step: Millis | null, notBefore: Millis | null];
  since: Millis | null;
  corrected: number;
}

/** The form of `LateQueueState`, by key. */
export const lateQueueShape = {
  late: z.array(packedLateGroup),
  notices: lateNoticesState,
  times: z.tuple([number.nullable(), number.nullable()]),
  since: number.nullable(),
  corrected: number,
};

export const lateQueueState = objectOf<LateQueueState>(lateQueueShape);

/**
 * Groups with late events that wait to be judged again, in the order of their first late events. When that happens follows
 * from the order of events and the receipt times of records alone.
 */
export class LateQueue {
  /** Number of late events that were counted. */
  corrected = 0;
  readonly #parts: LateQueueParts;
  readonly #step: Millis;
  readonly #late = new Map<string, LateGroup>();
  #through: Millis = never;
  #notBefore: Millis = never;
  /** Receipt time at which late events began to wait. */
  #since: Millis | undefined = undefined;
  #receivedAt: Millis | undefined = undefined;

  constructor(parts: LateQueueParts) {
    this.#parts = parts;
    this.#step = Math.min(parts.hop, longestStep);
  }

  get size(): number {
    return this.#late.size;
  }

  /** Whether late events, or notifications about them, wait for time to pass. */
  get waiting(): boolean {
    return this.#late.size > 0 || Number.isFinite(this.#parts.notices.due);
  }

  /** The watermark before which `advance` does nothing. */
  get due(): Millis {
    return this.#through + this.#step;
  }

  has(group: string): boolean {
    return this.#late.has(group);
  }

  /** The group that a late event is to be added to. */
  of(name: string, by: () => Record<string, Scalar>): LateGroup {
    let late = this.#late.get(name);
    if (late === undefined) {
      late = { name, by: by(), panes: new Map(), samples: [] };
      this.#late.set(name, late);
    }
    this.corrected += 1;
    this.#since ??= this.#receivedAt;
    return late;
  }

  /** Event time has come to `watermark`. */
  advance(watermark: Millis, outputs: Output[]): void {
    const { notices } = this.#parts;
    const through = Math.floor(watermark / this.#step) * this.#step;
    if (!(through > this.#through)) return;
    this.#through = through;
    if (this.#late.size > 0 && through >= this.#notBefore) this.#correct(outputs);
    if (through >= notices.due) outputs.push(...notices.advance(through));
  }

  /** A record comes that was received at that time. Late events do not wait forever for event time to pass. */
  recordReceived(receivedAt: Millis, outputs: Output[]): void {
    this.#receivedAt = receivedAt;
    if (this.#since !== undefined && receivedAt - this.#since >= longestWait) this.#correct(outputs);
  }

  state(): LateQueueState {
    const finite = (time: Millis) => (Number.isFinite(time) ? time : null);
    return {
      late: [...this.#late.values()].map((group) => packLateGroup(group, this.#parts.cells)),
      notices: this.#parts.notices.state(),
      times: [finite(this.#through), finite(this.#notBefore)],
      since: this.#since ?? null,
      corrected: this.corrected,
    };
  }

  restore({ late, notices, times, since, corrected }: LateQueueState): void {
    this.#late.clear();
    for (const group of late) this.#late.set(group.name, unpackLateGroup(group, this.#parts.cells));
    this.#parts.notices.restore(notices);
    [this.#through, this.#notBefore] = [times[0] ?? never, times[1] ?? never];
    this.#since = since ?? undefined;
    this.corrected = corrected;
  }

  #correct(outputs: Output[]): void {
    let cost = 0;
    for (const late of this.#late.values()) {
      if (cost >= mostAtOnce) break;
      this.#late.delete(late.name);
      cost += this.#parts.correct(late, outputs);
    }
    this.#since = this.#late.size > 0 ? this.#receivedAt : undefined;
    this.#notBefore = this.#through + Math.floor(cost / entriesPerMilli);
  }
}
