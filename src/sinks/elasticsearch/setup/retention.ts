import type { IndexingConfig } from '../../../config/schema/outputs.ts';
import { messageOf } from '../../../errors.ts';
import type { Millis } from '../../../model.ts';
import type { SinkTelemetry } from '../../../telemetry/components/sink.ts';
import type { ElasticsearchClient } from '../client/client.ts';
import { judgeFailure } from '../delivery/bulk-response.ts';
import type { Clock } from '../delivery/circuit-breaker.ts';
import { askServer, type Capabilities, capabilitiesOf } from './server.ts';
import { elasticSize, elasticTime, turnOf } from './templates/server.ts';
import { owner } from './templates/template.ts';

interface OwnIndex {
  name: string;
  created: Millis;
  /** Of its primary shards. */
  bytes: number;
  documents: number;
}

/** The indices and data streams of the cluster whose mapping is marked as logboom's. */
interface OwnIndices {
  /** Each with its indices, oldest first; the last one is written to. */
  streams: Array<{ name: string; indices: OwnIndex[] }>;
  /** Names of indices that belong to no data stream. */
  plain: string[];
}

interface Resolved {
  indices?: Array<{ name: string; data_stream?: string }>;
  data_streams?: Array<{ name: string; backing_indices?: string[] | string }>;
}
type Mappings = Record<string, { mappings?: { _meta?: { managed_by?: unknown } } }>;
type Row = {
  index: string;
  'pri.store.size': string | null;
  'creation.date': string;
  'docs.count': string | null;
};

/** Without `streams` only plain indices are searched, for reading sizes and ages of streams needs the right to monitor them. */
async function ownIndices(
  client: ElasticsearchClient,
  alerts: string,
  { streams: areWanted }: { streams: boolean },
  signal: AbortSignal,
): Promise<OwnIndices> {
  // The index of episodes is given as a pattern, too, for a name that does not exist would be an error.
  const names = `logs-*-*,metrics-logboom.*,${encodeURIComponent(alerts)}*`;
  const ask = <Answer>(path: string, query: string) =>
    client.transport.request<Answer>({ method: 'GET', path: `${path}?${query}` }, { signal });
  const everywhere = 'expand_wildcards=all';
  const { indices = [], data_streams = [] } = await ask<Resolved>(`/_resolve/index/${names}`, everywhere);
  const columns = 'format=json&bytes=b&h=index,pri.store.size,creation.date,docs.count';
  const rows = areWanted ? await ask<Row[]>(`/_cat/indices/${names}`, `${columns}&${everywhere}`) : [];
  const marks = `${everywhere}&filter_path=*.mappings._meta`;
  const mappings = await ask<Mappings>(`/${names}/_mapping`, marks);
  const isOurs = (name: string) => mappings[name]?.mappings?._meta?.managed_by === owner;
  const known = new Map(rows.map((row) => [row.index, indexFrom(row)]));
  const streams = data_streams
    .map(({ name, backing_indices = [] }) => ({ name, indices: membersOf([backing_indices].flat(), known) }))
    .filter((stream) => stream.indices.length > 0 && isOurs(stream.indices.at(-1)!.name));
  const plain = indices.filter(({ name, data_stream }) => data_stream === undefined && isOurs(name));
  return { streams, plain: plain.map(({ name }) => name) };
}

function membersOf(names: string[], known: Map<string, OwnIndex>): OwnIndex[] {
  return names
    .map((name) => known.get(name))
    .filter((index) => index !== undefined)
    .sort((a, b) => a.created - b.created || (a.name < b.name ? -1 : 1));
}

function indexFrom(row: Row): OwnIndex {
  return {
    name: row.index,
    created: Number(row['creation.date']),
    bytes: Number(row['pri.store.size'] ?? 0),
    documents: Number(row['docs.count'] ?? 0),
  };
}

/** Indices that are no longer written to, of all streams, oldest first. */
function backingIndices(streams: OwnIndices['streams']): OwnIndex[] {
  return streams.flatMap(({ indices }) => indices.slice(0, -1)).sort((a, b) => a.created - b.created);
}

interface RetentionOptions {
  client: ElasticsearchClient;
  indexing: Pick<IndexingConfig, 'alerts' | 'retention'>;
  setup: { ready: Promise<void>; readonly capabilities: Capabilities | undefined };
  clock: Clock;
  telemetry: SinkTelemetry;
  signal: AbortSignal;
}

/**
 * Deletes old documents where the server does not: whole backing indices of data streams, oldest first, and by query in plain
 * indices. Runs until the signal aborts. A failure is logged, and the work is tried again at the next run.
 */
export function keepRetention(options: RetentionOptions): void {
  const { retention } = options.indexing;
  if (retention.age === undefined && retention.size === undefined) return;
  void run(options).catch(() => undefined);
}

