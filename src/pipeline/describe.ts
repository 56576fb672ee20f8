import type { Config } from '../config/schema.ts';
import type { Millis } from '../model.ts';
import type { Pipeline } from '../pipeline.ts';
import { type Health, type HealthSnapshot, healthOf } from '../telemetry/health.ts';
import type { Metrics, MetricsReport } from '../telemetry/metrics.ts';
import type { ReaderStatus, Status } from '../telemetry/status.ts';
import {
  type ForwarderReport,
  forwarderProgress,
  forwarderWaits,
  forwardStatus,
} from './describe-forwarder.ts';
import type { Reader } from './reader.ts';
import type { ServerSample } from './server-metrics.ts';

export interface Described {
  config: Config;
  metrics: Metrics;
  /** Where documents go. */
  url: string;
  /** Address of the embedded store, where it is in use. */
  store: string | undefined;
  version: string;
  startedAt: Millis;
}

/** What the sink says of itself; it lives in the indexer's thread. */
interface SinkReport {
  state: 'preparing' | 'delivering' | 'retrying' | 'closed';
  reason: string | undefined;
}

/** What the API and `logboom status` show of a pipeline. */
export function describePipeline(pipeline: Pipeline, described: Described) {
  return {
    status: () => statusOf(pipeline, described),
    health: () => healthNow(pipeline, described),
    silent: (within: Millis) => silentIn(pipeline, within),
    metrics: async () => {
      await gather(pipeline, described.metrics);
      return described.metrics.text();
    },
    sample: () => sampleOf(pipeline, described),
  };
}

/** For the document that the server writes of itself. */
async function sampleOf(pipeline: Pipeline, described: Described): Promise<ServerSample> {
  const status = await statusOf(pipeline, described);
  await gather(pipeline, described.metrics);
  const readings = await described.metrics.readings();
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed } = process.memoryUsage();
  return { at: Date.now(), readings, status, use: { cpu: (user + system) / 1000, rss, heap: heapUsed } };
}

async function silentIn({ analyser, indexer }: Pipeline, within: Millis): Promise<string[]> {
  const readers = [analyser, indexer];
  const answers = await Promise.all(readers.map((reader) => reader.answers(within)));
  return readers.filter((_, index) => !answers[index]).map(({ name }) => name);
}

/** Asks the workers for their latest metrics. */
async function gather({ analyser, indexer, forwarder }: Pipeline, metrics: Metrics): Promise<void> {
  await Promise.all(
    [analyser, indexer, ...(forwarder ? [forwarder] : [])].map(async (reader) => {
      const report = await reader.call<MetricsReport>('metrics');
      if (report) metrics.take(reader.name, report);
    }),
  );
}

async function statusOf(
  pipeline: Pipeline,
  { config, url, store, version, startedAt }: Described,
): Promise<Status> {
  const { journal, analyser, indexer, forwarder, delivering, lumberjack } = pipeline;
  const now = Date.now();
  const sink = await indexer.call<SinkReport>('sink');
  const report = await forwarder?.call<ForwarderReport>('forward');
  const stats = lumberjack.stats();
  const address = lumberjack.address();
  const { fill } = journal;
  return {
    version,
    uptime: now - startedAt,
    inputs: {
      lumberjack: {
        url: `${address.host}:${address.port}`,
        connections: stats.connections,
        windowsInFlight: stats.windowsInFlight,
        ...(stats.oldestUnacknowledged !== undefined && {
          oldestUnacknowledged: now - stats.oldestUnacknowledged,
        }),
      },
    },
    journal: {
      bytes: fill.bytes,
      maxBytes: fill.limit,
      newest: fill.newest,
      ...(journal.broken !== undefined && { broken: journal.broken }),
    },
    readers: {
      analyser: readerStatus(analyser, pipeline, now),
      indexer: { ...readerStatus(indexer, pipeline, now), ...(sink && waits(sink)) },
      ...(forwarder && {
        forwarder: { ...readerStatus(forwarder, pipeline, now), ...forwarderWaits(forwarder, report, now) },
      }),
    },
    ...(forwarder && { forward: forwardStatus(forwarder, journal, report) }),
    alerts: { open: (await analyser.call<number>('alerts')) ?? 0 },
    sink: {
      kind: store === undefined ? 'elasticsearch' : 'store',
      url,
      state: sink && sink.state === 'delivering' ? 'ready' : 'unavailable',
      ...(sink?.reason !== undefined && { reason: sink.reason }),
    },
    notifiers: Object.fromEntries(
      ['log', ...Object.keys(config.notifiers)].map((name) => [
        name,
        { pending: delivering.pendingFor(name) },
      ]),
    ),
    ...(store !== undefined && { store: { url: store } }),
  };
}

function readerStatus(reader: Reader, { journal }: Pipeline, now: Millis): ReaderStatus {
  const records = Math.max(0, journal.fill.newest - reader.position);
  const since = reader.stuckSince;
  const seconds = since === undefined ? 0 : (now - since) / 1000;
  return { position: reader.position, lag: { records, bytes: journal.bytesAfter(reader.position), seconds } };
}

const waits = ({ state }: SinkReport) => (state === 'retrying' ? { waitsFor: 'Elasticsearch' } : {});

async function healthNow(pipeline: Pipeline, { config }: Described): Promise<Health> {
  const { journal, analyser, indexer, forwarder } = pipeline;
  const { fill } = journal;
  const now = Date.now();
  const sink = await indexer.call<SinkReport>('sink');
  const report = await forwarder?.call<ForwarderReport>('forward');
  const progress = (reader: Reader) => ({
    position: reader.position,
    newest: fill.newest,
    lastProgressAt: reader.stuckSince ?? now,
  });
  const snapshot: HealthSnapshot = {
    journal: {
      fill: fill.bytes / fill.limit,
      damaged: indexer.damaged,
      ...(journal.broken !== undefined && { broken: journal.broken }),
      ...(journal.refusing !== undefined && { refusing: journal.refusing }),
    },
    readers: {
      analyser: progress(analyser),
      indexer: { ...progress(indexer), ...(sink && waits(sink)) },
      ...(forwarder && {
        forwarder: forwarderProgress(forwarder, journal, config.forward!, report, now),
      }),
    },
    threads: { analyser: gone(analyser), indexer: gone(indexer) },
  };
  return healthOf(snapshot, now);
}

const gone = (reader: Reader) => (reader.alive ? {} : { gone: 'it ended, and is started again' });
