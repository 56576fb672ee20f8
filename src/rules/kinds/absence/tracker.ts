import type { Millis } from '../../../model.ts';
import type { Snapshot } from '../../../util/snapshot.ts';
import type { Share } from '../../../windows/options.ts';
import { DueTimes } from '../../../windows/panes/timers.ts';
import type { DowntimeSpan } from '../../run/run.ts';
import { Downtimes } from './downtimes.ts';
import { Heartbeats, type PackedHeartbeats } from './heartbeats.ts';
import {
  type AbsenceChange,
  type AbsenceTrackerOptions,
  type TrackerState,
  trackerFormat,
} from './tracker-state.ts';

const never = Number.NEGATIVE_INFINITY;

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
  /** No event before it is to come any more. */
  watermark: Millis = never;
  /** The first watermark. Groups of the roster are expected from then on. */
  begunAt: Millis = never;
  readonly #downtimes = new Downtimes();
  /** Number of events of groups that were not admitted, because there were too many. */
  overflowed = 0;
  readonly #share: Share | undefined;

  constructor(options: AbsenceTrackerOptions) {
    this.#options = options;
    this.#share = options.budget?.share();
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
    return this.watermark + this.#hop;
  }

  has(group: string): boolean {
    return this.#groups.has(group);
  }

  add(time: Millis, name: string): 'added' | 'late' | 'overflow' | 'unexpected' {
    if (!this.#options.learn && !this.#expected.has(name)) return 'unexpected';
    if (!(time >= this.watermark)) return 'late';
    const group = this.#groups.get(name) ?? this.#newcomer(name, time);
    if (typeof group === 'string') return group;
    group.add(time, this.#options.every);
    this.#expect(group);
    return 'added';
  }

  /** Reports which groups became absent, came back or were forgotten up to that time. */
  advance(time: Millis, report: (change: AbsenceChange) => void): void {
    const watermark = Math.floor(time / this.#hop) * this.#hop;
    if (!(watermark > this.watermark)) return;
    if (this.watermark === never) this.#begin(watermark);
    this.#due.runUpTo(watermark, (group, due) => this.#visit(group, due, report));
    this.watermark = watermark;
  }

  /** The server was down. Events of all groups are expected from the return of the senders on. */
  resume(span: DowntimeSpan): void {
    const horizon = this.watermark - (this.#options.keepFor ?? 0) - this.#options.every;
    this.#downtimes.note(span, this.watermark, horizon);
    for (const group of this.#groups.values()) if (!group.silent) this.#expect(group);
  }

  get names(): Iterable<string> {
    return this.#groups.keys();
  }

  isExpected(name: string): boolean {
    return this.#expected.has(name);
  }

  lift(name: string): PackedHeartbeats | undefined {
    return this.#groups.get(name)?.pack();
  }

  /** Replaces what is known of a group. */
  load(name: string, packed: PackedHeartbeats | undefined): void {
    const before = this.#groups.get(name);
    if (before !== undefined) this.#due.set(before, Number.POSITIVE_INFINITY);
    if (this.#groups.delete(name)) this.#share?.add(-1);
    if (packed === undefined) return;
    const group = Heartbeats.unpack(packed);
    this.#join(group);
    this.#expect(group);
  }

  /** A tracker of the same past that knows no groups. The groups that it is given are visited from that time on. */
  another(from: Millis): AbsenceTracker {
    const other = new AbsenceTracker({ ...this.#options, budget: undefined });
    [other.watermark, other.#downtimes.all] = [from, this.#downtimes.all];
    return other;
  }

  /** Asks for another change of an absent group at that time. */
  remind(name: string, at: Millis): void {
    const group = this.#groups.get(name);
    if (group === undefined || !group.silent) return;
    group.reminder = at;
    this.#expect(group);
  }

  /** Whether no group may be added, while so many wait. */
  isFull(waiting = 0): boolean {
    return this.#groups.size + waiting >= this.#options.maxGroups || (this.#share?.isUsedUp ?? false);
  }

  /** Gives back its part of what all rules may keep. */
  release(): void {
    this.#share?.release();
  }

  snapshot(): Snapshot<TrackerState> {
    const groups = [...this.#groups.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    return trackerFormat.write({
      times: [Number.isFinite(this.watermark) ? this.watermark : null, null],
      begunAt: Number.isFinite(this.begunAt) ? this.begunAt : undefined,
      overflowed: this.overflowed,
      groups: groups.map((group) => group.pack()),
      downtimes: this.#downtimes.all,
    });
  }

  restore(snapshot: Snapshot<TrackerState>): void {
    const saved = trackerFormat.read(snapshot);
    this.watermark = saved.times[0] ?? never;
    this.begunAt = saved.begunAt ?? this.watermark;
    this.overflowed = saved.overflowed;
    const { downtime, downtimes = [] } = saved;
    this.#downtimes.all = downtime ? [{ span: downtime, noted: this.watermark }] : downtimes;
    this.#groups.clear();
    this.#share?.release();
    this.#due.clear();
    for (const packed of saved.groups) {
      const group = Heartbeats.unpack(packed);
      this.#join(group);
      this.#expect(group);
    }
  }

  /** A group of the roster may have an event before there is a watermark. It is expected all the same. */
  #newcomer(name: string, time: Millis): Heartbeats | 'overflow' {
    if (this.#expected.has(name)) return this.#admit(name, time, false);
    if (!this.isFull()) return this.#admit(name, time, true);
    this.overflowed += 1;
    return 'overflow';
  }

  #begin(time: Millis): void {
    this.begunAt = time;
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
    while (group.next !== undefined && group.next <= this.#deadline(group)) group.complete();
    const at = this.#deadline(group);
    if (due <= at) return;
    group.silent = true;
    report({ kind: 'silent', group: group.name, at, last: group.last, ...this.#expectation(group) });
  }

  #visitAbsent(group: Heartbeats, due: Millis, report: (change: AbsenceChange) => void): void {
    const { name, last } = group;
    const news = { group: name, last, ...this.#expectation(group) };
    const { next } = group;
    if (next !== undefined && next <= due) {
      group.silent = false;
      group.reminder = undefined;
      group.complete();
      report({ kind: 'back', at: next, ...news });
    } else if (this.#forgottenAt(group) <= due) {
      this.#groups.delete(name);
      this.#share?.add(-1);
      // It had an event after the time at which it was forgotten, and starts without a memory.
      if (next !== undefined) this.#admit(name, next, true).pending = group.pending;
      report({ kind: 'forgotten', at: due, ...news });
    } else {
      group.reminder = undefined;
      report({ kind: 'silent', at: due, ...news });
    }
  }

  #expectation(group: Heartbeats): Pick<AbsenceChange, 'from' | 'downtime'> {
    return this.#downtimes.expectedSince(group.lastOrFrom, this.#options.every);
  }

  /** The group is absent after this time, if it has no event until then. */
  #deadline(group: Heartbeats): Millis {
    return this.#expectation(group).from + this.#options.every;
  }

  #forgottenAt({ learned, lastOrFrom }: Heartbeats): Millis {
    return learned ? lastOrFrom + this.#options.forget : Number.POSITIVE_INFINITY;
  }

  #admit(name: string, from: Millis, learned: boolean): Heartbeats {
    const group = new Heartbeats(name, from, learned);
    this.#join(group);
    return group;
  }

  #join(group: Heartbeats): void {
    this.#groups.set(group.name, group);
    this.#share?.add(1);
  }

  #expect(group: Heartbeats): void {
    this.#due.set(group, this.#nextDue(group));
  }

  /** A present group is not visited with each event, but once per deadline, one millisecond after it. */
  #nextDue(group: Heartbeats): Millis {
    if (!group.silent) return this.#deadline(group) + 1;
    const { next = Number.POSITIVE_INFINITY, reminder = Number.POSITIVE_INFINITY } = group;
    return Math.min(next, reminder, this.#forgottenAt(group));
  }
}
