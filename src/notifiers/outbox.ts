import type { Database, Key, RootDatabase } from 'lmdb';
import type { Episode, Millis, Notification } from '../model.ts';
import { WriteGuard } from '../util/guards/write-guard.ts';
import { openLmdb } from '../util/lmdb.ts';
import { AlertStore } from './control/alert-store.ts';
import { DocumentStore } from './control/document-store.ts';
import { VerdictStore } from './control/verdict-store.ts';
import { KnownIds } from './known-ids.ts';
import { mostLookedAt, type NextEntry, nextOf } from './next-entry.ts';
import type { EpisodeRecord, OutboxEntry, Outcome } from './outbox-entry.ts';
import type { RateRecord } from './rate.ts';
import { Totals } from './totals.ts';

/** Sorts after every episode id, which begins with the name of a rule. */
const afterAll = '\uffff';

/**
 * The durable queue of notifications between the decision to notify and the delivery.
 *
 * Several threads may each open the same folder: any of them may put, while one delivers. Methods that write resolve
 * when the change is on disk, and reject where the disk refuses it; the outbox stays usable then. Owner of the folder is
 * whoever holds the lock of the data folder.
 *
 * On disk: LMDB, `outbox.mdb`, values in MessagePack.
 * - `entries`: [notifier, number] → `OutboxEntry`. The first entry of a notifier is its oldest notification.
 * - `known` and `ids`: see `KnownIds`.
 * - `episodes`: [notifier, episode id] → `EpisodeRecord`, until the notification of the end is delivered or dropped.
 * - `rates`: notifier → `RateRecord`, where the notifier has a limit.
 * Further tables belong to noise control (`control/`), which shares the transactions.
 * The format number is in `format.json` beside it (`src/app/data-folder.ts`).
 */
export class Outbox {
  readonly #root: RootDatabase;
  readonly #guard: WriteGuard;
  readonly #entries: Database<OutboxEntry, [notifier: string, number: number]>;
  readonly #known: KnownIds;
  readonly #episodes: Database<EpisodeRecord, [notifier: string, episode: string]>;
  readonly #rates: Database<RateRecord, string>;
  /** The alerts about which notifications are. */
  readonly alerts: AlertStore;
  readonly verdicts: VerdictStore;
  /** Documents that wait to be indexed. */
  readonly documents: DocumentStore;
  readonly totals: Totals;

  constructor(folder: string) {
    this.#root = openLmdb(folder, 'outbox.mdb', { maxDbs: 16 });
    this.#guard = new WriteGuard(folder);
    this.#entries = this.#root.openDB({ name: 'entries', encoding: 'msgpack' });
    this.#known = new KnownIds(this);
    this.#episodes = this.#root.openDB({ name: 'episodes', encoding: 'msgpack' });
    this.#rates = this.#root.openDB({ name: 'rates', encoding: 'msgpack' });
    this.totals = new Totals(this);
    this.alerts = new AlertStore(this);
    this.verdicts = new VerdictStore(this);
    this.documents = new DocumentStore(this);
  }

  /** Opens a further table in the same environment. */
  table<V, K extends Key>(name: string): Database<V, K> {
    return this.#root.openDB<V, K>({ name, encoding: 'msgpack' });
  }

  /** Makes reads show what was written since, also by other threads. */
  refresh(): void {
    this.#root.resetReadTxn();
  }

  /** Runs `action`, which reads and writes, as one transaction. Resolves when that is on disk. */
  async transaction(action: () => void): Promise<void> {
    const whole = () => {
      this.#known.begin();
      this.alerts.begin();
      action();
    };
    await this.#guard.write(() => this.#root.transaction(whole));
  }

  /** Notifications that wait for delivery. */
  get pending(): number {
    this.#root.resetReadTxn();
    return this.#entries.getCount();
  }

  pendingFor(notifier: string): number {
    this.#root.resetReadTxn();
    return this.#entries.getKeysCount(rangeOf(notifier));
  }

  /** Puts a notification. One with a known id is ignored, also where it was delivered since. */
  put(notification: Notification, now: Millis): Promise<void> {
    return this.putAll([notification], [notification.episode], now);
  }

