import type { Millis } from '../../../model.ts';
import type { Snapshot } from '../../../util/snapshot.ts';
import type { Share } from '../../../windows/options.ts';
import { DueTimes } from '../../../windows/panes/timers.ts';
import type { Found, Receiver, Tracked, Tracker } from '../../occurrences/judge.ts';
import type { SpansByPane } from '../../occurrences/spans.ts';
import { PastStretches } from './past-stretches.ts';
import { format, type TermsState } from './state.ts';
import { Terms, type TermTrackerOptions } from './terms.ts';

const never = Number.NEGATIVE_INFINITY;
const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/** Values that a group never had before. They depend on the events, never on the order in which these came. */
export class TermTracker implements Tracker {
  overflowed = 0;
  /** Number of values that were forgotten before `remember` was over, because there were too many. */
  forgotten = 0;
  readonly #options: TermTrackerOptions;
  readonly #share: Share | undefined;
  readonly #values: Share | undefined;
  readonly #groups = new Map<string, Terms>();
  readonly #past: PastStretches | undefined;
  readonly #due = new DueTimes<Terms>();
  #completed: Millis = never;
  #reach: Millis = never;
  /** Number of values with events that are not complete, of all groups. */
  #touched = 0;
  /** Whether values were completed at the present due time. */
  #hasCompleted = false;

  constructor(options: TermTrackerOptions) {
    this.#options = options;
    this.#share = options.limits?.groups.share();
    this.#values = options.limits?.values.share();
    this.#past = options.past && new PastStretches(this.#groups, options.past);
  }

  get waiting(): boolean {
    return this.#touched > 0;
  }

  has(group: string): boolean {
    return this.#groups.has(group);
  }

