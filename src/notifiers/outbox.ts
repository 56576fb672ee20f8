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
  /** Recipients that failed attempts reached all the same. */
  reached?: string[];
}

/** What is kept about an episode that a notifier knows of, from its first delivered notification to its end. */
export interface EpisodeRecord {
  /** `Receipt.thread` of the first delivered notification. */
  thread?: string | undefined;
  /** The last delivered notification, for notifiers that repeat open alerts. */
  last?: Notification | undefined;
}

/** Sorts after every episode id, which begins with the name of a rule. */
const afterAll = '\uffff';

/** Number of ids that are remembered, delivered or not. A replay after a crash reaches back to the last checkpoint only. */
const rememberedIds = 100_000;

/**
 * The durable queue of notifications between the decision to notify and the delivery.
 *
 * Several threads may each open the same folder: any of them may put, while one delivers. Methods that write resolve
 * when the change is on disk, and reject where the disk refuses it; the outbox stays usable then. Owner of the folder is
 * whoever holds the lock of the data folder.
 *
 * On disk: LMDB, `outbox.mdb`, values in MessagePack, four tables.
 * - `entries`: [notifier, number] → `OutboxEntry`. The first entry of a notifier is its oldest notification.
 * - `known`: notification id → number, also of delivered notifications, so that a replay does not put one again.
 * - `ids`: number → notification id, by which the oldest ids are forgotten beyond `rememberedIds`.
 * - `episodes`: [notifier, episode id] → `EpisodeRecord`, until the notification of the end is delivered or dropped.
 * The format number is in `format.json` beside it (`src/app/data-formats.ts`).
 */
export class Outbox {
  readonly #root: RootDatabase;
  readonly #entries: Database<OutboxEntry, [notifier: string, number: number]>;
  readonly #known: Database<number, string>;
  readonly #idOf: Database<string, number>;
  readonly #episodes: Database<EpisodeRecord, [notifier: string, episode: string]>;

  constructor(folder: string) {
    this.#root = openLmdb(folder, 'outbox.mdb', { maxDbs: 4 });
    this.#entries = this.#root.openDB({ name: 'entries', encoding: 'msgpack' });
    this.#known = this.#root.openDB({ name: 'known', encoding: 'msgpack' });
    this.#idOf = this.#root.openDB({ name: 'ids', encoding: 'msgpack' });
    this.#episodes = this.#root.openDB({ name: 'episodes', encoding: 'msgpack' });
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

  /**
   * Removes an entry that was delivered or dropped. Its id stays known, so it is never sent again. In the same transaction
   * `record` becomes what is known about the episode; the end of the episode removes that.
   */
  async remove(entry: OutboxEntry, record?: EpisodeRecord): Promise<void> {
    const { notifier, transition } = entry.notification;
    const episode: [string, string] = [notifier, transition.episode];
    await this.#write(() => {
      void this.#entries.remove(keyOf(entry));
      if (transition.to === 'inactive') void this.#episodes.remove(episode);
      else if (record) void this.#episodes.put(episode, record);
    });
  }

  /** What is known about an open episode; undefined where the notifier knows nothing of it. */
  recordOf(notifier: string, episode: string): EpisodeRecord | undefined {
    this.#root.resetReadTxn();
    return this.#episodes.get([notifier, episode]);
  }

  /** The last delivered notification of each open episode, for notifiers that repeat open alerts. */
  *openFor(notifier: string): Generator<Notification> {
    this.#root.resetReadTxn();
    for (const { value } of this.#episodes.getRange({ start: [notifier, ''], end: [notifier, afterAll] }))
      if (value.last) yield value.last;
  }

  /** Forgets the open episodes of a notifier that no longer exists. */
  async forgetEpisodes(notifier: string): Promise<void> {
    this.#root.resetReadTxn();
    const keys = [...this.#episodes.getKeys({ start: [notifier, ''], end: [notifier, afterAll] })];
    if (keys.length === 0) return;
    await this.#write(() => {
      for (const key of keys) void this.#episodes.remove(key);
    });
  }

  /** Records a failed attempt and when the next one is due. */
  async postpone(
    entry: OutboxEntry,
    reason: string,
    notBefore: Millis,
    reached: readonly string[] = [],
  ): Promise<void> {
    const all = [...new Set([...(entry.reached ?? []), ...reached])];
    const later = {
      ...entry,
      ...{ attempts: entry.attempts + 1, notBefore, lastError: reason },
      ...(all.length > 0 && { reached: all }),
    };
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
