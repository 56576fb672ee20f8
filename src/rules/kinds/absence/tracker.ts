import { z } from 'zod';
import type { Millis } from '../../../model.ts';
import { number, objectOf, type Snapshot, SnapshotFormat } from '../../../util/snapshot.ts';
import { DueTimes } from '../../../windows/panes/timers.ts';
import type { DowntimeSpan } from '../../run/run.ts';
import { Heartbeats, type PackedHeartbeats, packedHeartbeats } from './heartbeats.ts';

const never = Number.NEGATIVE_INFINITY;

export interface AbsenceTrackerOptions {
  /** A group without events for longer is absent. */
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
  /** Event time of its last event. Undefined: it had none since `from`. */
  last: Millis | undefined;
  /** Since when an event was expected: its last event, the start, or the return of the senders after a downtime. */
  from: Millis;
  /** The downtime of the server, if events are expected only since its end. */
  downtime?: DowntimeSpan | undefined;
}

interface TrackerState {
  /** Null: there was no such time yet. */
  times: [watermark: Millis | null, listening: Millis | null];
  overflowed: number;
  groups: PackedHeartbeats[];
  downtime?: DowntimeSpan | undefined;
}

const format = new SnapshotFormat({
  component: 'The watch for absence',
  schema: objectOf<TrackerState>({
    times: z.tuple([number.nullable(), number.nullable()]),
    overflowed: number,
    groups: z.array(packedHeartbeats),
    downtime: objectOf<DowntimeSpan>({ from: number, to: number, until: number }).optional(),
  }),
});

const known = (time: Millis): Millis | null => (time === never ? null : time);

/**
 * Finds groups without events. A group is absent between two successive events that lie more than `every` apart. Events
 * within the lateness may come in any order, so a gap is reported only when no event can fill it any more. Changes are
 * reported in order of event time, then of group.
 */
export class AbsenceTracker {
  readonly #options: AbsenceTrackerOptions;
  /** The watermark moves in such steps, so that the changes do not depend on how often `advance` is called. */
  readonly #hop: Millis;
  readonly #expected: ReadonlySet<string>;
  readonly #groups = new Map<string, Heartbeats>();
  readonly #due = new DueTimes<Heartbeats>();
  #watermark: Millis = never;
  /** When the senders were back after the last downtime. The lack of earlier events proves nothing. */
  #resumedAt: Millis = never;
  #downtime: DowntimeSpan | undefined;
  overflowed = 0;

  constructor(options: AbsenceTrackerOptions) {
    this.#options = options;
    this.#expected = new Set(options.expected);
    this.#hop = Math.max(1, Math.floor(options.every / 100));
  }

  /** Whether any group is expected, so that the passing of time matters. */
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

