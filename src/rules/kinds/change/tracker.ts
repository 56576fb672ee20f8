import type { Millis } from '../../../model.ts';
import type { Snapshot } from '../../../util/snapshot.ts';
import type { Budget, Share } from '../../../windows/options.ts';
import { DueTimes } from '../../../windows/panes/timers.ts';
import type { Found, Occurrence, Receiver, Tracked, Tracker } from '../../occurrences/judge.ts';
import { addValue, type Spans, type SpansByPane } from '../../occurrences/spans.ts';
import { inOrder, type Keep, ValueHistory } from './history.ts';
import { type ChangesState, format, pointsOf } from './state.ts';
import { changesIn, later, type Seen } from './values.ts';

const never = Number.NEGATIVE_INFINITY;

interface Key {
  readonly name: string;
  due: Millis;
  /** The last value before which no event is to come any more. */
  last: Seen | undefined;
  newest: Seen | undefined;
  /** Panes that are not complete, by number. */
  pending: Map<number, Spans>;
}

export interface ChangeTrackerOptions {
  /** A value that was not seen for so long is forgotten: the next one is no change. */
  forget: Millis;
  hop: Millis;
  maxGroups: number;
  /** Within so long, which divides the hop, each value counts by its first and its last event. */
  pane: Millis;
  /** Undefined: late events are not counted. */
  keep?: Keep | undefined;
  /** Bounds the groups of all rules together. */
  budget?: Budget | undefined;
}

/** Changes of one value for each key. They depend on the events, never on the order in which these came. */
export class ChangeTracker implements Tracker {
  overflowed = 0;
  readonly forgotten = 0;
  readonly #options: ChangeTrackerOptions;
  readonly #share: Share | undefined;
  readonly #keys = new Map<string, Key>();
  readonly #due = new DueTimes<Key>();
  readonly #history: ValueHistory | undefined;
  #completed: Millis = never;
  #pending = 0;
  /** Whether values were completed at the present due time. */
  #hasCompleted = false;

  constructor(options: ChangeTrackerOptions) {
    this.#options = options;
    this.#share = options.budget?.share();
    const { keep, pane } = options;
    this.#history = keep && new ValueHistory(pane, keep);
  }

  get waiting(): boolean {
    return this.#pending > 0;
  }

  has(group: string): boolean {
    return this.#keys.has(group);
  }

