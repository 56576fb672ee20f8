import type { JsonObject } from '../json.ts';
import type { Files } from './files.ts';

/** What the store keeps about an index besides its documents. */
export interface IndexRecord {
  name: string;
  /**
   * The number that stands for the index in keys. It is never used again, so that keys of a deleted
   * index cannot be taken for those of a new one while they wait to be purged.
   */
  number: number;
  /** Elasticsearch's id of the index: 22 characters. A new index of the same name has another one. */
  uuid: string;
  /** Wall time, milliseconds since the epoch. */
  created: number;
  /** The mapping as Elasticsearch would show it, including what dynamic mapping added. */
  mappings: JsonObject;
  /**
   * Settings below `index`, every value as text. `normalSettings` in `templates.ts` makes this
   * form.
   */
  settings: JsonObject;
  /** Options by alias, such as `is_write_index`. */
  aliases: JsonObject;
  /** The data stream that the index belongs to. */
  stream?: string;
}

/** A data stream. */
export interface StreamRecord {
  name: string;
  /** The index template that made it. */
  template: string;
  /** Names of its backing indices, oldest first. Writes go to the last one. */
  indices: string[];
  /** Number of the newest backing index. The store never rolls over, so it stays 1. */
  generation: number;
}

/**
 * Documents that no search sees any more and that are still on disk. Retention removes them in
 * small steps and then the entry; after a restart it goes on.
 */
export interface Trash {
  index: number;
  /** First sequence and one past the last. Without it, the whole index. */
  range?: [number, number];
}

/**
 * The kinds of records and what each is keyed by: `index`, `stream`, `template` and `component` by
 * name, `trash` by a counter, `counter` by its own name, `cluster` by the one name `cluster`.
 */
interface Kinds {
  index: IndexRecord;
  stream: StreamRecord;
  template: JsonObject;
  component: JsonObject;
  trash: Trash;
  counter: { next: number };
  cluster: { uuid: string };
}

/**
 * All records that are not documents. There are few, so all of them are held in memory.
 *
 * On disk a record is one entry of the database `meta`: key `KIND:NAME` in UTF-8, value its JSON. A
 * name may contain colons; a kind does not.
 *
 * Ownership: records that `get` and `all` return are the catalog's own. A caller that changes one
 * puts a changed copy.
 *
 * Writing: `put`, `remove` and `next` write at once and must run within a transaction
 * (`Engine.write`). When it is aborted, memory is ahead of the disk and the catalog is replaced by
 * a new one.
 */
export class Catalog {
  readonly #files: Files;
  readonly #records = new Map<keyof Kinds, Map<string, unknown>>();

  constructor(files: Files) {
    this.#files = files;
    for (const { key, value } of files.meta.getRange({})) {
      const text = key.toString();
      const colon = text.indexOf(':');
      this.#of(text.slice(0, colon) as keyof Kinds).set(text.slice(colon + 1), JSON.parse(value.toString()));
    }
  }

  /** The record, or undefined. O(1). */
  get<K extends keyof Kinds>(kind: K, name: string): Kinds[K] | undefined {
    return this.#records.get(kind)?.get(name) as Kinds[K] | undefined;
  }

  /** All records of a kind, sorted by name. O(n log n). */
  all<K extends keyof Kinds>(kind: K): [name: string, record: Kinds[K]][] {
    const entries = [...this.#of(kind)] as [string, Kinds[K]][];
    return entries.sort(([a], [b]) => (a < b ? -1 : 1));
  }

  /** Writes a record, replacing one of the same name. */
  put<K extends keyof Kinds>(kind: K, name: string, record: Kinds[K]): void {
    this.#of(kind).set(name, record);
    this.#files.meta.putSync(Buffer.from(`${kind}:${name}`), Buffer.from(JSON.stringify(record)));
  }

  /** Removes a record. Does nothing where there is none. */
  remove(kind: keyof Kinds, name: string): void {
    this.#of(kind).delete(name);
    this.#files.meta.removeSync(Buffer.from(`${kind}:${name}`));
  }

  #of(kind: keyof Kinds): Map<string, unknown> {
    const records = this.#records.get(kind) ?? new Map<string, unknown>();
    this.#records.set(kind, records);
    return records;
  }

  /** The next number of a counter, starting at 1. Numbers of aborted transactions are given again. */
  next(counter: string): number {
    const next = (this.get('counter', counter)?.next ?? 0) + 1;
    this.put('counter', counter, { next });
    return next;
  }
}
