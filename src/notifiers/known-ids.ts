import type { Database } from 'lmdb';
import type { Tables } from './control/tables.ts';

/** Number of ids that are remembered, delivered or not. A replay after a crash reaches back to the last checkpoint only. */
const rememberedIds = 100_000;

/**
 * The ids of notifications that were put into the outbox, also of those that were delivered, so that a replay puts none again.
 *
 * Tables: `known`: notification id → number; `ids`: number → notification id, by which the oldest ids are forgotten.
 */
export class KnownIds {
  readonly #known: Database<number, string>;
  readonly #idOf: Database<string, number>;

  /** The number given last, within a transaction. */
  #last: number | undefined;

  constructor(tables: Tables) {
    this.#known = tables.table('known');
    this.#idOf = tables.table('ids');
  }

  /** A transaction begins. Other threads may have given numbers since the last one. */
  begin(): void {
    this.#last = undefined;
  }

  has(id: string): boolean {
    return this.#known.get(id) !== undefined;
  }

  /** Gives the id a number, the next one from 1, where it is not known. Only within a transaction. */
  add(id: string): number | undefined {
    return this.has(id) ? undefined : this.renumber(id);
  }

  /** Gives the id the next number, also where it is known. Only within a transaction. */
  renumber(id: string): number {
    const known = this.#known.get(id);
    // To look for the last key costs more than all the rest.
    const number = (this.#last ?? this.#newest()) + 1;
    this.#last = number;
    void this.#known.put(id, number);
    void this.#idOf.put(number, id);
    if (known !== undefined) void this.#idOf.remove(known);
    this.#forget(number - rememberedIds);
    return number;
  }

  #newest(): number {
    const [last = 0] = this.#idOf.getKeys({ reverse: true, limit: 1 });
    return last;
  }

  #forget(number: number): void {
    const id = this.#idOf.get(number);
    if (id === undefined) return;
    void this.#idOf.remove(number);
    void this.#known.remove(id);
  }
}
