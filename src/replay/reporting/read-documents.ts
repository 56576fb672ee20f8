import type { ElasticsearchConfig } from '../../config/schema/outputs.ts';
import { parsers } from '../../config/schema/parsers.ts';
import { LogboomError, messageOf } from '../../errors.ts';
import { splitLines } from '../../journal/record.ts';
import type { Millis } from '../../model.ts';
import { EventReader, type ReadEvent } from '../../parsers/event.ts';
import { createClient } from '../../sinks/elasticsearch/client/client.ts';
import type { Reading } from './read-events.ts';

interface DocumentOptions {
  elasticsearch: ElasticsearchConfig;
  /** Pattern of the indices with events. */
  index: string;
  spans: readonly { from: Millis; to: Millis }[];
  onEvent: (event: ReadEvent) => void;
  onProgress?: ((share: number, events: number) => void) | undefined;
}

/** Documents of one answer. */
const page = 5_000;
const keepAlive = '2m';

interface Hit {
  _source: unknown;
  sort?: unknown[];
}
interface Answer {
  pit_id?: string;
  hits: { total?: number | { value: number }; hits: Hit[] };
}

/** Fields that a report shows as they are. Queries of the user may ask for any field, so whole documents are read. */
const origin = { input: 'report', connection: 'elasticsearch', address: '' };

/**
 * Reads the documents of events from Elasticsearch or the embedded store, through a point in time, so that none is read twice.
 * Rejects with `SINK_UNAVAILABLE` where the server does not answer, or not with documents.
 */
export async function readDocuments(options: DocumentOptions): Promise<Reading> {
  const client = createClient(options.elasticsearch);
  const request = async <T>(method: string, path: string, body?: object): Promise<T> => {
    try {
      return (await client.transport.request({ method, path, ...(body && { body }) })) as T;
    } catch (error) {
      throw new LogboomError(
        'SINK_UNAVAILABLE',
        `Elasticsearch gives no documents for the report: ${messageOf(error)}.`,
        {
          cause: error,
        },
      );
    }
  };
  const path = `/${encodeURIComponent(options.index)}/_pit?keep_alive=${keepAlive}&ignore_unavailable=true`;
  const { id } = await request<{ id: string }>('POST', path);
  try {
    return await readPages(options, (body) => request<Answer>('POST', '/_search', body), id);
  } finally {
    await request('DELETE', '/_pit', { id }).catch(() => undefined);
    await client.close();
  }
}

/** Documents are parsed already: the fields that they have are taken as they are. */
function readerOfDocuments(): EventReader {
  const asTheyAre = parsers.parse({ default: 'none', timestamp: '@timestamp' });
  return new EventReader({ parsers: asTheyAre, time: { zone: 'UTC' } });
}

async function readPages(
  { spans, onEvent, onProgress }: DocumentOptions,
  search: (body: object) => Promise<Answer>,
  id: string,
): Promise<Reading> {
  const reading: Reading = { untimed: 0, broken: 0 };
  const reader = readerOfDocuments();
  const ranges = spans.map(({ from, to }) => ({
    range: { '@timestamp': { gte: from, lt: to, format: 'epoch_millis' } },
  }));
  const query = { bool: { should: ranges, minimum_should_match: 1 } };
  let pit = id;
  let read = 0;
  let after: unknown[] | undefined;
  for (;;) {
    const { pit_id, hits } = await search({
      ...{ size: page, query, pit: { id: pit, keep_alive: keepAlive }, sort: [{ '@timestamp': 'asc' }] },
      ...(after === undefined
        ? { track_total_hits: true }
        : { search_after: after, track_total_hits: false }),
    });
    pit = pit_id ?? pit;
    if (hits.hits.length === 0) return reading;
    const lines = hits.hits.map(({ _source }) => `${JSON.stringify(_source)}\n`).join('');
    reader.open(splitLines(Buffer.from(lines)), { origin, receivedAt: Date.now() });
    for (let event = reader.next(); event; event = reader.next())
      if (event.problem === undefined) onEvent(event);
      else reading.broken += 1;
    read += hits.hits.length;
    after = hits.hits.at(-1)!.sort;
    const { total = read } = hits;
    onProgress?.(Math.min(1, read / Math.max(1, typeof total === 'number' ? total : total.value)), read);
    if (after === undefined) return reading;
  }
}
