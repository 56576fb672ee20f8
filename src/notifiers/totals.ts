import type { Database } from 'lmdb';
import type { Tables } from './control/tables.ts';

/** Numbers of notifications of a notifier since the data folder was created. */
export interface NotifierTotals {
  delivered: number;
  /** Refused for good, or given up. */
  refused: number;
}

/**
 * Counts what became of notifications. A notification is counted in the transaction that takes it out of the outbox: once, also
 * where a crash made the notifier deliver it twice. Numbers survive restarts.
 *
 * On disk: table `totals`, notifier → `NotifierTotals`.
 */
export class Totals {
  readonly #tables: Tables;
  readonly #table: Database<NotifierTotals, string>;

  constructor(tables: Tables) {
    this.#tables = tables;
    this.#table = tables.table('totals');
  }

  of(notifier: string): NotifierTotals {
    this.#tables.refresh();
    return this.#read(notifier);
  }

  /** Only within a transaction. */
  count(notifier: string, outcome: keyof NotifierTotals): void {
    const totals = this.#read(notifier);
    void this.#table.put(notifier, { ...totals, [outcome]: totals[outcome] + 1 });
  }

  #read(notifier: string): NotifierTotals {
    return this.#table.get(notifier) ?? { delivered: 0, refused: 0 };
  }
}