  /** Puts notifications and the present state of episodes in one transaction. */
  async putAll(notifications: readonly Notification[], episodes: readonly Episode[], now: Millis) {
    this.#root.resetReadTxn();
    const news = notifications.filter(({ id }) => !this.#known.has(id));
    const changed = episodes.filter((episode) => this.alerts.isNewer(episode));
    if (news.length + changed.length === 0) return;
    // Within the transaction the reads see what all threads have written.
    await this.transaction(() => {
      for (const episode of changed) this.alerts.note(episode);
      for (const notification of news) this.add(notification, now);
    });
  }

  /**
   * Puts a notification unless its id is known. Only within a transaction. `passed`: noise control has let it pass; `again`: it held it
   * back before, so that the id is known.
   */
  add(notification: Notification, now: Millis, passed?: 'passed' | 'again'): void {
    const { id, notifier } = notification;
    const number = passed === 'again' ? this.#known.renumber(id) : this.#known.add(id);
    if (number === undefined) return;
    const entry = { number, notification, since: now, attempts: 0, notBefore: 0, lastError: undefined };
    void this.#entries.put([notifier, number], passed ? { ...entry, passed: true } : entry);
  }

  /** Takes an entry out of the queue. Only within a transaction. */
  take(entry: OutboxEntry): void {
    void this.#entries.remove(keyOf(entry));
  }

  /** The oldest entry of a notifier, whether or not its next attempt is due. */
  first(notifier: string): OutboxEntry | undefined {
    return this.oldest(notifier, 1)[0];
  }

  /**
   * The oldest entry of a notifier whose attempt is due and that may be sent now, or the wall time at which there will be one. An entry
   * waits for the earlier ones of its episode, and for none of another. `busy`: episodes of which an attempt is under way.
   */
  next(notifier: string, now: Millis, busy?: ReadonlySet<string>): NextEntry {
    this.#root.resetReadTxn();
    const limit = mostLookedAt;
    return nextOf(this.#entries.getRange({ ...rangeOf(notifier), limit }), now, busy);
  }

  /** The oldest entries of a notifier, `limit` at most. */
  oldest(notifier: string, limit: number): OutboxEntry[] {
    this.#root.resetReadTxn();
    return [...this.#entries.getRange({ ...rangeOf(notifier), limit })].map(({ value }) => value);
  }

  /** Replaces entries by one notification, which comes before all others of the notifier. */
  async combine(entries: readonly OutboxEntry[], into: Notification): Promise<void> {
    const [first] = entries;
    if (first === undefined) return;
    await this.transaction(() => {
      for (const entry of entries) {
        const { notifier, transition } = entry.notification;
        this.take(entry);
        if (transition.to === 'inactive') void this.#episodes.remove([notifier, transition.episode]);
      }
      const { number, since } = first;
      const state = { since, attempts: 0, notBefore: 0, lastError: undefined };
      void this.#entries.put([into.notifier, number], { number, notification: into, ...state, passed: true });
    });
  }

  rateOf(notifier: string): RateRecord | undefined {
    this.#root.resetReadTxn();
    return this.#rates.get(notifier);
  }

  /** Names of the notifiers for which notifications wait. */
  notifiers(): string[] {
    this.#root.resetReadTxn();
    const names: string[] = [];
    for (let [next] = this.#entries.getKeys({ limit: 1 }); next !== undefined; ) {
      names.push(next[0]);
      [next] = this.#entries.getKeys({ start: [next[0], Number.MAX_SAFE_INTEGER], limit: 1 });
    }
    return names;
  }

  /**
   * Removes an entry that was delivered or dropped. Its id stays known, so it is never sent again. In the same transaction the outcome
   * is added to what the alert has by then; the end of the episode removes what is known about it.
   */
  async remove(entry: OutboxEntry, { record, rate, notified, counted }: Outcome = {}): Promise<void> {
    const { notifier, transition } = entry.notification;
    const episode: [string, string] = [notifier, transition.episode];
    await this.transaction(() => {
      if (notified) this.alerts.notified(entry.notification, notified);
      if (rate) void this.#rates.put(notifier, rate);
      if (counted) this.totals.count(notifier, counted);
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
    const tried = { attempts: entry.attempts + 1, notBefore, lastError: reason };
    const later = { ...entry, ...tried, ...(all.length > 0 && { reached: all }) };
    await this.#write(() => void this.#entries.put(keyOf(entry), later));
  }

  async close(): Promise<void> {
    await this.#root.close();
  }

  #write(action: () => void): Promise<void> {
    return this.#guard.write(() => this.#entries.batch(action));
  }
}

type EntryKey = [notifier: string, number: number];
/** The entries of a notifier. */
const rangeOf = (notifier: string): { start: EntryKey; end: EntryKey } => ({
  start: [notifier, 0],
  end: [notifier, Number.MAX_SAFE_INTEGER],
});

function keyOf({ notification, number }: OutboxEntry): [string, number] {
  return [notification.notifier, number];
}
