import * as z from 'zod';
import type { History, Millis } from '../../../model.ts';
import { Earliest } from '../../../windows/history/earliest.ts';
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
  readonly #earliest = new Earliest();

  /** What ended within one stride is forgotten together. */
  constructor(every: Millis, stride: Millis, memory: CorrectionMemory) {
    this.#every = every;
    this.#stride = stride;
    this.#memory = memory;
    memory.join(this);
  }

  /** Where the second stretch of a group begins: the first one makes a difference until then. */
  get oldest(): Millis {
    return this.#earliest.of(this.#seconds());
  }

  get bound(): Millis {
    return this.#earliest.bound;
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
    this.#keep(group, now, known.length);
  }

  /** What lies after that time, which a stretch may hold. */
  after(group: string, time: Millis): Stretch[] {
    const all = this.#groups.get(group) ?? [];
    return all.flatMap(([first, last]): Stretch[] => (last > time ? [[Math.max(first, time), last]] : []));
  }

  /** Forgets stretches that were followed by another one before that time, and groups without events since then. */
  trim(horizon: Millis, isNeeded: (group: string) => boolean): number {
    let [forgotten, groups] = [0, 0];
    for (const [group, stretches] of this.#groups) {
      const first = Math.max(
        0,
        stretches.findLastIndex(([begin]) => begin <= horizon),
      );
      const isOver = stretches.at(-1)![1] < horizon && !isNeeded(group);
      if (isOver) this.#groups.delete(group);
      else if (first > 0) this.#groups.set(group, stretches.slice(first));
      forgotten += isOver ? stretches.length : first;
      groups += isOver ? 1 : 0;
    }
    this.#memory.changed(-(forgotten - groups) * stretchBytes, -groups * stretchBytes);
    return forgotten;
  }

  /** Forgets the groups that have been without events longest, beyond so many groups. */
  limit(most: number, isNeeded: (group: string) => boolean): void {
    const tooMany = this.#groups.size - most;
    if (tooMany <= 0) return;
    const lastOf = (stretches: readonly Stretch[]) => stretches.at(-1)![1];
    const idle = [...this.#groups].filter(([group]) => !isNeeded(group));
    idle.sort(([a, one], [b, other]) => lastOf(one) - lastOf(other) || (a < b ? -1 : 1));
    for (const [group, stretches] of idle.slice(0, tooMany)) {
      // Whatever comes later than that begins a stretch of its own.
      this.reach = Math.max(this.reach, lastOf(stretches) + this.#every);
      this.#groups.delete(group);
      this.#memory.forgotten += stretches.length;
      this.#memory.changed(-(stretches.length - 1) * stretchBytes, -stretchBytes);
    }
  }

  state(): GroupTimesState {
    return [...this.#groups];
  }

  restore(state: GroupTimesState): void {
    this.release();
    this.#memory.join(this);
    for (const [group, stretches] of state) this.#keep(group, stretches, 0);
  }

  /** Gives back the memory. */
  release(): void {
    this.trim(Number.POSITIVE_INFINITY, () => false);
    this.#memory.leave(this);
  }

  /** The last stretch of a group is needed. `before`: number of stretches that it had. */
  #keep(group: string, stretches: Stretch[], before: number): void {
    this.#groups.set(group, stretches);
    const [, second] = stretches;
    if (second !== undefined) this.#earliest.note(second[0]);
    const isNew = before === 0 ? 1 : 0;
    this.#memory.changed((stretches.length - before - isNew) * stretchBytes, isNew * stretchBytes);
  }

  *#seconds(): Generator<Millis> {
    for (const [, second] of this.#groups.values()) if (second !== undefined) yield second[0];
  }
}
