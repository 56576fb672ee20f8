import type { Database } from 'lmdb';
import type { BulkItem } from '../../model.ts';
import { entriesOf } from '../../util/lmdb.ts';
import type { Tables } from './tables.ts';

/**
 * Documents that are to be indexed and that no journal leads to, such as reports. They wait on disk until the sink has them, and are put in
 * the transaction of the messages about them.
 *
 * Table: `documents`: id → `BulkItem`.
 */
export class DocumentStore {
  readonly #tables: Tables;
  readonly #documents: Database<BulkItem, string>;

  constructor(tables: Tables) {
    this.#tables = tables;
    this.#documents = tables.table('documents');
  }

  /** Only within a transaction. */
  put(item: BulkItem): void {
    void this.#documents.put(`${item.index} ${item.id}`, item);
  }

  waiting(limit: number): { key: string; item: BulkItem }[] {
    this.#tables.refresh();
    return [...this.#documents.getRange({ limit })].map(({ key, value }) => ({ key, item: value }));
  }

  /** Number of documents that wait. */
  get count(): number {
    this.#tables.refresh();
    return entriesOf(this.#documents);
  }

  async published(keys: readonly string[]): Promise<void> {
    await this.#tables.transaction(() => {
      for (const key of keys) void this.#documents.remove(key);
    });
  }
}
