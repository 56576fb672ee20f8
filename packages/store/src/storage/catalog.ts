import type { JsonObject } from '../json.ts';
import type { Files } from './files.ts';

/** What the store knows of an index beside its documents. */
export interface IndexRecord {
  name: string;
  /** Its number in keys; never used again. */
  number: number;
  uuid: string;
  created: number;
  mappings: JsonObject;
  settings: JsonObject;
  aliases: JsonObject;
  /** The data stream that it belongs to. */
  stream?: string;
}

export interface StreamRecord {
  name: string;
  template: string;
  /** Names of its backing indices, the last of them is written to. */
  indices: string[];
  generation: number;
}

/** A documents' range that is out of sight and still on disk. */
export interface Trash {
  index: number;
  /** First sequence and one past the last; a whole index where they are missing. */
  range?: [number, number];
}

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
 * All that is not documents: small, so it is held in memory, and each change is written in the transaction that
 * needs it.
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

  get<K extends keyof Kinds>(kind: K, name: string): Kinds[K] | undefined {
    return this.#records.get(kind)?.get(name) as Kinds[K] | undefined;
  }

  /** Sorted by name. */
  all<K extends keyof Kinds>(kind: K): [name: string, record: Kinds[K]][] {
    const entries = [...this.#of(kind)] as [string, Kinds[K]][];
    return entries.sort(([a], [b]) => (a < b ? -1 : 1));
  }

  put<K extends keyof Kinds>(kind: K, name: string, record: Kinds[K]): void {
    this.#of(kind).set(name, record);
    this.#files.meta.putSync(Buffer.from(`${kind}:${name}`), Buffer.from(JSON.stringify(record)));
  }

  remove(kind: keyof Kinds, name: string): void {
    this.#of(kind).delete(name);
    this.#files.meta.removeSync(Buffer.from(`${kind}:${name}`));
  }

  #of(kind: keyof Kinds): Map<string, unknown> {
    const records = this.#records.get(kind) ?? new Map<string, unknown>();
    this.#records.set(kind, records);
    return records;
  }

  /** The next number of a counter, from 1. */
  next(counter: string): number {
    const next = (this.get('counter', counter)?.next ?? 0) + 1;
    this.put('counter', counter, { next });
    return next;
  }
}
