import type { Database } from 'lmdb';
import type { Episode, Handling, Notification, Notified, Suppression } from '../../model.ts';
import { entriesOf } from '../../util/lmdb.ts';
import type { Tables } from './tables.ts';

interface AlertRecord {
  episode: Episode;
  /** Place in the order of changes. */
  number: number;
}

/** Alerts that are kept, beside those that are open. */
const mostAlerts = 20_000;
/** Alerts that are looked at for each change beyond that. */
const looked = 50;
const mostSuppressions = 20;
const mostNotified = 50;

/**
 * The alerts by episode, with what people and noise control did with them. The analyser notes episodes, and the main thread
 * what is done with them.
 *
 * Tables: `alerts`: id → `AlertRecord`; `changes`: number → id, by which readers follow and the oldest ended ones are forgotten;
 * `handling`: id → `Handling`; `unpublished`: ids whose document is to be written again, because their handling changed.
 */
export class AlertStore {
  readonly #tables: Tables;
  readonly #alerts: Database<AlertRecord, string>;
  readonly #changes: Database<string, number>;
  readonly #handling: Database<Handling, string>;
  readonly #unpublished: Database<true, string>;

  /** The number given last, within a transaction. */
  #last: number | undefined;
  /** The number of changes, within a transaction. */
  #count: number | undefined;

  constructor(tables: Tables) {
    this.#tables = tables;
    this.#alerts = tables.table('alerts');
    this.#changes = tables.table('changes');
    this.#handling = tables.table('handling');
    this.#unpublished = tables.table('unpublished');
  }

  /** A transaction begins. Other threads may have given numbers since the last one. */
  begin(): void {
    this.#last = undefined;
    this.#count = undefined;
  }

  isNewer({ id, revision }: Episode): boolean {
    const known = this.#alerts.get(id);
    return known === undefined || known.episode.revision < revision;
  }

  /** Notes the present state of an episode. Only within a transaction. */
  note(episode: Episode): void {
    if (!this.isNewer(episode)) return;
    const known = this.#alerts.get(episode.id);
    // In this order, so that no number is used twice.
    this.#append(episode);
    if (known) this.#removeChange(known.number);
    this.#forget();
  }

  get(id: string): Episode | undefined {
    this.#tables.refresh();
    return this.#alerts.get(id)?.episode;
  }

  handlingOf(id: string): Handling | undefined {
    this.#tables.refresh();
    return this.#handling.get(id);
  }

  /** Episodes that changed after a number, in the order of their last change. */
  *changesAfter(number: number): Generator<AlertRecord> {
    this.#tables.refresh();
    for (const { value } of this.#changes.getRange({ start: number + 1 })) {
      const record = this.#alerts.get(value);
      if (record) yield record;
    }
  }

  /** Changes the handling of an alert, and has its document written again. Only within a transaction. */
  handle(id: string, change: Partial<Omit<Handling, 'revision'>>): void {
    const known = this.#handling.get(id);
    void this.#handling.put(id, { ...known, ...change, revision: (known?.revision ?? 0) + 1 });
    void this.#unpublished.put(id, true);
  }

  /** Notes why a notifier was not notified, unless that is the last reason already. Only within a transaction. */
  suppressed(id: string, suppression: Suppression): void {
    const before = this.#handling.get(id)?.suppressed ?? [];
    const last = before.findLast(({ notifier }) => notifier === suppression.notifier);
    if (last?.by === suppression.by && last.reason === suppression.reason) return;
    this.handle(id, { suppressed: [...before, suppression].slice(-mostSuppressions) });
  }

  /** Notes in each alert that a message lists what became of the message. Only within a transaction. */
  notified(
    { notifier, transition, episode, group }: Notification,
    outcome: Pick<Notified, 'at' | 'refused'>,
  ): void {
    for (const { id, status } of group?.alerts ?? [{ id: episode.id, status: transition.to }]) {
      if (this.#alerts.get(id) === undefined) continue;
      const before = this.#handling.get(id)?.notified ?? [];
      this.handle(id, { notified: [...before, { notifier, status, ...outcome }].slice(-mostNotified) });
    }
  }

  /** Ids of the episodes whose document is to be written again. */
  unpublished(limit: number): string[] {
    this.#tables.refresh();
    return [...this.#unpublished.getKeys({ limit })];
  }

  /** Number of episodes whose document is to be written again. */
  get unpublishedCount(): number {
    this.#tables.refresh();
    return entriesOf(this.#unpublished);
  }

  /** Their documents were written with the handling of that revision. */
  async published(written: readonly { id: string; revision: number }[]): Promise<void> {
    await this.#tables.transaction(() => {
      for (const { id, revision } of written)
        if ((this.#handling.get(id)?.revision ?? 0) <= revision) void this.#unpublished.remove(id);
    });
  }

  #append(episode: Episode): void {
    // To look for the last key costs more than all the rest.
    const number = (this.#last ?? this.#newest()) + 1;
    this.#last = number;
    this.#count = this.#size + 1;
    void this.#changes.put(number, episode.id);
    void this.#alerts.put(episode.id, { episode, number });
  }

  #removeChange(number: number): void {
    this.#count = this.#size - 1;
    void this.#changes.remove(number);
  }

  /** Number of changes. LMDB counts them one by one, so once in a transaction. */
  get #size(): number {
    this.#count ??= this.#changes.getCount();
    return this.#count;
  }

  #newest(): number {
    const [last = 0] = this.#changes.getKeys({ reverse: true, limit: 1 });
    return last;
  }

  /** Forgets ended alerts that changed longest ago. Open ones go to the end of the order, so that they hide none behind them. */
  #forget(): void {
    if (this.#size <= mostAlerts) return;
    for (const { key, value } of [...this.#changes.getRange({ limit: looked })]) {
      const record = this.#alerts.get(value);
      this.#removeChange(key);
      if (record?.episode.end === undefined && record) this.#append(record.episode);
      else for (const table of [this.#alerts, this.#handling, this.#unpublished]) void table.remove(value);
    }
  }
}
