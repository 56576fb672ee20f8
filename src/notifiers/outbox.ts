import type { Database, RootDatabase } from 'lmdb';
import type { Millis, Notification } from '../model.ts';
import { openLmdb, untilWritten } from '../util/lmdb.ts';

/** A notification in the outbox and the state of its delivery. */
export interface OutboxEntry {
  /** Order of arrival, from 1. A notifier gets its notifications in this order. */
  number: number;
  notification: Notification;
  /** Wall time at which it was put into the outbox. */
  since: Millis;
  /** Failed attempts so far. */
  attempts: number;
  /** Wall time before which there is no further attempt. */
  notBefore: Millis;
  lastError: string | undefined;
}

/** Number of ids that are remembered, delivered or not. A replay after a crash reaches back to the last checkpoint only. */
const rememberedIds = 100_000;

/**
 * The durable queue of notifications between the decision to notify and the delivery.
 *
 * Several threads may each open the same folder: any of them may put, while one delivers. Methods that write resolve
 * when the change is on disk, and reject where the disk refuses it; the outbox stays usable then. Owner of the folder is
 * whoever holds the lock of the data folder.
 *
 * On disk: LMDB, `outbox.mdb`, values in MessagePack, three tables.
 * - `entries`: [notifier, number] → `OutboxEntry`. The first entry of a notifier is its oldest notification.
 * - `known`: notification id → number, also of delivered notifications, so that a replay does not put one again.
 * - `ids`: number → notification id, by which the oldest ids are forgotten beyond `rememberedIds`.
 * The format number is in `format.json` beside it (`src/app/data-formats.ts`).
 */
export class Outbox {
  readonly #root: RootDatabase;
  readonly #entries: Database<OutboxEntry, [notifier: string, number: number]>;
  readonly #known: Database<number, string>;
  readonly #idOf: Database<string, number>;

  constructor(folder: string) {
    this.#root = openLmdb(folder, 'outbox.mdb', { maxDbs: 3 });
    this.#entries = this.#root.openDB({ name: 'entries', encoding: 'msgpack' });
    this.#known = this.#root.openDB({ name: 'known', encoding: 'msgpack' });
    this.#idOf = this.#root.openDB({ name: 'ids', encoding: 'msgpack' });
  }

  /** Notifications that wait for delivery. */
  get pending(): number {
    this.#root.resetReadTxn();
    return this.#entries.getCount();
  }

  pendingFor(notifier: string): number {
    this.#root.resetReadTxn();
    return this.#entries.getKeysCount({ start: [notifier, 0], end: [notifier, Number.MAX_SAFE_INTEGER] });
  }

  /** Puts a notification. One with a known id is ignored, also where it was delivered since. */
  async put(notification: Notification, now: Millis): Promise<void> {
    const { id, notifier } = notification;
    // Within the transaction the reads see what all threads have written.
    const putOnce = () => {
      if (this.#known.get(id) !== undefined) return;
      const number = this.#lastNumber() + 1;
      const entry = { number, notification, since: now, attempts: 0, notBefore: 0, lastError: undefined };
      void this.#known.put(id, number);
      void this.#idOf.put(number, id);
      void this.#entries.put([notifier, number], entry);
      this.#forget(number - rememberedIds);
    };
    this.#root.resetReadTxn();
    if (this.#known.get(id) === undefined) await untilWritten(this.#root.transaction(putOnce));
  }

  /** The oldest entry of a notifier, whether or not its next attempt is due. */
  first(notifier: string): OutboxEntry | undefined {
    this.#root.resetReadTxn();
    const [first] = this.#entries.getRange({
      start: [notifier, 0],
      end: [notifier, Number.MAX_SAFE_INTEGER],
      limit: 1,
    });
    return first?.value;
  }

  /** Names of the notifiers for which notifications wait. */
  notifiers(): string[] {
    this.#root.resetReadTxn();
    const names: string[] = [];
    let [next] = this.#entries.getKeys({ limit: 1 });
    while (next !== undefined) {
      names.push(next[0]);
      [next] = this.#entries.getKeys({ start: [next[0], Number.MAX_SAFE_INTEGER], limit: 1 });
    }
    return names;
  }

  /** Removes an entry that was delivered or dropped. Its id stays known, so it is never sent again. */
  async remove(entry: OutboxEntry): Promise<void> {
    await this.#write(() => void this.#entries.remove(keyOf(entry)));
  }

  /** Records a failed attempt and when the next one is due. */
  async postpone(entry: OutboxEntry, reason: string, notBefore: Millis): Promise<void> {
    const later = { ...entry, attempts: entry.attempts + 1, notBefore, lastError: reason };
    await this.#write(() => void this.#entries.put(keyOf(entry), later));
  }

  async close(): Promise<void> {
    await this.#root.close();
  }

  #write(action: () => void): Promise<void> {
    return untilWritten(this.#entries.batch(action));
  }

  #lastNumber(): number {
    const [last] = this.#idOf.getKeys({ reverse: true, limit: 1 });
    return last ?? 0;
  }

  #forget(number: number): void {
    const id = this.#idOf.get(number);
    if (id === undefined) return;
    void this.#idOf.remove(number);
    void this.#known.remove(id);
  }
}

function keyOf({ notification, number }: OutboxEntry): [string, number] {
  return [notification.notifier, number];
}
