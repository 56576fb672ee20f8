import { randomUUID } from 'node:crypto';
import { statfsSync } from 'node:fs';
import { FullDisk, freeBytes, type Millis } from '@logboom/common';
import type { JsonObject } from './json.ts';
import type { MappingSettings } from './mapping/field.ts';
import { clone } from './mapping/merge.ts';
import { checkedName } from './names.ts';
import { Catalog, type IndexRecord, type StreamRecord } from './storage/catalog.ts';
import { ColumnCache } from './storage/column-cache.ts';
import { type Files, openFiles } from './storage/files.ts';
import { Shard } from './storage/shard.ts';
import { WriteQueue } from './storage/write-queue.ts';
import { illegalArgument, indexNotFound } from './store-error.ts';
import { type Composed, mergeSettings, templateFor } from './templates.ts';

/** Bytes of columns in memory, where the host names no limit. */
const defaultCacheBytes = 128 * 2 ** 20;

/**
 * An index and its documents. `record` is as it was when the index was opened; a later change is a
 * new record.
 */
export interface OpenIndex {
  record: IndexRecord;
  shard: Shard;
}

/** The settings of an index that its mapping obeys. */
function mappingSettings(settings: JsonObject): Partial<MappingSettings> {
  const read = (path: string) =>
    path.split('.').reduce<unknown>((place, step) => (place as JsonObject | undefined)?.[step], settings);
  const limit = Number(read('index.mapping.total_fields.limit') ?? 1000);
  const depthLimit = Number(read('index.mapping.depth.limit') ?? 20);
  return {
    ignoreMalformed: read('index.mapping.ignore_malformed') === 'true',
    fieldLimit: limit,
    depthLimit,
  };
}

/**
 * The indices of the store, and the one way to change them.
 *
 * Everything runs on one thread. Reading is synchronous and may happen at any time. Every change
 * runs in `write`, which groups changes into transactions and resolves when they are on disk;
 * methods that change something (`target`, `createIndex`, `deleteIndex`, …) must be called within
 * it.
 *
 * Ownership: the engine owns the files from its constructor to `close`. An `OpenIndex` must not be
 * kept across a `write` that may fail: after an aborted transaction, shards and catalog are read
 * from disk again.
 */
export class Engine {
  readonly files: Files;
  readonly now: () => Millis;
  readonly writes: WriteQueue;
  readonly cache: ColumnCache;
  /** Replaced after an aborted transaction; always read it from the engine. */
  catalog: Catalog;
  readonly #shards = new Map<number, Shard>();

