import type { Database, RootDatabase } from 'lmdb';
import type { Millis, Notification } from '../model.ts';
import { openLmdb, untilWritten } from '../util/lmdb.ts';

/** A message on its way, and how far it got. */
export interface Entry {
  /** Order of arrival; messages of one notifier leave in it. */
  number: number;
  notification: Notification;
  /** Wall time at which it was put away. */
  since: Millis;
  attempts: number;
  /** Wall time before which it is not tried again. */
  notBefore: Millis;
  lastError: string | undefined;
}

/** Notifications from their decision to their delivery, on disk. */
export interface Outbox {
  /**
   * Resolves when it is on disk. A notification that was put before, even one delivered since, is not taken again.
   * Several threads may do so at once, and another may deliver meanwhile.
   */
  put(notification: Notification, now: Millis): Promise<void>;
  /** The oldest message for a notifier, whether or not its time has come. */
  first(notifier: string): Entry | undefined;
  /** Names of the notifiers for which messages wait. */
  notifiers(): string[];
  /** It was delivered, or given up: it is never sent again. */
  settled(entry: Entry): Promise<void>;
  failed(entry: Entry, reason: string, notBefore: Millis): Promise<void>;
  readonly pending: number;
  pendingFor(notifier: string): number;
  close(): Promise<void>;
}

/** So many ids are remembered, to know a replay's messages; a replay reaches back to the last checkpoint only. */
const remembered = 100_000;

export function openOutbox(folder: string): Outbox {
  return new LmdbOutbox(folder);
}

class LmdbOutbox implements Outbox {
  readonly #root: RootDatabase;
  readonly #entries: Database<Entry, [notifier: string, number: number]>;
  /** Number of each known message by its id, settled or not. */
  readonly #known: Database<number, string>;
  readonly #idOf: Database<string, number>;

  constructor(folder: string) {
    this.#root = openLmdb(folder, 'outbox.mdb', { maxDbs: 3 });
    this.#entries = this.#root.openDB({ name: 'entries', encoding: 'msgpack' });
    this.#known = this.#root.openDB({ name: 'known', encoding: 'msgpack' });
    this.#idOf = this.#root.openDB({ name: 'ids', encoding: 'msgpack' });
  }

  get pending(): number {
    this.#root.resetReadTxn();
    return this.#entries.getCount();
  }

  pendingFor(notifier: string): number {
    this.#root.resetReadTxn();
    return this.#entries.getKeysCount({ start: [notifier, 0], end: [notifier, Number.MAX_SAFE_INTEGER] });
  }

  async put(notification: Notification, now: Millis): Promise<void> {
    const { id, notifier } = notification;
    // Within a transaction: what is read is what all writers of all threads have written.
    const putOnce = () => {
      if (this.#known.get(id) !== undefined) return;
      const number = this.#lastNumber() + 1;
      const entry = { number, notification, since: now, attempts: 0, notBefore: 0, lastError: undefined };
      void this.#known.put(id, number);
      void this.#idOf.put(number, id);
      void this.#entries.put([notifier, number], entry);
      this.#forget(number - remembered);
    };
    this.#root.resetReadTxn();
    if (this.#known.get(id) === undefined) await untilWritten(this.#root.transaction(putOnce));
  }

  first(notifier: string): Entry | undefined {
    this.#root.resetReadTxn();
    const [first] = this.#entries.getRange({
      start: [notifier, 0],
      end: [notifier, Number.MAX_SAFE_INTEGER],
      limit: 1,
    });
    return first?.value;
  }

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

  async settled(entry: Entry): Promise<void> {
    await this.#write(() => void this.#entries.remove(keyOf(entry)));
  }

  async failed(entry: Entry, reason: string, notBefore: Millis): Promise<void> {
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

function keyOf({ notification, number }: Entry): [string, number] {
  return [notification.notifier, number];
}
