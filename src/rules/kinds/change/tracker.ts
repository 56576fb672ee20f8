import { z } from 'zod';
import type { Millis } from '../../../model.ts';
import { number, objectOf, type Snapshot, SnapshotFormat } from '../../../util/snapshot.ts';
import { DueTimes } from '../../../windows/panes/timers.ts';
import type { Receiver, Tracked, Tracker } from '../../occurrences/judge.ts';

const never = Number.NEGATIVE_INFINITY;

type Seen = [time: Millis, value: string];

interface Key {
  readonly name: string;
  due: Millis;
  last: Seen | undefined;
  /** In order of time; what came at the same time, in the order of arrival. */
  pending: Seen[];
  /** When so many wait, those between equal ones are left out again. */
  most: number;
}

export interface ChangeTrackerOptions {
  /** A value that was not seen for so long is forgotten: the next one is no change. */
  forget: Millis;
  hop: Millis;
  maxGroups: number;
}

/** So many events of one key wait for their order; beyond, those between equal ones are left out. */
const mostPending = 10_000;

interface ChangesState {
  settled: Millis | null;
  keys: [name: string, last: Seen | null, pending: Seen[], most?: number | undefined][];
}

const seen = z.tuple([number, z.string()]);
const format = new SnapshotFormat({
  component: 'The tracker of changes',
  schema: objectOf<ChangesState>({
    settled: number.nullable(),
    keys: z.array(z.tuple([z.string(), seen.nullable(), z.array(seen), number.optional()])),
  }),
});

/** Changes of one value for each key. */
export class ChangeTracker implements Tracker {
  readonly #options: ChangeTrackerOptions;
  readonly #keys = new Map<string, Key>();
  readonly #due = new DueTimes<Key>();
  #settled: Millis = never;
  #pending = 0;

  constructor(options: ChangeTrackerOptions) {
    this.#options = options;
  }

  get waiting(): boolean {
    return this.#pending > 0;
  }

  has(group: string): boolean {
    return this.#keys.has(group);
  }

  add(time: Millis, name: string, value: string): Tracked {
    if (!(time >= this.#settled)) return { outcome: 'late' };
    const key = this.#keys.get(name) ?? this.#admit(name);
    if (key === undefined) return { outcome: 'overflow' };
    const { pending } = key;
    let index = pending.length;
    while (index > 0 && pending[index - 1]![0] > time) index -= 1;
    const before = pending[index - 1] ?? key.last;
    const isNewest = index === pending.length;
    pending.splice(index, 0, [time, value]);
    this.#pending += 1;
    if (pending.length > key.most) this.#thin(key);
    this.#expect(key);
    if (!isNewest || !this.#isChange(before, [time, value])) return { outcome: 'added' };
    return { outcome: 'added', occurrence: { group: name, time, value, from: before![1] } };
  }

  complete(through: Millis, receiver: Receiver): void {
    if (!(through > this.#settled)) return;
    this.#due.runUpTo(
      through,
      (key, due) => this.#visit(key, due, receiver),
      (due) => receiver.passed(due),
    );
    this.#settled = through;
  }

  snapshot(): Snapshot<ChangesState> {
    const keys = [...this.#keys.values()].map(
      ({ name, last = null, pending, most }): ChangesState['keys'][number] => [
        name,
        last,
        [...pending],
        most,
      ],
    );
    return format.write({ settled: this.#settled === never ? null : this.#settled, keys });
  }

  restore(snapshot: Snapshot<ChangesState>): void {
    const saved = format.read(snapshot);
    this.#settled = saved.settled ?? never;
    this.#keys.clear();
    this.#due.clear();
    this.#pending = 0;
    for (const [name, last, pending, most = mostPending] of saved.keys) {
      const key: Key = {
        name,
        due: Number.POSITIVE_INFINITY,
        last: last ?? undefined,
        pending: [...pending],
        most,
      };
      this.#keys.set(name, key);
      this.#pending += pending.length;
      this.#expect(key);
    }
  }

  #visit(key: Key, due: Millis, receiver: Receiver): void {
    const { name, pending } = key;
    let count = 0;
    for (; count < pending.length && pending[count]![0] < due; count += 1) {
      const [time, value] = pending[count]!;
      if (this.#isChange(key.last, pending[count]!))
        receiver.occurrence({ group: name, time, value, from: key.last![1] });
      key.last = pending[count];
    }
    pending.splice(0, count);
    if (pending.length < mostPending) key.most = mostPending;
    this.#pending -= count;
    receiver.group(name, due);
    if (pending.length === 0 && key.last![0] + this.#options.forget < due) this.#keys.delete(name);
    else this.#expect(key);
  }

  #isChange(before: Seen | undefined, [time, value]: Seen): boolean {
    return before !== undefined && before[1] !== value && time - before[0] <= this.#options.forget;
  }

  #admit(name: string): Key | undefined {
    if (this.#keys.size >= this.#options.maxGroups) return undefined;
    const key: Key = { name, due: Number.POSITIVE_INFINITY, last: undefined, pending: [], most: mostPending };
    this.#keys.set(name, key);
    return key;
  }

  /** At the end of the hop of the first event that waits, else when the value is forgotten. */
  #expect(key: Key): void {
    const { hop, forget } = this.#options;
    const [first] = key.pending;
    const time = first === undefined ? key.last![0] + forget : first[0];
    this.#due.set(key, Math.min(key.due, (Math.floor(time / hop) + 1) * hop));
  }

  /** What is left may still be many, if the value goes to and fro: only when they have doubled is it worth looking again. */
  #thin(key: Key): void {
    const { pending } = key;
    const kept = pending.filter(([, value], index) => {
      const [before, after] = [pending[index - 1], pending[index + 1]];
      return before === undefined || after === undefined || before[1] !== value || after[1] !== value;
    });
    this.#pending -= pending.length - kept.length;
    key.pending = kept;
    key.most = Math.max(mostPending, 2 * kept.length);
  }
}
