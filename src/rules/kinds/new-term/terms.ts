import * as z from 'zod';
import type { Millis } from '../../../model.ts';
import { number } from '../../../util/snapshot.ts';
import type { CorrectionMemory } from '../../../windows/history/memory.ts';
import { type SpansByPane, spanCells } from '../../occurrences/spans.ts';
import type { RuleLimits } from '../../run/run.ts';
import { packedStretch, type Stretch, stretchAt, withStretch } from '../../stretches.ts';

interface TermLimits {
  /** A group's values are only learned for so long. */
  warmUp: Millis;
  /** A value that was not seen for so long is new again. */
  remember: Millis;
}

export interface PastMemory {
  memory: CorrectionMemory;
  /** What lies in one stride is forgotten together. */
  stride: Millis;
}

export interface TermTrackerOptions extends TermLimits {
  /** Values remembered for each group; the ones not seen longest make room. */
  maxTerms: number;
  hop: Millis;
  maxGroups: number;
  /** How far back late events are counted, in event time. Undefined: they are not. */
  keepFor?: Millis | undefined;
  /** Bounds what is kept for them. */
  past?: PastMemory | undefined;
  /** Bounds the groups and the values of all rules together. */
  limits?: RuleLimits | undefined;
}

export type PackedTerms = [
  name: string,
  times: Stretch[],
  values: [value: string, Stretch[]][],
  touched: [value: string, time: Millis][],
  visited: Millis | null,
  /** Missing where no value was forgotten early. */
  reach?: Millis | undefined,
];

const stretches = z.array(packedStretch);
export const packedTerms: z.ZodType<PackedTerms> = z.tuple([
  z.string(),
  stretches,
  z.array(z.tuple([z.string(), stretches])),
  z.array(z.tuple([z.string(), number])),
  number.nullable(),
  number.optional(),
]);

const none: Stretch[] = [];
const pastOf = ({ length }: readonly Stretch[]) => Math.max(0, length - 1);

/** A new value: when it was seen first. */
interface NewTerm {
  time: Millis;
  value: string;
}

/**
 * The values of one group: stretches of time in which each was seen without being forgotten, and in which the group had
 * events. They do not depend on the order of arrival.
 */
export class Terms {
  readonly name: string;
  due: Millis = Number.POSITIVE_INFINITY;
  /** Stretches of the group: warming up begins with each. */
  times: Stretch[] = [];
  /** Those first that were completed longest ago. */
  values = new Map<string, Stretch[]>();
  /** Values with events that are not complete: the time of the earliest of these. */
  readonly touched = new Map<string, Millis>();
  /** Number of its values that are counted among those that all rules keep. */
  accounted = 0;
  /** Number of stretches, of the group and of its values, that another one follows. */
  past = 0;
  /** Number of these that count towards the memory for late events. */
  accountedPast = 0;
  /** No stretch that changed since the group was accounted for begins before that time. */
  followedFrom: Millis = Number.POSITIVE_INFINITY;
  /** Up to when new values were handed over. */
  visited: Millis = Number.NEGATIVE_INFINITY;
  /** Event time before which values may be missing that were forgotten early. */
  reach: Millis = Number.NEGATIVE_INFINITY;
  readonly #limits: TermLimits;

  constructor(name: string, limits: TermLimits) {
    this.name = name;
    this.#limits = limits;
  }

  get last(): Millis {
    return this.times.at(-1)?.[1] ?? Number.NEGATIVE_INFINITY;
  }

  /** Returns whether the value begins a stretch of its own. */
  see(value: string, span: Stretch): boolean {
    const { remember } = this.#limits;
    const before = this.values.get(value) ?? none;
    const [times, after] = [withStretch(this.times, span, remember), withStretch(before, span, remember)];
    this.past += pastOf(times) - pastOf(this.times) + pastOf(after) - pastOf(before);
    this.followedFrom = Math.min(this.followedFrom, span[0]);
    this.times = times;
    this.values.set(value, after);
    return after.length > before.length;
  }

  /** In the order of values, for that of arrival is not kept over restarts. */
  seeLate(late: SpansByPane): void {
    for (const { cell } of late.values())
      for (const [value, first, last] of spanCells.pack(cell)) this.see(value, [first, last]);
  }