  /** Reports which groups became absent, came back or were forgotten up to that time. */
  advance(time: Millis, report: (change: AbsenceChange) => void): void {
    const watermark = Math.floor(time / this.#hop) * this.#hop;
    if (!(watermark > this.#watermark)) return;
    if (this.#watermark === never) this.#begin(watermark);
    this.#due.runUpTo(watermark, (group, due) => this.#visit(group, due, report));
    this.#watermark = watermark;
  }

  /** The server was down. Events of all groups are expected from the return of the senders on. */
  resume(downtime: DowntimeSpan): void {
    this.#resumedAt = Math.max(this.#resumedAt, downtime.until);
    this.#downtime = downtime;
  }

  /** Asks for another change of an absent group at that time. */
  remind(name: string, at: Millis): void {
    const group = this.#groups.get(name);
    if (group === undefined || !group.silent) return;
    group.reminder = at;
    this.#expect(group);
  }

  snapshot(): Snapshot<TrackerState> {
    const groups = [...this.#groups.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    return format.write({
      times: [known(this.#watermark), known(this.#resumedAt)],
      overflowed: this.overflowed,
      groups: groups.map((group) => group.pack()),
      downtime: this.#downtime,
    });
  }

  restore(snapshot: Snapshot<TrackerState>): void {
    const saved = format.read(snapshot);
    const [watermark, listening] = saved.times;
    [this.#watermark, this.#resumedAt] = [watermark ?? never, listening ?? never];
    this.overflowed = saved.overflowed;
    this.#downtime = saved.downtime;
    this.#groups.clear();
    this.#due.clear();
    for (const packed of saved.groups) {
      const group = Heartbeats.unpack(packed);
      this.#groups.set(group.name, group);
      this.#expect(group);
    }
  }

  /** A group of the roster may have an event before there is a watermark. It is expected all the same. */
  #newcomer(name: string, time: Millis): Heartbeats | 'unexpected' | 'overflow' {
    if (this.#expected.has(name)) return this.#admit(name, time, false);
    if (!this.#options.learn) return 'unexpected';
    if (this.#groups.size < this.#options.maxGroups) return this.#admit(name, time, true);
    this.overflowed += 1;
    return 'overflow';
  }

  /** Groups of the roster are expected from the first watermark on. */
  #begin(time: Millis): void {
    for (const name of this.#options.expected)
      if (!this.#groups.has(name)) this.#expect(this.#admit(name, time, false));
  }

  #visit(group: Heartbeats, due: Millis, report: (change: AbsenceChange) => void): void {
    if (group.silent) this.#visitAbsent(group, due, report);
    else this.#visitPresent(group, due, report);
    const now = this.#groups.get(group.name);
    if (now !== undefined) this.#expect(now);
  }

  #visitPresent(group: Heartbeats, due: Millis, report: (change: AbsenceChange) => void): void {
    while (group.pending.length > 0 && group.pending[0]! <= this.#deadline(group)) group.settle();
    const at = this.#deadline(group);
    if (due <= at) return;
    group.silent = true;
    report({ kind: 'silent', group: group.name, at, last: group.last, ...this.#expectation(group) });
  }

  #visitAbsent(group: Heartbeats, due: Millis, report: (change: AbsenceChange) => void): void {
    const { name, last } = group;
    const news = { group: name, last, ...this.#expectation(group) };
    if (group.pending.length > 0 && group.pending[0]! <= due) {
      group.silent = false;
      group.reminder = undefined;
      report({ kind: 'back', at: group.pending[0]!, ...news });
      group.settle();
    } else if (this.#forgottenAt(group) <= due) {
      this.#groups.delete(name);
      if (group.pending.length > 0) this.#returnTo(group);
      report({ kind: 'forgotten', at: due, ...news });
    } else {
      group.reminder = undefined;
      report({ kind: 'silent', at: due, ...news });
    }
  }

  /** It had an event after the time at which it was forgotten, and starts without a memory. */
  #returnTo({ name, pending }: Heartbeats): void {
    this.#admit(name, pending[0]!, true).pending = pending;
  }

  #expectation(group: Heartbeats): Pick<AbsenceChange, 'from' | 'downtime'> {
    const from = this.#expectedSince(group);
    return { from, downtime: from > group.lastOrFrom ? this.#downtime : undefined };
  }

  #expectedSince(group: Heartbeats): Millis {
    return Math.max(group.lastOrFrom, this.#resumedAt);
  }

  /** The group is absent after this time, if it has no event until then. */
  #deadline(group: Heartbeats): Millis {
    return this.#expectedSince(group) + this.#options.every;
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

  /** A present group is not visited with each event, but once per deadline, one millisecond after it. */
  #nextDue(group: Heartbeats): Millis {
    if (!group.silent) return Math.min(group.due, this.#deadline(group) + 1);
    const { pending, reminder = Number.POSITIVE_INFINITY } = group;
    return Math.min(pending[0] ?? Number.POSITIVE_INFINITY, reminder, this.#forgottenAt(group));
  }
}
