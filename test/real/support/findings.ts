import { accessLines } from './access-lines.ts';
import type { Answer } from './elasticsearch.ts';
import type { RealLogboom } from './logboom.ts';
import { eventually } from './processes.ts';

/** A request to Elasticsearch, or to what takes its place. */
export type Request = (
  method: string,
  path: string,
  body?: object,
) => Promise<{ status: number; body: Answer }>;

export interface Hit {
  _index: string;
  _id: string;
  _version: number;
  _source: Answer;
}

/** What is in the index. */
export interface Findings {
  events: Hit[];
  /** What Kibana would ask: status codes, sum of bytes, most frequent paths, by the server's own count. */
  counted: Answer;
  windows: Hit[];
  alerts: Hit[];
  transitions: Hit[];
  /** Times that a document of the alerts' index was written, where the server counts that. */
  alertWrites: number | undefined;
}

export type Names = ReturnType<typeof namesOf>;

export function namesOf(namespace: string) {
  return {
    events: `logs-apache.access-${namespace}`,
    windows: `metrics-logboom.windows-${namespace}`,
    alerts: `alerts-${namespace}`,
    transitions: `logs-logboom.alerts-${namespace}`,
  };
}

/** The embedded store, asked as `curl` does. */
export function requestsTo(url: string): Request {
  return async (method, path, body) => {
    const json = body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
    const response = await fetch(`${url}${path}`, { method, ...json });
    return { status: response.status, body: await response.json() };
  };
}

const minutes = new Set(accessLines().map(({ time }) => Math.floor(time / 60_000))).size;

/** Waits in silence until the last window of the last minute is closed, and the last alert has ended. */
export async function settled(server: RealLogboom, request: Request, names: Names): Promise<void> {
  const closed = async () => (await countOf(request, names.windows, 'rule.name:requests')) === minutes;
  await eventually('the last window of the last minute is in the index', closed, 150_000);
  // It was put out after all that was raised before it, so an alert that is missing now was never raised.
  const ended = async () =>
    (await server.status()).alerts.open === 0 &&
    (await countOf(request, names.alerts, 'NOT alert.status:inactive')) === 0;
  await eventually('all alerts have ended', ended, 150_000);
}

export async function countOf(request: Request, index: string, query = '*'): Promise<number | undefined> {
  await request('POST', `/${index}/_refresh`);
  return (await request('GET', `/${index}/_count?q=${encodeURIComponent(query)}`)).body.count;
}

export async function findings(request: Request, names: Names): Promise<Findings> {
  for (const name of Object.values(names)) await request('POST', `/${name}/_refresh`);
  const all = (index: string) => hitsOf(request, index);
  const { body: counted } = await request('POST', `/${names.events}/_search`, countedByTheServer);
  const { body: stats } = await request('GET', `/${names.alerts}/_stats/indexing`);
  return {
    events: await all(names.events),
    counted,
    windows: await all(names.windows),
    alerts: await all(names.alerts),
    transitions: await all(names.transitions),
    alertWrites: stats?._all?.primaries.indexing.index_total,
  };
}

/** No more than 10,000, as Elasticsearch has it. */
export async function hitsOf(
  request: Request,
  index: string,
  query: object = { match_all: {} },
): Promise<Hit[]> {
  const { body } = await request('POST', `/${index}/_search`, { size: 10_000, version: true, query });
  return body.hits.hits;
}

const countedByTheServer = {
  size: 0,
  track_total_hits: true,
  aggs: {
    statuses: { terms: { field: 'http.response.status_code', size: 20 } },
    bytes: { sum: { field: 'http.response.body.bytes' } },
    paths: { terms: { field: 'url.path', size: 10 } },
  },
};
