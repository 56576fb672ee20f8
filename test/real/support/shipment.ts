import { accessLines, accessLog } from './access-lines.ts';
import type { Answer } from './elasticsearch.ts';
import { type FilebeatLogstash, startFilebeat } from './filebeat.ts';
import { type Config, type RealLogboom, startLogboom } from './logboom.ts';
import { eventually } from './processes.ts';
import { rules } from './shipment-rules.ts';

/** A request to Elasticsearch, or to what takes its place. */
export type Request = (
  method: string,
  path: string,
  body?: object,
) => Promise<{ status: number; body: Answer }>;

export interface ShipmentOptions {
  logstash: FilebeatLogstash;
  /** Sections of `logboom.yml` beside the rules. */
  config: Config;
  /** Data streams and the alerts' index get it into their names, so that shipments do not mix. */
  namespace: string;
  /** Where documents end up; given the embedded store's address. */
  requestTo: (store: string) => Request;
}

export interface Hit {
  _index: string;
  _id: string;
  _source: Answer;
}

/** All that a shipment left behind. */
export interface Shipment {
  startedAt: number;
  events: Hit[];
  /** What Kibana would ask: status codes, sum of bytes, most frequent paths, by the server's own count. */
  counted: Answer;
  windows: Hit[];
  alerts: (Hit & { _version: number })[];
  transitions: Hit[];
  /** Times that a document of the alerts' index was written, where the server counts that. */
  alertWrites: number | undefined;
  acked: number;
  late: number;
  filebeatLog: string;
  serverLog: string;
}

const minutes = new Set(accessLines().map(({ time }) => Math.floor(time / 60_000))).size;

/** Ships the access log from a real Filebeat through a real logboom, waits for the last window, and looks at it all. */
export async function ship({ logstash, config, namespace, requestTo }: ShipmentOptions): Promise<Shipment> {
  const startedAt = Date.now();
  const indexing = { namespace, alerts: `alerts-${namespace}`, retryMax: '1s' };
  // Lines come up to 59 s late; the last windows close in silence, so `idleAfter` and `lateness` are waited for.
  const server = await startLogboom({ indexing, rules, time: { idleAfter: '5s' }, ...config });
  const request = requestTo(server.store);
  const filebeat = await startFilebeat({ inputs: [accessLogInput], hosts: [server.lumberjack], logstash });
  try {
    const { acked } = await filebeat.acked(10_000, 120_000);
    const names = namesOf(namespace);
    await eventually(
      'the last window of the last minute is there',
      () => closed(request, names.windows),
      240_000,
    );
    await eventually('all alerts have ended', () => ended(server, request, names), 120_000);
    const found = {
      ...(await findings(request, names)),
      late: await server.metric('logboom_events_late_total'),
    };
    const logs = { filebeatLog: filebeat.log(), serverLog: server.log() };
    await server.stop();
    return { startedAt, acked, ...found, ...logs };
  } catch (failure) {
    const tail = `${server.log().slice(-4_000)}\n${JSON.stringify(await server.status().catch(String))}`;
    throw new Error(`${namespace}: ${(failure as Error).message}\n${tail}`);
  } finally {
    await filebeat.stop();
    await server.discard();
  }
}

const accessLogInput = {
  type: 'filestream',
  id: 'access',
  paths: [accessLog],
  fields_under_root: true,
  fields: { 'event.dataset': 'apache.access' },
};

function namesOf(namespace: string) {
  return {
    events: `logs-apache.access-${namespace}`,
    windows: `metrics-logboom.windows-${namespace}`,
    alerts: `alerts-${namespace}`,
    transitions: `logs-logboom.alerts-${namespace}`,
  };
}

type Names = ReturnType<typeof namesOf>;

async function closed(request: Request, windows: string): Promise<boolean> {
  await request('POST', `/${windows}/_refresh`);
  const { body } = await request('GET', `/${windows}/_count?q=rule.name:requests`);
  return body.count >= minutes;
}

/** No alert is open any more, and the index says so, too. */
async function ended(server: RealLogboom, request: Request, { alerts }: Names): Promise<boolean> {
  if ((await server.status()).alerts.open > 0) return false;
  await request('POST', `/${alerts}/_refresh`);
  const { body } = await request('GET', `/${alerts}/_count?q=alert.status:(active OR recovering)`);
  return body.count === 0;
}

async function findings(request: Request, names: Names) {
  for (const name of Object.values(names)) await request('POST', `/${name}/_refresh`);
  const all = async (index: string) => {
    const { body } = await request('POST', `/${index}/_search`, { size: 10_000, version: true });
    return body.hits.hits;
  };
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

const countedByTheServer = {
  size: 0,
  track_total_hits: true,
  aggs: {
    statuses: { terms: { field: 'http.response.status_code', size: 20 } },
    bytes: { sum: { field: 'http.response.body.bytes' } },
    paths: { terms: { field: 'url.path', size: 10 } },
  },
};
