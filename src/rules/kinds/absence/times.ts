import * as z from 'zod';
import type { History, Millis } from '../../../model.ts';
import type { CorrectionMemory } from '../../../windows/history/memory.ts';
import { packedStretch, type Stretch, stretchAt, withStretch } from '../../stretches.ts';

export type GroupTimesState = [group: string, Stretch[]][];
export const groupTimesState: z.ZodType<GroupTimesState> = z.array(
  z.tuple([z.string(), z.array(packedStretch)]),
);

/** What is kept of a stretch, in bytes, roughly. */
const stretchBytes = 60;

/** When each group had events: stretches in which none was farther from the next than `every`. */
export class GroupTimes implements History {
  /** Event time up to which stretches may be missing. */
  reach: Millis = Number.NEGATIVE_INFINITY;
  readonly #every: Millis;
  readonly #stride: Millis;
  readonly #memory: CorrectionMemory;
  readonly #groups = new Map<string, Stretch[]>();

  /** What ended within one stride is forgotten together. */
  constructor(every: Millis, stride: Millis, memory: CorrectionMemory) {
    this.#every = every;
    this.#stride = stride;
    this.#memory = memory;
    memory.join(this);
  }

  /** Where the second stretch of a group begins: the first one makes a difference until then. */
  get oldest(): Millis {
    let oldest = Number.POSITIVE_INFINITY;
    for (const [, second] of this.#groups.values())
      if (second !== undefined && second[0] < oldest) oldest = second[0];
    return oldest;
  }

  dropOldest(): number {
    this.reach = Math.max(this.reach, this.oldest + this.#stride);
    return this.trim(this.reach, () => true);
  }

  has(group: string): boolean {
    return this.#groups.has(group);
  }

  /** Whether an event of that time makes no difference. */
  covers(group: string, time: Millis): boolean {
    const stretch = stretchAt(this.#groups.get(group) ?? [], time);
    return stretch !== undefined && time <= stretch[1];
  }

  see(group: string, time: Millis): void {
    const known = this.#groups.get(group) ?? [];
    const now = withStretch(known, [time, time], this.#every);
    if (now === known) return;
    this.#groups.set(group, now);
    this.#memory.changed((now.length - known.length) * stretchBytes);
  }

  /** What lies after that time, which a stretch may hold. */
  after(group: string, time: Millis): Stretch[] {
    const all = this.#groups.get(group) ?? [];
    return all.flatMap(([first, last]): Stretch[] => (last > time ? [[Math.max(first, time), last]] : []));
  }

  /** Forgets stretches that were followed by another one before that time, and groups without events since then. */
  trim(horizon: Millis, isNeeded: (group: string) => boolean): number {
    let forgotten = 0;
    for (const [group, stretches] of this.#groups) {
      const first = Math.max(
        0,
        stretches.findLastIndex(([begin]) => begin <= horizon),
      );
      const isOver = stretches.at(-1)![1] < horizon && !isNeeded(group);
      if (isOver) this.#groups.delete(group);
      else if (first > 0) this.#groups.set(group, stretches.slice(first));
      forgotten += isOver ? stretches.length : first;
    }
    this.#memory.changed(-forgotten * stretchBytes);
    return forgotten;
  }

  state(): GroupTimesState {
    return [...this.#groups];
  }

  restore(state: GroupTimesState): void {
    this.release();
    this.#memory.join(this);
    for (const [group, stretches] of state) {
      this.#groups.set(group, stretches);
      this.#memory.changed(stretches.length * stretchBytes);
    }
  }

  /** Gives back the memory. */
  release(): void {
    this.trim(Number.POSITIVE_INFINITY, () => false);
    this.#memory.leave(this);
  }
}
