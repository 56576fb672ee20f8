import { type Column, columnBytes } from './column.ts';

/**
 * Columns of sealed segments, read from disk when first asked for. A map keeps the order of insertion, so taking
 * an entry out and putting it back makes the first entry the one that was not used for longest.
 */
export class ColumnCache {
  readonly #limit: number;
  readonly #entries = new Map<string, { column: Column; bytes: number }>();
  #bytes = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get bytes(): number {
    return this.#bytes;
  }

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

  /** Forgets every column whose key begins so. */
  forget(prefix: string): void {
    for (const [key, { bytes }] of this.#entries) {
      if (!key.startsWith(prefix)) continue;
      this.#entries.delete(key);
      this.#bytes -= bytes;
    }
  }

  /** The newest entry stays whatever its size: somebody is about to use it. */
  #shrink(): void {
    for (const [key, { bytes }] of this.#entries) {
      if (this.#bytes <= this.#limit || this.#entries.size === 1) return;
      this.#entries.delete(key);
      this.#bytes -= bytes;
    }
  }
}
