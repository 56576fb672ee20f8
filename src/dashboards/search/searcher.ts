import type { Client } from '@elastic/elasticsearch';
import type { ElasticsearchConfig } from '../../config/schema/outputs.ts';
import { LogboomError, messageOf } from '../../errors.ts';
import type { Millis } from '../../model.ts';

export interface Hit {
  _id: string;
  _index: string;
  _source: Record<string, unknown>;
  /** Values of the sort keys, where the search has some. */
  sort?: unknown[];
}

/** An aggregation's answer: the buckets or values that the request asked for. */
export type Aggregated = Record<string, unknown>;

interface SearchAnswer {
  total: number;
  hits: Hit[];
  aggregations: Aggregated;
  /** What failed in part, in words. */
  problems: string[];
}

/** Searches documents, in the embedded store or an Elasticsearch. Rejects with `SINK_UNAVAILABLE` or `SINK_REFUSED`. */
export interface Searcher {
  search(index: string, body: object): Promise<SearchAnswer>;
  close(): Promise<void>;
}

interface RawAnswer {
  hits: { total?: { value: number } | number; hits: Hit[] };
  aggregations?: Aggregated;
  timed_out?: boolean;
  _shards?: {
    failures?: { index?: string; reason?: { reason?: string; caused_by?: { reason?: string } } }[];
  };
}

const timeout: Millis = 30_000;
/** Within the timeout of the request, so that what is found by then is shown. */
const searchTimeout = '20s';

/** `current` is the configuration in force: after a reload the next search goes to the new address. */
export function searcherOf(current: () => ElasticsearchConfig): Searcher {
  let known: { config: ElasticsearchConfig; client: Client } | undefined;
  const client = async () => {
    // Loaded with the first search: the client is a sixth of the code of the main thread, which a start waits for.
    const { createClient } = await import('../../sinks/elasticsearch/client/client.ts');
    const config = current();
    if (known?.config !== config) {
      void known?.client.close();
      known = { config, client: createClient(config) };
    }
    return known.client;
  };
  return {
    search: async (index, body) => searchWith(await client(), index, body),
    close: async () => known?.client.close(),
  };
}

async function searchWith(client: Client, index: string, body: object): Promise<SearchAnswer> {
  try {
    const answer = await client.transport.request<RawAnswer>(
      {
        method: 'POST',
        path: `/${encodeURIComponent(index).replaceAll('%2C', ',')}/_search`,
        querystring: { ignore_unavailable: true, allow_no_indices: true },
        body: { timeout: searchTimeout, ...body },
      },
      { requestTimeout: timeout },
    );
    return readAnswer(answer);
  } catch (error) {
    throw failed(error);
  }
}

function readAnswer({ hits, aggregations = {}, timed_out, _shards }: RawAnswer): SearchAnswer {
  const { total = 0 } = hits;
  const failures = (_shards?.failures ?? []).map(
    ({ index = 'an index', reason }) =>
      `${index}: ${reason?.caused_by?.reason ?? reason?.reason ?? 'failed'}`,
  );
  const late = timed_out ? [`the search ended after ${searchTimeout}, so counts are too low`] : [];
  return {
    total: typeof total === 'number' ? total : total.value,
    hits: hits.hits,
    aggregations,
    problems: [...new Set([...late, ...failures])].slice(0, 5),
  };
}

interface ResponseFailure {
  statusCode?: number;
  body?: { error?: { reason?: string; root_cause?: { reason?: string }[] } | string };
}

/** The client's own message of a refused request holds the whole body. */
function failed(error: unknown): LogboomError {
  const { statusCode, body } = (error as { meta?: ResponseFailure }).meta ?? {};
  // The client gives a failed connection the status 0.
  if (!statusCode)
    return new LogboomError('SINK_UNAVAILABLE', `Documents cannot be searched: ${messageOf(error)}`, {
      cause: error,
    });
  const failure = body?.error;
  const reason =
    typeof failure === 'string' ? failure : (failure?.root_cause?.[0]?.reason ?? failure?.reason);
  const code = statusCode === 429 || statusCode >= 500 ? 'SINK_UNAVAILABLE' : 'SINK_REFUSED';
  return new LogboomError(code, `The search was refused (${statusCode}): ${reason ?? messageOf(error)}`, {
    cause: error,
  });
}
