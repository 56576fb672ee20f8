import { type Column, columnBytes } from './column.ts';

/**
 * The columns of sealed segments that were read from disk, up to a limit in bytes. The least
 * recently used column is dropped first: a `Map` iterates in the order of insertion, and a column
 * that is used is inserted anew.
 *
 * One cache serves all indices. Keys are `INDEX/BASE/FIELD`. The limit is an estimate
 * (`columnBytes`), and the most recent column stays even if it alone exceeds the limit.
 */
export class ColumnCache {
  readonly #limit: number;
  readonly #entries = new Map<string, { column: Column; bytes: number }>();
  #bytes = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Estimated bytes of all columns held. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Returns the column, loading it if it is missing. Columns are immutable and may be shared. */
  get(key: string, load: () => Column): Column {
    const known = this.#entries.get(key);
    if (known) {
      this.#entries.delete(key);
      this.#entries.set(key, known);
      return known.column;
    }
    const column = load();
    const bytes = columnBytes(column);
    this.#entries.set(key, { column, bytes });
    this.#bytes += bytes;
    this.#shrink();
    return column;
  }

  /** Drops every column whose key starts with the prefix; the empty prefix drops all. O(entries). */
  forget(prefix: string): void {
    for (const [key, { bytes }] of this.#entries) {
      if (!key.startsWith(prefix)) continue;
      this.#entries.delete(key);
      this.#bytes -= bytes;
    }
  }

  /**
   * Drops columns until the limit is met. The most recent one stays whatever its size, since the
   * caller is about to use it.
   */
  #shrink(): void {
    for (const [key, { bytes }] of this.#entries) {
      if (this.#bytes <= this.#limit || this.#entries.size === 1) return;
      this.#entries.delete(key);
      this.#bytes -= bytes;
    }
  }
}
