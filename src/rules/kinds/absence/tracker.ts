import { z } from 'zod';
import type { Millis } from '../../../model.ts';
import { number, objectOf, type Snapshot, SnapshotFormat } from '../../../util/snapshot.ts';
import { DueTimes } from '../../../windows/timer-queue.ts';
import { Heartbeats, type PackedHeartbeats, packedHeartbeats } from './heartbeats.ts';

const never = Number.NEGATIVE_INFINITY;

export interface AbsenceTrackerOptions {
  /** A group that is not heard of for longer is silent. */
  every: Millis;
  /** Groups that are expected from the start and never forgotten. */
  expected: readonly string[];
  /** Whether groups that were seen once are expected from then on. */
  learn: boolean;
  /** A learned group is forgotten when it was silent for so long. */
  forget: Millis;
  maxGroups: number;
}

/** What became of a group at some moment. */
export interface AbsenceChange {
  kind: 'silent' | 'back' | 'forgotten';
  group: string;
  at: Millis;
  /** When it was last heard of; undefined: never, since `from`. */
  last: Millis | undefined;
  /** From when on it was waited for: its last event, the start, or the end of a time in which nobody listened. */
  from: Millis;
}

interface TrackerState {
  /** Null: there was no such time yet. */
  times: [watermark: Millis | null, listening: Millis | null];
  overflowed: number;
  groups: PackedHeartbeats[];
}

const format = new SnapshotFormat({
  component: 'The watch for absence',
  schema: objectOf<TrackerState>({
    times: z.tuple([number.nullable(), number.nullable()]),
    overflowed: number,
    groups: z.array(packedHeartbeats),
  }),
});

const known = (time: Millis): Millis | null => (time === never ? null : time);

/**
 * Who is not heard of any more. A group is silent where two of its neighbouring events lie more than `every` apart; as
 * events within the lateness may come in any order, a gap is only told once no event can fill it.
 */
export class AbsenceTracker {
  readonly #options: AbsenceTrackerOptions;
  /** Time is taken in such steps, for what is told must not depend on how often the clock is looked at. */
  readonly #hop: Millis;
  readonly #expected: ReadonlySet<string>;
  readonly #groups = new Map<string, Heartbeats>();
  readonly #due = new DueTimes<Heartbeats>();
  #watermark: Millis = never;
  /** Before that time nobody listened, so silence proves nothing. */
  #listening: Millis = never;
  overflowed = 0;

  constructor(options: AbsenceTrackerOptions) {
    this.#options = options;
    this.#expected = new Set(options.expected);
    this.#hop = Math.max(1, Math.floor(options.every / 100));
  }

  /** Whether somebody is expected, so that time passing matters. */
  get waiting(): boolean {
    return this.#groups.size > 0 || this.#options.expected.length > 0;
  }

  get size(): number {
    return this.#groups.size;
  }

  /** The time before which `advance` does nothing. */
  get due(): Millis {
    return this.#watermark + this.#hop;
  }

  has(group: string): boolean {
    return this.#groups.has(group);
  }

