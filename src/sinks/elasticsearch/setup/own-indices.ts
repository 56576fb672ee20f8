import type { Client } from '@elastic/elasticsearch';
import type { Millis } from '../../../model.ts';
import { owner } from './templates/template.ts';

interface OwnIndex {
  name: string;
  created: Millis;
  /** Of its primary shards. */
  bytes: number;
  documents: number;
}

/** The indices and data streams of the cluster whose mapping is marked as logboom's. */
export interface OwnIndices {
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
export async function ownIndices(
  client: Client,
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
export function backingIndices(streams: OwnIndices['streams']): OwnIndex[] {
  return streams.flatMap(({ indices }) => indices.slice(0, -1)).sort((a, b) => a.created - b.created);
}
