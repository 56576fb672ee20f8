import { z } from 'zod';
import type { Millis } from '../../../model.ts';
import { number, objectOf, type Snapshot, SnapshotFormat } from '../../../util/snapshot.ts';
import { DueTimes } from '../../../windows/panes/timers.ts';
import type { Occurrence, Receiver, Tracked, Tracker } from '../../occurrences/judge.ts';

const never = Number.NEGATIVE_INFINITY;

type Stretch = [first: Millis, last: Millis];

interface Group {
  readonly name: string;
  due: Millis;
  /** Time of the first event, or of the first after all was forgotten: warming up begins there. */
  since: Millis;
  /** Time of the newest event, and of the newest that is settled. */
  last: Millis;
  seen: Millis;
  /** When each value was seen last, those first that were settled longest ago. */
  known: Map<string, Millis>;
  /** Time of the newest event that came after a pause in which all is forgotten, while that is not settled. */
  again: Millis;
  /** Stretches of time in which values that wait to be settled were seen without being forgotten, in order. */
  pending: Map<string, Stretch[]>;
}

export interface TermTrackerOptions {
  /** A group's values are only learned for so long. */
  warmUp: Millis;
  /** A value that was not seen for so long is new again. */
  remember: Millis;
  /** Values remembered for each group; the ones not seen longest make room. */
  maxTerms: number;
  hop: Millis;
  maxGroups: number;
}

interface TermsState {
  settled: Millis | null;
  groups: PackedGroup[];
}

/** Times that are null never were. */
type PackedGroup = [
  name: string,
  since: Millis,
  last: Millis,
  seen: Millis | null,
  again: Millis | null,
  known: [value: string, lastSeen: Millis][],
  pending: [value: string, Stretch[]][],
];

const time = number.nullable();
const known = z.array(z.tuple([z.string(), number]));
const pending = z.array(z.tuple([z.string(), z.array(z.tuple([number, number]))]));
const format = new SnapshotFormat({
  component: 'The tracker of new values',
  schema: objectOf<TermsState>({
    settled: time,
    groups: z.array(z.tuple([z.string(), number, number, time, time, known, pending])),
  }),
});

/** Values that a group never had before. */
export class TermTracker implements Tracker {
  readonly #options: TermTrackerOptions;
  readonly #groups = new Map<string, Group>();
  readonly #due = new DueTimes<Group>();
  #settled: Millis = never;
  #pending = 0;

  constructor(options: TermTrackerOptions) {
    this.#options = options;
  }

  get waiting(): boolean {
    return this.#pending > 0;
  }

  has(group: string): boolean {
    return this.#groups.has(group);
  }

