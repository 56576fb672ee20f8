import * as z from 'zod';
import type { History, Millis } from '../../model.ts';
import { number, objectOf, sizeOf } from '../../util/snapshot.ts';
import { Earliest } from '../../windows/history/earliest.ts';
import type { CorrectionMemory } from '../../windows/history/memory.ts';
import { type LiftedAlert, liftedAlert, migrateAlert } from '../run/alert-book-state.ts';

/** The alert of a group as it was when its window with that end had been observed. Plain data. */
export interface Saved {
  at: Millis;
  /** End of the first window after that which changed the alert. Undefined: none did yet. */
  until?: Millis | undefined;
  /** Ends after `at` at which the group was to be observed in any case. */
  timers: Millis[];
  alert: LiftedAlert;
}

export type SeriesState = [group: string, saved: Saved[]][];

export const seriesState: z.ZodType<SeriesState> = z.array(
  z.tuple([
    z.string(),
    z.array(
      objectOf<Saved>({
        at: number,
        until: number.optional(),
        timers: z.array(number),
        alert: liftedAlert,
      }),
    ),
  ]),
);

/** Returns the series of the first form of a checkpoint with the names that their alerts have now. */
export const migrateSeries = (series: SeriesState): SeriesState =>
  series.map(([group, saved]) => [group, saved.map((one) => ({ ...one, alert: migrateAlert(one.alert) }))]);

/** What one costs beside its contents. */
const savedBytes = 100;
const noAlert: LiftedAlert = { state: null, open: null, judge: null };

/**
 * Alerts of groups at some times of the past, from which a stretch can be judged again. Of times that lie closer together
 * than a stride only the last is kept, so that their number is bounded.
 */
export class Series implements History {
  readonly stride: Millis;
  /** Event time up to which something may be missing. */
  reach: Millis = Number.NEGATIVE_INFINITY;
  readonly #groups = new Map<string, Saved[]>();
  readonly #memory: CorrectionMemory | undefined;
  readonly #earliest = new Earliest();

  /** `memory`: bounds what is kept. */
  constructor(stride: Millis, memory?: CorrectionMemory) {
    this.stride = stride;
    this.#memory = memory;
    memory?.join(this);
  }

  /**
   * The earliest second time of a group: nothing before the last time before an event is needed. Or the only time of a group
   * of which nothing was known then.
   */
  get oldest(): Millis {
    return this.#earliest.of(this.#ends());
  }

  get bound(): Millis {
    return this.#earliest.bound;
  }

  /** Drops those of one stride. */
  dropOldest(): number {
    const before = this.size;
    this.reach = Math.max(this.reach, this.oldest + this.stride);
    this.trim(this.reach, isGone);
    return before - this.size;
  }

