import { type Client, errors } from '@elastic/elasticsearch';
import type { BulkItem, Millis } from '../../../model.ts';
import type { Clock } from './circuit-breaker.ts';

interface StreamRevisionsOptions {
  client: Client;
  clock: Clock;
  signal: AbortSignal;
  /** Pause after a failed request. */
  pause: Millis;
}

interface DataStreams {
  data_streams?: { indices?: { index_name: string }[] }[];
}

interface Found {
  docs?: { _index: string; _id: string; found?: boolean }[];
}

/**
 * A data stream accepts new documents only. A later revision of a document is written into the backing index that holds
 * it, which is looked up by its id, and one that no backing index holds is created. Lookups by id see documents at once,
 * without a refresh. Where the server refuses the lookup the item stays as it is, and the server says why it is refused.
 */
export async function placeRevisions(
  items: BulkItem[],
  options: StreamRevisionsOptions,
): Promise<BulkItem[]> {
  const revised = items.filter(({ inStream }) => inStream === true);
  if (revised.length === 0) return items;
  const places = new Map<BulkItem, BulkItem>();
  for (const index of new Set(revised.map(({ index }) => index))) {
    const own = revised.filter((item) => item.index === index);
    const holders = await untilAnswered(() => holdersOf(index, own, options), options);
    if (holders === undefined) continue;
    for (const item of own) places.set(item, placed(item, holders.get(item.id)));
  }
  return items.map((item) => places.get(item) ?? item);
}

function placed(item: BulkItem, holder: string | undefined): BulkItem {
  if (holder !== undefined) return { ...item, index: holder };
  const { version: _, ...created } = item;
  return { ...created, action: 'create' };
}

/** The backing index of each document that is there. Undefined: the server refuses to say. */
async function holdersOf(
  stream: string,
  items: BulkItem[],
  { client, signal }: StreamRevisionsOptions,
): Promise<Map<string, string> | undefined> {
  try {
    const path = `/_data_stream/${encodeURIComponent(stream)}`;
    const known = await client.transport.request<DataStreams>({ method: 'GET', path }, { signal });
    const indices = (known.data_streams ?? []).flatMap(({ indices = [] }) =>
      indices.map((one) => one.index_name),
    );
    if (indices.length === 0) return new Map();
    const docs = items.flatMap(({ id }) => indices.map((_index) => ({ _index, _id: id, _source: false })));
    const answer = await client.transport.request<Found>(
      { method: 'POST', path: '/_mget', body: { docs } },
      { signal },
    );
    const found = (answer.docs ?? []).filter((doc) => doc.found === true);
    return new Map(found.map(({ _id, _index }) => [_id, _index]));
  } catch (thrown) {
    const status = thrown instanceof errors.ResponseError ? thrown.statusCode : undefined;
    if (status === 404) return new Map();
    if (status !== undefined && status >= 400 && status < 500 && status !== 429) return undefined;
    throw thrown;
  }
}

async function untilAnswered<T>(
  ask: () => Promise<T>,
  { clock, signal, pause }: StreamRevisionsOptions,
): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch {
      signal.throwIfAborted();
      await clock.sleep(pause, signal);
    }
  }
}