  add(time: Millis, name: string, value: string): Tracked {
    if (!(time >= this.#settled)) return { outcome: 'late' };
    const group = this.#groups.get(name) ?? this.#admit(name, time);
    if (group === undefined) return { outcome: 'overflow' };
    group.since = Math.min(group.since, time);
    const isForgotten = time > group.last + this.#options.remember;
    if (isForgotten) group.again = time;
    group.last = Math.max(group.last, time);
    const waited = group.pending.has(value);
    this.#wait(group, value, time);
    // Earlier events may still come: they must not make it one that was known, or one to be learned only.
    const isCertain = !waited && !isForgotten && time >= group.again + this.#options.warmUp;
    if (!isCertain || !this.#isNew(group, value, time, Math.min(time, this.#settled)))
      return { outcome: 'added' };
    return { outcome: 'added', occurrence: { group: name, time, value } };
  }

  complete(through: Millis, receiver: Receiver): void {
    if (!(through > this.#settled)) return;
    this.#due.runUpTo(
      through,
      (group, due) => this.#visit(group, due, receiver),
      (due) => receiver.passed(due),
    );
    this.#settled = through;
  }

  snapshot(): Snapshot<TermsState> {
    return format.write({
      settled: this.#settled === never ? null : this.#settled,
      groups: [...this.#groups.values()].map(packGroup),
    });
  }

  restore(snapshot: Snapshot<TermsState>): void {
    const saved = format.read(snapshot);
    this.#settled = saved.settled ?? never;
    this.#groups.clear();
    this.#due.clear();
    this.#pending = 0;
    for (const [name, since, last, seen, again, known, pending] of saved.groups) {
      const group = this.#made(name, since);
      group.last = last;
      group.seen = seen ?? never;
      group.again = again ?? never;
      group.known = new Map(known);
      group.pending = new Map(pending);
      for (const [, stretches] of pending) this.#pending += stretches.length;
      this.#expectNext(group);
    }
  }

  #visit(group: Group, due: Millis, receiver: Receiver): void {
    const occurrences: Occurrence[] = [];
    for (const [value, [first, last]] of this.#ripe(group, due)) {
      if (first > group.seen + this.#options.remember) group.since = first;
      group.seen = Math.max(group.seen, last);
      if (this.#isNew(group, value, first, first))
        occurrences.push({ group: group.name, time: first, value });
      this.#learn(group, value, last);
    }
    if (group.again < due) group.again = never;
    for (const occurrence of occurrences) receiver.occurrence(occurrence);
    receiver.group(group.name, due);
    if (group.pending.size === 0 && group.last + this.#options.remember < due)
      this.#groups.delete(group.name);
    else this.#expectNext(group);
  }

  /** Takes out the stretches that began before that time, in order of their beginning. */
  #ripe({ pending }: Group, due: Millis): [string, Stretch][] {
    const ripe: [string, Stretch][] = [];
    for (const [value, stretches] of pending) {
      while (stretches.length > 0 && stretches[0]![0] < due) ripe.push([value, stretches.shift()!]);
      if (stretches.length === 0) pending.delete(value);
    }
    this.#pending -= ripe.length;
    return ripe.sort(([a, [x]], [b, [y]]) => x - y || (a < b ? -1 : 1));
  }

  /** Puts the time among the stretches of its value, and joins those between which it was not forgotten. */
  #wait(group: Group, value: string, time: Millis): void {
    const { remember } = this.#options;
    const stretches = group.pending.get(value) ?? [];
    const before = stretches.filter(([, last]) => last < time - remember);
    const after = stretches.filter(([first]) => first > time + remember);
    const joined = stretches.slice(before.length, stretches.length - after.length);
    const first = Math.min(time, joined[0]?.[0] ?? time);
    const last = Math.max(time, joined.at(-1)?.[1] ?? time);
    const now: Stretch[] = [...before, [first, last], ...after];
    this.#pending += now.length - stretches.length;
    group.pending.set(value, now);
    if (before.length === 0) this.#expect(group, first);
  }

  /** Whether a value that was seen before `settled` the last time is new at that time. */
  #isNew({ known, since }: Group, value: string, time: Millis, settled: Millis): boolean {
    const last = known.get(value);
    const { warmUp, remember } = this.#options;
    return time >= since + warmUp && (last === undefined || last < settled - remember);
  }

  #learn({ known }: Group, value: string, last: Millis): void {
    const before = known.get(value) ?? never;
    known.delete(value);
    known.set(value, Math.max(before, last));
    if (known.size > this.#options.maxTerms) known.delete(known.keys().next().value!);
  }

  #admit(name: string, time: Millis): Group | undefined {
    return this.#groups.size >= this.#options.maxGroups ? undefined : this.#made(name, time);
  }

  #made(name: string, since: Millis): Group {
    const group = {
      name,
      due: Number.POSITIVE_INFINITY,
      since,
      last: since,
      seen: never,
      again: never,
      known: new Map(),
      pending: new Map(),
    };
    this.#groups.set(name, group);
    return group;
  }

  /** At the end of the hop of the first value that waits, else when all that is known is old. */
  #expectNext(group: Group): void {
    let time = Number.POSITIVE_INFINITY;
    for (const [[first] = [time]] of group.pending.values()) if (first < time) time = first;
    this.#expect(group, time === Number.POSITIVE_INFINITY ? group.last + this.#options.remember : time);
  }

  #expect(group: Group, time: Millis): void {
    const { hop } = this.#options;
    this.#due.set(group, Math.min(group.due, (Math.floor(time / hop) + 1) * hop));
  }
}

function packGroup({ name, since, last, seen, again, known, pending }: Group): PackedGroup {
  return [
    name,
    since,
    last,
    seen === never ? null : seen,
    again === never ? null : again,
    [...known],
    [...pending].map(([value, times]) => [value, times.map((time): Stretch => [...time])]),
  ];
}