  get size(): number {
    let size = 0;
    for (const saved of this.#groups.values()) size += saved.length;
    return size;
  }

  lastOf(group: string): Saved | undefined {
    return this.#groups.get(group)?.at(-1);
  }

  /** Whether an alert that did not change is to be saved all the same. */
  isDue(group: string, at: Millis): boolean {
    const last = this.lastOf(group);
    return last === undefined || at - last.at >= this.stride;
  }

  add(group: string, saved: Saved): void {
    const known = this.#groups.get(group) ?? [];
    const [last, before] = [known.at(-1), known.at(-2)];
    const replaced = before !== undefined && saved.at - before.at < this.stride ? known.pop() : undefined;
    const left = last === undefined || replaced !== undefined ? [] : [last];
    const freed = last === undefined ? nothing : weightOf([last]);
    if (last !== undefined) last.until ??= saved.at;
    known.push(saved);
    this.#groups.set(group, known);
    this.#note(known);
    this.#change(weightOf([...left, saved]), freed);
  }

  /** Nothing is known of the group any more. What was before that time can be dropped. */
  end(group: string, at: Millis): void {
    const last = this.lastOf(group);
    if (last !== undefined && !isGone(last) && last.at < at)
      this.add(group, { at, timers: [], alert: noAlert });
  }

  /** The groups with an alert that is not known to be gone. */
  get groups(): string[] {
    return [...this.#groups].filter(([, saved]) => !isGone(saved.at(-1)!)).map(([group]) => group);
  }

  /** The alert changed in the window with that end, and is not saved. What is judged again begins before it. */
  changed(group: string, end: Millis, every: Millis): void {
    const last = this.lastOf(group);
    if (last !== undefined) {
      const before = weightOf([last]);
      last.until ??= end;
      this.#change(weightOf([last]), before);
    } else this.add(group, { at: end - every, until: end, timers: [], alert: noAlert });
  }

  /** The last one before that time. */
  before(group: string, end: Millis): Saved | undefined {
    return this.#groups.get(group)?.findLast(({ at }) => at < end);
  }

  /** Replaces those after that time. */
  replaceAfter(group: string, time: Millis, later: readonly Saved[]): void {
    const known = this.#groups.get(group) ?? [];
    const kept = known.filter(({ at }) => at <= time);
    const before = weightOf(known);
    const last = kept.at(-1);
    if (last?.until !== undefined && last.until > time) last.until = undefined;
    if (kept.length === 0) this.#groups.delete(group);
    else this.#groups.set(group, kept);
    this.#note(kept);
    this.#change(weightOf(kept), before);
    for (const saved of later) this.add(group, { ...saved });
  }

  of(group: string): readonly Saved[] {
    return this.#groups.get(group) ?? [];
  }

  /** Forgets all but the last of those before that time, and groups of which `isFresh` says that nothing is lost. */
  trim(time: Millis, isFresh: (saved: Saved) => boolean): void {
    for (const [group, saved] of this.#groups) {
      const first = saved.findLastIndex(({ at }) => at <= time);
      if (first < 0) continue;
      // The last one is counted apart.
      const dropped = saved.splice(0, first);
      this.#change(nothing, { used: bytesOf(dropped), needed: 0 });
      if (saved.length !== 1 || !isFresh(saved[0]!)) continue;
      this.#groups.delete(group);
      this.#change(nothing, weightOf(saved));
    }
  }

  state(): SeriesState {
    return [...this.#groups].map(([group, saved]) => [group, saved.map((one) => ({ ...one }))]);
  }

  restore(state: SeriesState): void {
    this.release();
    this.#memory?.join(this);
    for (const [group, saved] of state) {
      this.#groups.set(group, saved);
      this.#note(saved);
      this.#change(weightOf(saved), nothing);
    }
  }

  /** Gives back the memory. */
  release(): void {
    const all = [...this.#groups.values()];
    this.#groups.clear();
    for (const saved of all) this.#change(nothing, weightOf(saved));
    this.#memory?.leave(this);
  }

  *#ends(): Generator<Millis> {
    for (const saved of this.#groups.values()) yield endOf(saved);
  }

  #note(saved: readonly Saved[]): void {
    this.#earliest.note(endOf(saved));
  }

  #change(now: Weight, before: Weight): void {
    this.#memory?.changed(now.used - before.used, now.needed - before.needed);
  }
}

/** Whether nothing was known of the group at that time, so that it makes no difference that it is missing. */
const isGone = ({ until, timers, alert: { state, open, judge } }: Saved) =>
  until === undefined && timers.length === 0 && state === null && open === null && judge === null;

/** Time from which on the first one makes no difference. */
function endOf([first, second]: readonly Saved[]): Millis {
  if (second !== undefined) return second.at;
  return first !== undefined && isGone(first) ? first.at : Number.POSITIVE_INFINITY;
}

/** What saved alerts of a group take: what can be dropped, and what is needed as long as something is known of the group. */
interface Weight {
  used: number;
  needed: number;
}

const nothing: Weight = { used: 0, needed: 0 };

function weightOf(saved: readonly Saved[]): Weight {
  const last = saved.at(-1);
  const needed = last === undefined || isGone(last) ? 0 : bytesOf([last]);
  return { used: bytesOf(saved) - needed, needed };
}

/** Without `until`, which changes. */
const bytesOf = (saved: readonly Saved[]) =>
  saved.reduce((sum, { timers, alert }) => sum + savedBytes + sizeOf(timers) + sizeOf(alert), 0);