async function run(options: RetentionOptions): Promise<void> {
  const { client, indexing, setup, clock, telemetry, signal } = options;
  await setup.ready;
  for (;;) {
    try {
      const capabilities =
        setup.capabilities ?? (await capabilitiesOf(client, await askServer(client, signal), signal));
      if (capabilities.retains) return;
      await new Retention(client, indexing, capabilities, telemetry, signal).run(clock.now());
      telemetry.retentionWorks();
    } catch (thrown) {
      signal.throwIfAborted();
      telemetry.retentionFailed(reasonOf(thrown));
    }
    await clock.sleep(indexing.retention.every, signal);
  }
}

const reasonOf = (thrown: unknown) => judgeFailure(thrown).reason || messageOf(thrown);

/** One run: finds what exceeds the age or the size, and deletes it. */
export class Retention {
  readonly #client: ElasticsearchClient;
  readonly #indexing: RetentionOptions['indexing'];
  readonly #capabilities: Capabilities;
  readonly #telemetry: Pick<SinkTelemetry, 'expired'>;
  readonly #signal: AbortSignal;
  #failure: unknown;

  constructor(
    client: ElasticsearchClient,
    indexing: RetentionOptions['indexing'],
    capabilities: Capabilities,
    telemetry: Pick<SinkTelemetry, 'expired'>,
    signal: AbortSignal,
  ) {
    this.#client = client;
    this.#indexing = indexing;
    this.#capabilities = capabilities;
    this.#telemetry = telemetry;
    this.#signal = signal;
  }

  /** Throws the first failure after everything else was done, so that one failing index does not keep the others. */
  async run(now: Millis): Promise<void> {
    const { age, size } = this.#indexing.retention;
    const agesStreams = age !== undefined && this.#capabilities.lifecycle === 'none';
    const streams = agesStreams || size !== undefined;
    const found = await this.#find(streams);
    if (agesStreams) await this.#expireByAge(found, now - age);
    if (streams) await this.#rollOver(found);
    if (size !== undefined) await this.#expireBySize(size);
    if (age !== undefined) for (const index of found.plain) await this.#deleteFrom(index, now - age);
    if (this.#failure !== undefined) throw this.#failure;
  }

  #find(streams: boolean): Promise<OwnIndices> {
    return ownIndices(this.#client, this.#indexing.alerts, { streams }, this.#signal);
  }

  /** Rolls over, for only an index that is no longer written to can be deleted as a whole. */
  async #rollOver({ streams }: OwnIndices): Promise<void> {
    const { size, rollover } = this.#indexing.retention;
    const bytes = size === undefined ? rollover : Math.min(rollover, Math.max(1, Math.round(size / 8)));
    const conditions = {
      max_age: elasticTime(turnOf(this.#indexing.retention)),
      max_size: elasticSize(bytes),
    };
    for (const { name, indices } of streams)
      if (indices.at(-1)!.documents > 0) await this.#ask('POST', `${pathOf(name)}/_rollover`, { conditions });
  }

  /** An index was written to until the next one of its stream was made. */
  async #expireByAge({ streams }: OwnIndices, oldest: Millis): Promise<void> {
    for (const { indices } of streams)
      for (const [i, { name }] of indices.slice(0, -1).entries())
        if (indices[i + 1]!.created <= oldest) await this.#drop(name, 'age');
  }

  async #expireBySize(size: number): Promise<void> {
    const { streams } = await this.#find(true);
    let bytes = streams.flatMap(({ indices }) => indices).reduce((sum, index) => sum + index.bytes, 0);
    for (const index of backingIndices(streams)) {
      if (bytes <= size) return;
      if (await this.#drop(index.name, 'size')) bytes -= index.bytes;
    }
  }

  async #drop(name: string, reason: 'age' | 'size'): Promise<boolean> {
    const isGone = (await this.#ask('DELETE', pathOf(name))) !== undefined;
    if (isGone) this.#telemetry.expired(`index ${name}`, reason);
    return isGone;
  }

  /** An open episode stays, however long ago it last changed. */
  async #deleteFrom(index: string, oldest: Millis): Promise<void> {
    const old = { range: { '@timestamp': { lt: new Date(oldest).toISOString() } } };
    const isOpen = { bool: { filter: [exists('alert.revision')], must_not: [exists('event.end')] } };
    const query = { bool: { filter: [old], must_not: [isOpen] } };
    const path = `${pathOf(index)}/_delete_by_query?conflicts=proceed`;
    const answer = await this.#ask<{ deleted?: number }>('POST', path, { query });
    const { deleted = 0 } = answer ?? {};
    if (deleted > 0) this.#telemetry.expired(`${deleted} documents of ${index}`, 'age');
  }

  /**
   * Undefined where it failed. A 404 is ignored: another logboom of the same cluster may have deleted the index first.
   */
  async #ask<Answer = unknown>(method: string, path: string, body?: object): Promise<Answer | undefined> {
    const request = { method, path, ...(body && { body }) };
    try {
      return await this.#client.transport.request<Answer>(request, { signal: this.#signal, ignore: [404] });
    } catch (thrown) {
      this.#signal.throwIfAborted();
      this.#failure ??= thrown;
      return undefined;
    }
  }
}

/** Senders choose names of data streams, too, so they may hold any character. */
const pathOf = (name: string) => `/${encodeURIComponent(name)}`;

const exists = (field: string) => ({ exists: { field } });