  constructor(folder: string, now: () => Millis, cacheSize = defaultCacheBytes) {
    this.cache = new ColumnCache(cacheSize);
    this.files = openFiles(folder);
    this.now = now;
    this.catalog = new Catalog(this.files);
    const disk = new FullDisk(() => freeBytes(folder, statfsSync));
    this.writes = new WriteQueue(this.files, () => this.#reload(), disk);
  }

  /**
   * Runs a change in a transaction, in turn. Resolves with its result when it is on disk. A change that
   * throws a StoreError is rejected alone, and what it changed before stays, so it checks everything first.
   */
  write<T>(work: () => T): Promise<T> {
    return this.writes.run(work);
  }

  /** Waits for changes under way and closes the files. */
  async close(): Promise<void> {
    await this.writes.close();
    await this.files.root.close();
  }

  /** The id that identifies this store to clients. */
  clusterUuid(): string {
    return this.catalog.get('cluster', 'cluster')?.uuid ?? 'unknown';
  }

  /**
   * The index of that name. The first call reads its open segment.
   * @throws StoreError `index_not_found_exception`
   */
  open(name: string): OpenIndex {
    const record = this.catalog.get('index', name);
    if (!record) throw indexNotFound(name);
    return { record, shard: this.shardOf(record) };
  }

  /** The documents of an index; one shard for each index number. */
  shardOf(record: IndexRecord): Shard {
    let shard = this.#shards.get(record.number);
    if (!shard) {
      const { number, mappings, settings } = record;
      shard = new Shard(this.files, this.cache, number, clone(mappings), mappingSettings(settings));
      this.#shards.set(record.number, shard);
    }
    return shard;
  }

  /**
   * The index that a write to `name` goes to: of a data stream, its last backing index; of an
   * alias, its write index; otherwise the index of that name, created from its template where it is
   * missing. `isCreate` says that the write cannot replace a document.
   * @throws StoreError where the name cannot be written to.
   */
  target(name: string, isCreate: boolean): OpenIndex {
    const stream = this.catalog.get('stream', name);
    if (stream) return this.#streamTarget(stream, isCreate);
    if (this.catalog.get('index', name)) return this.open(name);
    const aliased = this.#aliasTarget(name);
    if (aliased) return aliased;
    checkedName(name);
    const composed = templateFor(this.catalog, name);
    if (composed?.isStream) return this.#streamTarget(this.createStream(name, composed), isCreate);
    return this.createIndex(name, composed ?? {});
  }

  /** The index that accepts a write to `name`, if it exists and `name` is no alias. Creates nothing. */
  known(name: string, isCreate: boolean): OpenIndex | undefined {
    const stream = this.catalog.get('stream', name);
    if (stream) return isCreate ? this.open(stream.indices.at(-1)!) : undefined;
    const record = this.catalog.get('index', name);
    return record && record.stream === undefined ? { record, shard: this.shardOf(record) } : undefined;
  }

  /** Creates an index. The caller has checked the name. */
  createIndex(name: string, parts: Partial<Composed>, stream?: string): OpenIndex {
    const number = this.catalog.next('index');
    const uuid = randomUUID().replaceAll('-', '').slice(0, 22);
    const { mappings = {}, aliases = {} } = parts;
    const own: JsonObject = {
      index: {
        number_of_shards: '1',
        number_of_replicas: '0',
        provided_name: name,
        uuid,
        creation_date: String(this.now()),
      },
    };
    const settings = mergeSettings(parts.settings ?? {}, own);
    const record: IndexRecord = {
      name,
      number,
      uuid,
      created: this.now(),
      mappings,
      settings,
      aliases,
      ...(stream && { stream }),
    };
    const opened = { record, shard: this.shardOf(record) };
    this.catalog.put('index', name, record);
    return opened;
  }

  /** Creates a data stream and its first backing index. */
  createStream(name: string, composed: Composed): StreamRecord {
    const day = new Date(this.now()).toISOString().slice(0, 10).replaceAll('-', '.');
    const backing = `.ds-${name}-${day}-000001`;
    const { properties = {} } = composed.mappings;
    const timestamp = { '@timestamp': { type: 'date' } };
    const mappings: JsonObject = {
      ...composed.mappings,
      properties: { ...timestamp, ...(properties as JsonObject) },
    };
    mappings._data_stream_timestamp = { enabled: true };
    const hidden = mergeSettings(composed.settings, { index: { hidden: 'true' } });
    this.createIndex(backing, { mappings, settings: hidden, aliases: {} }, name);
    const stream: StreamRecord = { name, template: composed.template, indices: [backing], generation: 1 };
    this.catalog.put('stream', name, stream);
    return stream;
  }

  /** Takes an index out of sight at once. Retention removes its documents from disk. */
  deleteIndex(record: IndexRecord): void {
    this.catalog.remove('index', record.name);
    for (const segment of this.#shards.get(record.number)?.sealed ?? []) segment.isDropped = true;
    this.#shards.delete(record.number);
    this.cache.forget(`${record.number}/`);
    this.catalog.put('trash', String(this.catalog.next('trash')), { index: record.number });
  }

  /** Deletes a data stream and its backing indices. */
  deleteStream(stream: StreamRecord): void {
    for (const name of stream.indices) {
      const record = this.catalog.get('index', name);
      if (record) this.deleteIndex(record);
    }
    this.catalog.remove('stream', stream.name);
  }

  /** Writes the mapping that dynamic mapping extended. */
  saveMapping({ record, shard }: OpenIndex): void {
    this.catalog.put('index', record.name, { ...record, mappings: shard.mapping.definition });
  }

  /** Replaces the mapping of an index, and its settings where given. */
  remap(opened: OpenIndex, mappings: JsonObject, settings = opened.record.settings): void {
    opened.shard.remap(clone(mappings), mappingSettings(settings));
    this.catalog.put('index', opened.record.name, { ...opened.record, mappings, settings });
  }

  /** The backing index that takes writes. */
  #streamTarget(stream: StreamRecord, isCreate: boolean): OpenIndex {
    if (!isCreate)
      throw illegalArgument('only write ops with an op_type of create are allowed in data streams');
    return this.open(stream.indices.at(-1)!);
  }

  /** The index that takes writes to an alias; undefined where no index has it. */
  #aliasTarget(name: string): OpenIndex | undefined {
    const having = this.catalog.all('index').filter(([, record]) => Object.hasOwn(record.aliases, name));
    const writer = having.find(([, { aliases }]) => (aliases[name] as JsonObject).is_write_index === true);
    if (having.length > 1 && !writer)
      throw illegalArgument(
        `no write index is defined for alias [${name}]. The write index may be explicitly disabled using is_write_index=false or the alias points to multiple indices without one being designated as a write index`,
      );
    const chosen = writer ?? having[0];
    return chosen && this.open(chosen[0]);
  }

  /** After an aborted transaction memory may be ahead of the disk, so all of it is read again. */
  #reload(): void {
    this.#shards.clear();
    this.cache.forget('');
    this.catalog = new Catalog(this.files);
  }
}