  add(time: Millis, name: string, value: string): Tracked {
    if (!(time >= this.#completed)) return { outcome: 'late' };
    const key = this.#keys.get(name) ?? this.#admit(name);
    if (key === undefined) return { outcome: 'overflow' };
    const before = key.newest;
    this.#wait(key, [time, value]);
    this.#expect(key);
    if (before === undefined || before[1] === value) return { outcome: 'added' };
    const isChange = time >= before[0] && time - before[0] <= this.#options.forget;
    if (!isChange) return { outcome: 'added' };
    const occurrence = { group: name, time, value, from: before[1] };
    return { outcome: 'added', occurrence, earliest: Math.max(before[0], this.#completed) };
  }

  complete(through: Millis, receiver: Receiver): void {
    if (!(through > this.#completed)) return;
    this.#due.runUpTo(
      through,
      (key, due) => this.#visit(key, due, receiver),
      (due) => {
        if (this.#hasCompleted) receiver.passed(due);
        this.#hasCompleted = false;
      },
    );
    this.#completed = through;
  }

  admits(group: string, waiting: number): boolean {
    return this.#keys.has(group) || !this.#isFull(waiting);
  }

  reaches(group: string, from: Millis): boolean {
    return this.#history?.reaches(group, from, this.#options.forget) ?? false;
  }

  occurrences(group: string, from: Millis, late: SpansByPane): Found {
    const { panes, cost } = this.#history!.of(group, from, late);
    const waiting = inOrder(this.#keys.get(group)?.pending ?? new Map());
    const occurrences: Occurrence[] = [];
    this.#changes(group, [...panes, ...waiting], (occurrence) => {
      if (occurrence.time >= from) occurrences.push(occurrence);
    });
    return { occurrences, cost };
  }

  keep(group: string, late: SpansByPane): void {
    const newest = Math.max(...late.keys());
    this.#history!.addLate(group, late);
    const key = this.#keys.get(group);
    // Which of several values of one moment is the last one may depend on a late one long before.
    const from = Math.max(newest * this.#options.pane, key?.last?.[0] ?? never);
    const { panes } = this.#history!.of(group, from);
    const last = this.#changes(group, panes, () => {});
    if (last === undefined || (key === undefined && last[0] + this.#options.forget < this.#completed)) return;
    const kept = key ?? this.#admit(group);
    if (kept === undefined) return;
    kept.last = last;
    kept.newest = later(kept.newest, last);
    this.#expect(kept);
  }

  trim(closed: Millis): void {
    this.#history?.trim(closed);
  }

  beginAt(time: Millis): void {
    this.#history?.beginAt(time);
  }

  release(): void {
    this.#share?.release();
    this.#history?.release();
  }

  snapshot(): Snapshot<ChangesState> {
    const keys = [...this.#keys.values()].map(
      ({ name, last = null, pending }): ChangesState['keys'][number] => [name, last, pointsOf(pending)],
    );
    const history = this.#history && { history: this.#history.snapshot() };
    const completed = this.#completed === never ? null : this.#completed;
    return format.write({ completed, keys, ...history, overflowed: this.overflowed || undefined });
  }

  restore(snapshot: Snapshot<ChangesState>): void {
    const saved = format.read(snapshot);
    this.#completed = saved.completed ?? never;
    this.overflowed = saved.overflowed ?? 0;
    this.#keys.clear();
    this.#share?.release();
    this.#due.clear();
    this.#pending = 0;
    for (const [name, last, pending] of saved.keys) {
      const key = this.#made(name);
      [key.last, key.newest] = [last ?? undefined, last ?? undefined];
      for (const seen of pending) this.#wait(key, seen);
      this.#expect(key);
    }
    if (saved.history !== undefined) this.#history?.restore(saved.history);
    else this.#history?.beginAt(this.#completed);
  }

  #wait(key: Key, seen: Seen): void {
    const [time, value] = seen;
    const pane = Math.floor(time / this.#options.pane);
    let spans = key.pending.get(pane);
    if (spans === undefined) {
      spans = new Map();
      key.pending.set(pane, spans);
      this.#pending += 1;
    }
    addValue(spans, value, [time, time]);
    key.newest = later(key.newest, seen);
  }

  #visit(key: Key, due: Millis, receiver: Receiver): void {
    const { name } = key;
    const ripe = inOrder(key.pending).filter(([pane]) => pane * this.#options.pane < due);
    key.last = this.#changes(name, ripe, (occurrence) => receiver.occurrence(occurrence), key.last);
    for (const [pane, spans] of ripe) {
      key.pending.delete(pane);
      this.#history?.add(pane, name, spans);
    }
    this.#pending -= ripe.length;
    // When a key without new events is visited depends on restarts.
    if (ripe.length > 0) {
      this.#hasCompleted = true;
      receiver.group(name, due);
    }
    if (key.pending.size > 0 || key.last![0] + this.#options.forget >= due) this.#expect(key);
    else if (this.#keys.delete(name)) this.#share?.add(-1);
  }

  #changes(
    group: string,
    panes: readonly [number, Spans][],
    found: (occurrence: Occurrence) => void,
    before?: Seen,
  ): Seen | undefined {
    let last = before;
    for (const [, spans] of panes)
      last = changesIn(spans, last, this.#options.forget, (time, value, from) =>
        found({ group, time, value, from }),
      );
    return last;
  }

  #admit(name: string): Key | undefined {
    if (!this.#isFull()) return this.#made(name);
    this.overflowed += 1;
    return undefined;
  }

  #made(name: string): Key {
    const none = { last: undefined, newest: undefined };
    const key: Key = { name, due: Number.POSITIVE_INFINITY, ...none, pending: new Map() };
    this.#keys.set(name, key);
    this.#share?.add(1);
    return key;
  }

  #isFull(waiting = 0): boolean {
    return this.#keys.size + waiting >= this.#options.maxGroups || (this.#share?.isUsedUp ?? false);
  }

  /** At the end of the hop of the first event that waits, else when the value is forgotten. */
  #expect(key: Key): void {
    const { hop, forget, pane } = this.#options;
    let time = Number.POSITIVE_INFINITY;
    for (const number of key.pending.keys()) time = Math.min(time, number * pane);
    if (key.pending.size === 0) time = key.last![0] + forget;
    this.#due.set(key, Math.min(key.due, (Math.floor(time / hop) + 1) * hop));
  }
}