  add(time: Millis, name: string, value: string): Tracked {
    if (!(time >= this.#completed)) return { outcome: 'late' };
    const group = this.#groups.get(name) ?? this.#admit(name);
    if (group === undefined) return { outcome: 'overflow' };
    const last = group.values.get(value)?.at(-1)?.[1];
    if (last === undefined && this.#values?.isUsedUp) this.#forgetOldest();
    const isFirst = group.see(value, [time, time]);
    this.#account(group);
    this.#touch(group, value, time);
    this.#expect(group, time);
    // Earlier events may still come. They must not make it one that was known, or one to be learned only.
    const completed = Math.min(time, this.#completed);
    const isCertain = isFirst && (last === undefined || last < completed - this.#options.remember);
    const isWarm = this.#options.warmUp === 0 || completed >= group.warmFrom(time);
    if (!isCertain || !isWarm) return { outcome: 'added' };
    return { outcome: 'added', occurrence: { group: name, time, value }, earliest: this.#completed };
  }

  complete(through: Millis, receiver: Receiver): void {
    if (!(through > this.#completed)) return;
    this.#due.runUpTo(
      through,
      (group, due) => this.#visit(group, due, receiver),
      (due) => {
        if (this.#hasCompleted) receiver.passed(due);
        this.#hasCompleted = false;
      },
    );
    this.#completed = through;
    if (this.#past) this.#past.completed = through;
  }

  admits(group: string, waiting: number): boolean {
    return this.#groups.has(group) || !this.#isFull(waiting);
  }

  reaches(name: string, from: Millis): boolean {
    const reach = Math.max(this.#reach, this.#past?.reach ?? never, this.#groups.get(name)?.reach ?? never);
    return this.#options.keepFor !== undefined && from >= reach;
  }

  occurrences(name: string, from: Millis, late: SpansByPane): Found {
    const terms = (this.#groups.get(name) ?? new Terms(name, this.#options)).withLate(late);
    const found = terms.newTerms(from, Number.POSITIVE_INFINITY);
    return { occurrences: found.map((one) => ({ group: name, ...one })), cost: terms.values.size };
  }

  keep(name: string, late: SpansByPane): void {
    const group = this.#groups.get(name) ?? this.#admit(name);
    if (group === undefined) return;
    group.seeLate(late);
    this.#limit(group);
    this.#expectNext(group);
  }

  trim(closed: Millis): void {
    for (const group of this.#groups.values()) {
      const isLeft = group.trim(closed - this.#keepFor);
      this.#account(group);
      if (!isLeft && group.touched.size === 0) this.#remove(group);
    }
  }

  beginAt(time: Millis): void {
    this.#reach = time;
  }

  release(): void {
    this.#share?.release();
    this.#values?.release();
    this.#past?.release();
  }

  snapshot(): Snapshot<TermsState> {
    const reach = Math.max(this.#reach, this.#past?.reach ?? never);
    return format.write({
      completed: this.#completed === never ? null : this.#completed,
      reach: reach === never ? null : reach,
      groups: [...this.#groups.values()].map((group) => group.pack()),
      overflowed: this.overflowed || undefined,
      forgotten: this.forgotten || undefined,
    });
  }

  restore(snapshot: Snapshot<unknown>): void {
    const { completed, reach, groups, overflowed = 0, forgotten = 0 } = format.read(snapshot);
    [this.overflowed, this.forgotten] = [overflowed, forgotten];
    [this.#completed, this.#reach] = [completed ?? never, reach ?? never];
    this.release();
    this.#groups.clear();
    this.#past?.begin(this.#completed);
    this.#due.clear();
    this.#touched = 0;
    for (const packed of groups) {
      const group = Terms.unpack(packed, this.#options);
      this.#join(group);
      this.#touched += group.touched.size;
      this.#expectNext(group);
    }
  }

  #touch({ touched }: Terms, value: string, time: Millis): void {
    const known = touched.get(value);
    if (known === undefined) this.#touched += 1;
    if (known === undefined || time < known) touched.set(value, time);
  }

  #visit(group: Terms, due: Millis, receiver: Receiver): void {
    const { name, touched } = group;
    if (this.#groups.get(name) !== group) return;
    const before = touched.size;
    const found = group.newTerms(group.visited, due, touched.keys());
    // When a group without new events is visited depends on restarts.
    if (group.complete(due)) {
      this.#hasCompleted = true;
      for (const one of found) receiver.occurrence({ group: name, ...one });
      receiver.group(name, due);
    }
    this.#limit(group);
    this.#touched += touched.size - before;
    group.visited = due;
    if (touched.size === 0 && group.last + this.#keepFor < due) this.#remove(group);
    else this.#expectNext(group);
  }

  /** For how long a group without events makes a difference. */
  get #keepFor(): Millis {
    return this.#options.remember + (this.#options.keepFor ?? 0);
  }

  #admit(name: string): Terms | undefined {
    if (this.#isFull()) {
      this.overflowed += 1;
      return undefined;
    }
    const group = new Terms(name, this.#options);
    group.visited = this.#completed;
    this.#join(group);
    return group;
  }

  #isFull(waiting = 0): boolean {
    return this.#groups.size + waiting >= this.#options.maxGroups || (this.#share?.isUsedUp ?? false);
  }

  #join(group: Terms): void {
    this.#groups.set(group.name, group);
    this.#share?.add(1);
    this.#account(group);
  }

  #remove(group: Terms): void {
    this.#groups.delete(group.name);
    this.#share?.add(-1);
    this.#values?.add(-group.accounted);
    this.#past?.account(group, 0);
  }

  /** Must be called after each change of the number of values or stretches of a group. */
  #account(group: Terms): void {
    const more = group.values.size - group.accounted;
    group.accounted = group.values.size;
    if (more !== 0) this.#values?.add(more);
    this.#past?.account(group);
  }

  #limit(group: Terms): void {
    this.forgotten += group.limit(this.#options.maxTerms);
    this.#account(group);
  }

  /** Forgets a tenth of the completed values at once, so that many new ones do not cost a search each. */
  #forgetOldest(): void {
    const all = [...this.#groups.values()].flatMap((group) =>
      [...group.values].flatMap(([value, stretches]) =>
        group.touched.has(value) ? [] : [{ group, value, last: stretches.at(-1)![1] }],
      ),
    );
    all.sort((a, b) => a.last - b.last || compare(a.group.name, b.group.name) || compare(a.value, b.value));
    for (const { group, value } of all.slice(0, Math.ceil(all.length / 10))) {
      group.forget(value);
      this.#account(group);
      this.forgotten += 1;
    }
  }

  /** At the end of the hop of the first value that waits, else when all that is known is old. */
  #expectNext(group: Terms): void {
    let time = group.last + this.#keepFor;
    for (const touched of group.touched.values()) if (touched < time) time = touched;
    this.#expect(group, time);
  }

  #expect(group: Terms, time: Millis): void {
    const { hop } = this.#options;
    this.#due.set(group, Math.min(group.due, (Math.floor(time / hop) + 1) * hop));
  }
}