  /** The same with late values, to look at. Only what is different is copied. */
  withLate(late: SpansByPane): Terms {
    if (late.size === 0) return this;
    const other = new Terms(this.name, this.#limits);
    [other.times, other.values] = [this.times, new Map(this.values)];
    other.seeLate(late);
    return other;
  }

  /** When values stop to be learned only, in the stretch of that time. */
  warmFrom(time: Millis): Millis {
    return (stretchAt(this.times, time)?.[0] ?? time) + this.#limits.warmUp;
  }

  /** New values of `[from, to)` in order, of all values or those that are given. */
  newTerms(from: Millis, to: Millis, values: Iterable<string> = this.values.keys()): NewTerm[] {
    const found: NewTerm[] = [];
    for (const value of values)
      for (const [time] of this.values.get(value) ?? [])
        if (time >= from && time < to && time >= this.warmFrom(time)) found.push({ time, value });
    return found.sort((a, b) => a.time - b.time || (a.value < b.value ? -1 : 1));
  }

  /** The values that were touched before that time become the newest ones. Returns whether there are any. */
  complete(due: Millis): boolean {
    const completed = [...this.touched].filter(([, time]) => time < due).map(([value]) => value);
    const lastOf = (value: string) => this.values.get(value)?.at(-1)?.[1] ?? 0;
    completed.sort((a, b) => lastOf(a) - lastOf(b) || (a < b ? -1 : 1));
    for (const value of completed) {
      const stretches = this.values.get(value)!;
      this.values.delete(value);
      this.values.set(value, stretches);
      const next = stretches.find(([first, last]) => first >= due || last >= due);
      if (next === undefined) this.touched.delete(value);
      else this.touched.set(value, Math.max(due, next[0]));
    }
    return completed.length > 0;
  }

  /** Forgets the values beyond that number that were completed longest ago. Returns how many. */
  limit(most: number): number {
    const before = this.values.size;
    for (const value of this.values.keys()) {
      if (this.values.size <= most) break;
      if (!this.touched.has(value)) this.forget(value);
    }
    return before - this.values.size;
  }

  /** Forgets a value early, so that what came before it can no longer be judged again. */
  forget(value: string): void {
    const stretches = this.values.get(value)!;
    this.reach = Math.max(this.reach, stretches.at(-1)![1] + 1);
    this.past -= pastOf(stretches);
    this.values.delete(value);
  }

  /** Start of its earliest stretch that follows another one; infinite where none does. */
  get oldestFollowed(): Millis {
    if (this.past === 0) return Number.POSITIVE_INFINITY;
    let oldest = this.times[1]?.[0] ?? Number.POSITIVE_INFINITY;
    for (const [, second] of this.values.values())
      if (second !== undefined) oldest = Math.min(oldest, second[0]);
    return oldest;
  }

  /** Forgets stretches that another one follows at or before that time. Returns how many. */
  dropFollowed(horizon: Millis): number {
    const before = this.past;
    if (before === 0) return 0;
    const left = (stretches: Stretch[]) => {
      const first = stretches.findLastIndex(([begin]) => begin <= horizon);
      if (first <= 0) return stretches;
      this.past -= first;
      return stretches.slice(first);
    };
    this.times = left(this.times);
    for (const [value, stretches] of this.values)
      if (stretches.length > 1) this.values.set(value, left(stretches));
    return before - this.past;
  }

  /** Forgets stretches that ended before that time. Returns whether anything is left. */
  trim(horizon: Millis): boolean {
    this.times = this.times.filter(([, last]) => last >= horizon);
    for (const [value, stretches] of this.values) {
      if (stretches[0]![1] >= horizon) continue;
      const left = stretches.filter(([, last]) => last >= horizon);
      if (left.length > 0) this.values.set(value, left);
      else this.values.delete(value);
    }
    this.#countPast();
    return this.times.length > 0;
  }

  pack(): PackedTerms {
    const visited = Number.isFinite(this.visited) ? this.visited : null;
    const reach: [reach?: Millis] = Number.isFinite(this.reach) ? [this.reach] : [];
    return [this.name, this.times, [...this.values], [...this.touched], visited, ...reach];
  }

  static unpack(packed: PackedTerms, limits: TermLimits): Terms {
    const [name, times, values, touched, visited, reach] = packed;
    const terms = new Terms(name, limits);
    terms.times = times;
    for (const [value, stretches] of values)
      terms.values.set(
        value,
        stretches.reduce((all, one) => withStretch(all, one, limits.remember), none),
      );
    for (const [value, time] of touched) terms.touched.set(value, time);
    terms.visited = visited ?? Number.NEGATIVE_INFINITY;
    terms.reach = reach ?? Number.NEGATIVE_INFINITY;
    terms.#countPast();
    terms.followedFrom = terms.oldestFollowed;
    return terms;
  }

  #countPast(): void {
    this.past = pastOf(this.times);
    for (const stretches of this.values.values()) this.past += pastOf(stretches);
  }
}
