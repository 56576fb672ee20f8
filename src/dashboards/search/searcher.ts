import type { ElasticsearchConfig } from '../../config/schema/outputs.ts';
import { LogboomError, messageOf } from '../../errors.ts';
import type { Millis } from '../../model.ts';
import type { ElasticsearchClient } from '../../sinks/elasticsearch/client/client.ts';

export interface Hit {
  _id: string;
  _index: string;
  _source: Record<string, unknown>;
  /** Values of the sort keys, where the search has some. */
  sort?: unknown[];
}

/** An aggregation's answer: the buckets or values that the request asked for. */
export type Aggregated = Record<string, unknown>;

export interface SearchAnswer {
  total: number;
  hits: Hit[];
  aggregations: Aggregated;
  /** What failed in part, in words. */
  problems: string[];
}

interface FieldType {
  type: string;
  /** Whether a search can sort by it. */
  aggregatable: boolean;
  /** The indices in which it is of that type, where it has another one elsewhere. */
  indices?: string[];
  /** Those in which it cannot be sorted by, where it can elsewhere. */
  non_aggregatable_indices?: string[];
}

/** Searches documents, in the embedded store or an Elasticsearch. Rejects with `SINK_UNAVAILABLE` or `SINK_REFUSED`. */
export interface Searcher {
  search(index: string, body: object): Promise<SearchAnswer>;
  /** What a field is in the indices that have it. */
  typesOf(index: string, field: string): Promise<FieldType[]>;
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

/** Types by field, and by type. */
interface RawTypes {
  fields: Record<string, Record<string, FieldType>>;
}

const timeout: Millis = 30_000;
/** Within the timeout of the request, so that what is found by then is shown. */
const searchTimeout = '20s';

/** `current` is the configuration in force: after a reload the next search goes to the new address. */
export function searcherOf(current: () => ElasticsearchConfig): Searcher {
  let known: { config: ElasticsearchConfig; client: ElasticsearchClient } | undefined;
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
    search: async (index, body) => {
      const asked = { method: 'POST', body: { timeout: searchTimeout, ...body } };
      return readAnswer(await request<RawAnswer>(await client(), index, '_search', asked));
    },
    typesOf: async (index, field) => {
      const asked = { method: 'GET', querystring: { fields: field } };
      const { fields } = await request<RawTypes>(await client(), index, '_field_caps', asked);
      return Object.values(fields[field] ?? {});
    },
    close: async () => known?.client.close(),
  };
}

interface Asked {
  method: string;
  querystring?: object;
  body?: object;
}

async function request<T>(
  client: ElasticsearchClient,
  index: string,
  what: string,
  asked: Asked,
): Promise<T> {
  try {
    return await client.transport.request<T>(
      {
        ...asked,
        path: `/${encodeURIComponent(index).replaceAll('%2C', ',')}/${what}`,
        querystring: { ignore_unavailable: true, allow_no_indices: true, ...asked.querystring },
      },
      { requestTimeout: timeout },
    );
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
