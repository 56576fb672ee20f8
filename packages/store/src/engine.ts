import { randomUUID } from 'node:crypto';
import type { Millis } from '@logboom/common';
import type { JsonObject } from './json.ts';
import type { MappingSettings } from './mapping/mapping.ts';
import { clone } from './mapping/merge.ts';
import { checkedName } from './names.ts';
import { Catalog, type IndexRecord, type StreamRecord } from './storage/catalog.ts';
import { ColumnCache } from './storage/column-cache.ts';
import { type Files, openFiles } from './storage/files.ts';
import { Shard } from './storage/shard.ts';
import { WriteQueue } from './storage/write-queue.ts';
import { illegalArgument, indexNotFound } from './store-error.ts';
import { type Composed, mergeSettings, templateFor } from './templates.ts';

/** `store.cacheSize` where nobody says: memory for columns of sealed segments. */
const usualCache = 128 * 2 ** 20;

/** An index with its documents at hand. */
export interface OpenIndex {
  record: IndexRecord;
  shard: Shard;
}

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

/** The indices, and the one way to change them: `write`. */
export class Engine {
  readonly files: Files;
  readonly now: () => Millis;
  readonly writes: WriteQueue;
  readonly cache: ColumnCache;
  catalog: Catalog;
  readonly #shards = new Map<number, Shard>();

  constructor(folder: string, now: () => Millis, cacheSize = usualCache) {
    this.cache = new ColumnCache(cacheSize);
    this.files = openFiles(folder);
    this.now = now;
    this.catalog = new Catalog(this.files);
    this.writes = new WriteQueue(this.files, () => this.#reload());
  }

  write<T>(work: () => T): Promise<T> {
    return this.writes.run(work);
  }

  async close(): Promise<void> {
    await this.writes.close();
    await this.files.root.close();
  }

  clusterUuid(): string {
    return this.catalog.get('cluster', 'cluster')?.uuid ?? 'unknown';
  }

  open(name: string): OpenIndex {
    const record = this.catalog.get('index', name);
    if (!record) throw indexNotFound(name);
    return { record, shard: this.shardOf(record) };
  }

  shardOf(record: IndexRecord): Shard {
    let shard = this.#shards.get(record.number);
    if (!shard) {
      const { number, mappings, settings } = record;
      shard = new Shard(this.files, this.cache, number, clone(mappings), mappingSettings(settings));
      this.#shards.set(record.number, shard);
    }
    return shard;
  }

  /** The index that a write to `name` goes to; it is created where it is missing. */
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

  /** Takes an index out of sight; the purge removes its documents. */
  deleteIndex(record: IndexRecord): void {
    this.catalog.remove('index', record.name);
    this.#shards.delete(record.number);
    this.cache.forget(`${record.number}/`);
    this.catalog.put('trash', String(this.catalog.next('trash')), { index: record.number });
  }

  deleteStream(stream: StreamRecord): void {
    for (const name of stream.indices) {
      const record = this.catalog.get('index', name);
      if (record) this.deleteIndex(record);
    }
    this.catalog.remove('stream', stream.name);
  }

  /** Stores a mapping that grew or was put. */
  saveMapping({ record, shard }: OpenIndex): void {
    this.catalog.put('index', record.name, { ...record, mappings: shard.mapping.definition });
  }

  remap(opened: OpenIndex, mappings: JsonObject, settings = opened.record.settings): void {
    opened.shard.remap(clone(mappings), mappingSettings(settings));
    this.catalog.put('index', opened.record.name, { ...opened.record, mappings, settings });
  }

  #streamTarget(stream: StreamRecord, isCreate: boolean): OpenIndex {
    if (!isCreate)
      throw illegalArgument('only write ops with an op_type of create are allowed in data streams');
    return this.open(stream.indices.at(-1)!);
  }

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

  /** After an aborted transaction memory may know more than the disk; all of it is read again. */
  #reload(): void {
    this.#shards.clear();
    this.cache.forget('');
    this.catalog = new Catalog(this.files);
  }
}
