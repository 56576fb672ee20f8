import type { Millis } from '../model.ts';
import type { Settled, Strike, Tracked, Tracker } from './strike.ts';
import { Visits } from './visits.ts';

const never = Number.NEGATIVE_INFINITY;

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
  /** First and last time of values that wait to be settled. */
  pending: Map<string, [first: Millis, last: Millis]>;
}

export interface TermsOptions {
  /** A group's values are only learned for so long. */
  warmUp: Millis;
  /** A value that was not seen for so long is new again. */
  remember: Millis;
  /** Values remembered for each group; the ones not seen longest make room. */
  maxTerms: number;
  /** How late events may come. */
  lateness: Millis;
  hop: Millis;
  maxGroups: number;
}

/** Values that a group never had before. */
export class Terms implements Tracker {
  readonly #options: TermsOptions;
  readonly #groups = new Map<string, Group>();
  readonly #visits = new Visits<Group>();
  #settled: Millis = never;
  #pending = 0;

  constructor(options: TermsOptions) {
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
    group.last = Math.max(group.last, time);
    const waits = this.#wait(group, value, time);
    // An earlier event may still come, so a value at the edge of being forgotten waits until it is settled.
    const { lateness } = this.#options;
    if (waits !== undefined || isForgotten || !this.#isNew(group, value, time, lateness))
      return { outcome: 'added' };
    return { outcome: 'added', strike: { group: name, time, value } };
  }

  settle(through: Millis, told: Settled): void {
    if (!(through > this.#settled)) return;
    this.#visits.upTo(
      through,
      (group, due) => this.#visit(group, due, told),
      (due) => told.passed(due),
    );
    this.#settled = through;
  }

  snapshot(): unknown {
    const groups = [...this.#groups.values()].map(({ name, since, last, seen, known, pending }) => {
      return [
        name,
        since,
        last,
        seen === never ? null : seen,
        [...known],
        [...pending].map(([value, times]) => [value, [...times]]),
      ];
    });
    return { settled: this.#settled === never ? null : this.#settled, groups };
  }

  restore(snapshot: unknown): void {
    type Packed = [string, Millis, Millis, Millis | null, [string, Millis][], [string, [Millis, Millis]][]];
    const saved = snapshot as { settled: Millis | null; groups: Packed[] };
    this.#settled = saved.settled ?? never;
    this.#groups.clear();
    this.#visits.clear();
    this.#pending = 0;
    for (const [name, since, last, seen, known, pending] of saved.groups) {
      const group = this.#made(name, since);
      group.last = last;
      group.seen = seen ?? never;
      group.known = new Map(known);
      group.pending = new Map(pending.map(([value, [first, last]]) => [value, [first, last]]));
      this.#pending += pending.length;
      this.#expectNext(group);
    }
  }

  #visit(group: Group, due: Millis, told: Settled): void {
    const strikes: Strike[] = [];
    const ripe = [...group.pending].filter(([, [first]]) => first < due);
    ripe.sort(([a, [x]], [b, [y]]) => x - y || (a < b ? -1 : 1));
    this.#pending -= ripe.length;
    for (const [value, [first, last]] of ripe) {
      if (first > group.seen + this.#options.remember) group.since = first;
      group.seen = Math.max(group.seen, last);
      if (this.#isNew(group, value, first, 0)) strikes.push({ group: group.name, time: first, value });
      group.pending.delete(value);
      this.#learn(group, value, last);
    }
    for (const strike of strikes) told.strike(strike);
    told.group(group.name, due);
    if (group.pending.size === 0 && group.last + this.#options.remember < due)
      this.#groups.delete(group.name);
    else this.#expectNext(group);
  }

  /** Returns the times of the value where it waited already. */
  #wait(group: Group, value: string, time: Millis): [Millis, Millis] | undefined {
    const waits = group.pending.get(value);
    if (waits === undefined) {
      group.pending.set(value, [time, time]);
      this.#pending += 1;
    } else if (time > waits[1]) waits[1] = time;
    if (waits === undefined || time < waits[0]) {
      if (waits !== undefined) waits[0] = time;
      this.#expect(group, time);
    }
    return waits;
  }

  #isNew({ known, since }: Group, value: string, time: Millis, slack: Millis): boolean {
    const last = known.get(value);
    const { warmUp, remember } = this.#options;
    return time >= since + warmUp && (last === undefined || last < time - remember - slack);
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
      known: new Map(),
      pending: new Map(),
    };
    this.#groups.set(name, group);
    return group;
  }

  /** At the end of the hop of the first value that waits, else when all that is known is old. */
  #expectNext(group: Group): void {
    let time = Number.POSITIVE_INFINITY;
    for (const [first] of group.pending.values()) if (first < time) time = first;
    this.#expect(group, time === Number.POSITIVE_INFINITY ? group.last + this.#options.remember : time);
  }

  #expect(group: Group, time: Millis): void {
    const { hop } = this.#options;
    this.#visits.expect(group, Math.min(group.due, (Math.floor(time / hop) + 1) * hop));
  }
}