  add(time: Millis, name: string): 'added' | 'late' | 'overflow' | 'unexpected' {
    if (!(time >= this.#watermark)) return 'late';
    const group = this.#groups.get(name) ?? this.#newcomer(name, time);
    if (typeof group === 'string') return group;
    group.add(time, this.#options.every);
    this.#expect(group);
    return 'added';
  }

  /** Tells, in order of time and then of group, who fell silent, came back and was forgotten up to that time. */
  advance(time: Millis, tell: (news: AbsenceChange) => void): void {
    const watermark = Math.floor(time / this.#hop) * this.#hop;
    if (!(watermark > this.#watermark)) return;
    if (this.#watermark === never) this.#begin(watermark);
    this.#due.runUpTo(watermark, (group, due) => this.#visit(group, due, tell));
    this.#watermark = watermark;
  }

  /** Nobody listened before that time: whoever is waited for is waited for from then on. */
  resume(time: Millis): void {
    this.#listening = Math.max(this.#listening, time);
  }

  /** Asks to be told again of a silent group at that time. */
  remind(name: string, at: Millis): void {
    const group = this.#groups.get(name);
    if (group === undefined || !group.silent) return;
    group.reminder = at;
    this.#expect(group);
  }

  snapshot(): Snapshot<TrackerState> {
    const groups = [...this.#groups.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    return format.write({
      times: [known(this.#watermark), known(this.#listening)],
      overflowed: this.overflowed,
      groups: groups.map((group) => group.pack()),
    });
  }

  restore(snapshot: Snapshot<TrackerState>): void {
    const saved = format.read(snapshot);
    const [watermark, listening] = saved.times;
    [this.#watermark, this.#listening] = [watermark ?? never, listening ?? never];
    this.overflowed = saved.overflowed;
    this.#groups.clear();
    this.#due.clear();
    for (const packed of saved.groups) {
      const group = Heartbeats.unpack(packed);
      this.#groups.set(group.name, group);
      this.#expect(group);
    }
  }

  /** A group of the roster may be heard of before there is any event time: it is expected all the same. */
  #newcomer(name: string, time: Millis): Heartbeats | 'unexpected' | 'overflow' {
    if (this.#expected.has(name)) return this.#admit(name, time, false);
    if (!this.#options.learn) return 'unexpected';
    if (this.#groups.size < this.#options.maxGroups) return this.#admit(name, time, true);
    this.overflowed += 1;
    return 'overflow';
  }

  /** Those who are expected are waited for from the first moment of event time that there is. */
  #begin(time: Millis): void {
    for (const name of this.#options.expected)
      if (!this.#groups.has(name)) this.#expect(this.#admit(name, time, false));
  }

  #visit(group: Heartbeats, due: Millis, tell: (news: AbsenceChange) => void): void {
    if (group.silent) this.#visitSilent(group, due, tell);
    else this.#visitHeard(group, due, tell);
    const now = this.#groups.get(group.name);
    if (now !== undefined) this.#expect(now);
  }

  #visitHeard(group: Heartbeats, due: Millis, tell: (news: AbsenceChange) => void): void {
    while (group.pending.length > 0 && group.pending[0]! <= this.#deadline(group)) group.settle();
    const at = this.#deadline(group);
    if (due <= at) return;
    group.silent = true;
    tell({ kind: 'silent', group: group.name, at, last: group.last, from: this.#waitedForSince(group) });
  }

  #visitSilent(group: Heartbeats, due: Millis, tell: (news: AbsenceChange) => void): void {
    const { name, last } = group;
    const news = { group: name, last, from: this.#waitedForSince(group) };
    if (group.pending.length > 0 && group.pending[0]! <= due) {
      group.silent = false;
      group.reminder = undefined;
      tell({ kind: 'back', at: group.pending[0]!, ...news });
      group.settle();
    } else if (this.#forgottenAt(group) <= due) {
      this.#groups.delete(name);
      if (group.pending.length > 0) this.#returnTo(group);
      tell({ kind: 'forgotten', at: due, ...news });
    } else {
      group.reminder = undefined;
      tell({ kind: 'silent', at: due, ...news });
    }
  }

  /** It was heard of again after it was to be forgotten, and begins anew. */
  #returnTo({ name, pending }: Heartbeats): void {
    this.#admit(name, pending[0]!, true).pending = pending;
  }

  #waitedForSince(group: Heartbeats): Millis {
    return Math.max(group.lastOrFrom, this.#listening);
  }

  /** Beyond it the group is silent, if nothing is heard until then. */
  #deadline(group: Heartbeats): Millis {
    return this.#waitedForSince(group) + this.#options.every;
  }

  #forgottenAt({ learned, lastOrFrom }: Heartbeats): Millis {
    return learned ? lastOrFrom + this.#options.forget : Number.POSITIVE_INFINITY;
  }

  #admit(name: string, from: Millis, learned: boolean): Heartbeats {
    const group = new Heartbeats(name, from, learned);
    this.#groups.set(name, group);
    return group;
  }

  #expect(group: Heartbeats): void {
    this.#due.set(group, this.#nextDue(group));
  }

  /** A group that is heard is not looked at with each event, but once in a deadline, one millisecond past it. */
  #nextDue(group: Heartbeats): Millis {
    if (!group.silent) return Math.min(group.due, this.#deadline(group) + 1);
    const { pending, reminder = Number.POSITIVE_INFINITY } = group;
    return Math.min(pending[0] ?? Number.POSITIVE_INFINITY, reminder, this.#forgottenAt(group));
  }
}
