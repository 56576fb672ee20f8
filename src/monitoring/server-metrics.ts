import { createHash } from 'node:crypto';
import type { IndexingConfig } from '../config/schema/outputs.ts';
import type { BulkItem, Millis } from '../model.ts';
import type { Status } from '../telemetry/api/status.ts';
import type { Readings } from '../telemetry/metrics.ts';
import { ecsVersion } from '../util/ecs.ts';

/** Resources that the process used. */
interface ProcessUse {
  /** Milliseconds of processor time since the start. */
  cpu: Millis;
  rss: number;
  heap: number;
}

export interface ServerSample {
  at: Millis;
  readings: Readings;
  status: Status;
  use: ProcessUse;
}

interface ServerIdentity {
  host: string;
  /** The data folder, which distinguishes two servers on one machine. */
  data: string;
  indexing: Pick<IndexingConfig, 'namespace'>;
}

const dataset = 'logboom.server';

/** The document of the server's own metrics: counts between two samples, and the state at the later one. */
export function serverDocument(
  before: ServerSample,
  now: ServerSample,
  { host, data, indexing: { namespace } }: ServerIdentity,
): BulkItem {
  const id = createHash('sha256').update(`${host}:${data}`).digest('base64url').slice(0, 16);
  const time = new Date(now.at).toISOString();
  const document = {
    '@timestamp': time,
    ecs: { version: ecsVersion },
    event: { kind: 'metric', dataset, duration: (now.at - before.at) * 1_000_000 },
    data_stream: { type: 'metrics', dataset, namespace },
    host: { name: host },
    service: { name: 'logboom', version: now.status.version, id },
    logboom: {
      uptime: now.status.uptime,
      ...counted(before, now),
      ...standing(now.status),
      process: {
        cpu: round((now.use.cpu - before.use.cpu) / (now.at - before.at)),
        memory: { rss: now.use.rss, heap: now.use.heap },
      },
    },
  };
  const index = `metrics-${dataset}-${namespace}`;
  return { action: 'create', index, id: `${id}-${now.at}`, document: JSON.stringify(document) };
}

/** Growth of the counters. */
function counted(before: ServerSample, now: ServerSample) {
  const seconds = (now.at - before.at) / 1000;
  const grown = (name: string, labels?: Record<string, string>) =>
    now.readings.growth(before.readings, `logboom_${name}_total`, labels);
  const ack = (share: number) => {
    const quantile = now.readings.quantile(before.readings, 'logboom_lumberjack_ack_seconds', share);
    return quantile === undefined ? undefined : round(quantile * 1000);
  };
  const events = grown('lumberjack_events') + grown('file_events') + grown('input_events');
  const indexed = grown('elasticsearch_documents', { outcome: 'indexed' });
  return {
    input: {
      connections: now.status.inputs.lumberjack?.connections ?? 0,
      windows: grown('lumberjack_windows'),
      events,
      events_per_second: round(events / seconds),
      bytes: grown('lumberjack_wire_bytes'),
      failures: grown('lumberjack_failures'),
      ack: { p50: ack(0.5), p99: ack(0.99) },
    },
    events: {
      analysed: grown('events_analysed'),
      late: grown('late_events', { outcome: 'too late' }),
      corrected: grown('late_events', { outcome: 'corrected' }),
      ahead: grown('events_ahead'),
      rejected: grown('elasticsearch_documents', { outcome: 'dead-lettered' }) + grown('dead_letters'),
    },
    sink: {
      indexed,
      indexed_per_second: round(indexed / seconds),
      duplicates: grown('elasticsearch_documents', { outcome: 'duplicate' }),
      failed_requests: grown('elasticsearch_bulks', { outcome: 'failed' }),
      available: now.status.sink.state === 'ready',
    },
    alerts: { open: now.status.alerts.open, transitions: grown('alert_transitions') },
    notifications: {
      delivered: grown('notifications', { outcome: 'delivered' }),
      failed: grown('notifications', { outcome: 'failed' }),
      pending: Object.values(now.status.notifiers).reduce((sum, { pending }) => sum + pending, 0),
    },
  };
}

function standing({ journal, readers }: Status) {
  const lags = Object.entries(readers).map(([name, { lag }]) => [name, { lag }]);
  return {
    journal: { bytes: journal.bytes, fill: round(journal.bytes / journal.maxBytes) },
    readers: Object.fromEntries(lags),
  };
}

const round = (value: number) => Math.round(value * 1000) / 1000;

interface ServerMetricsOptions extends ServerIdentity {
  every: Millis;
  sample: () => Promise<ServerSample>;
  /** Receives each document. */
  out: (item: BulkItem) => void;
}

/** Samples the server while it runs. The first document is about the time from the start to the first interval's end. */
export function startServerMetrics({ every, sample, out, ...identity }: ServerMetricsOptions): {
  stop(): void;
} {
  let before: ServerSample | undefined;
  let busy = false;
  let stopped = false;
  async function take(): Promise<void> {
    if (busy || stopped) return;
    busy = true;
    try {
      const now = await sample();
      if (stopped) return;
      if (before !== undefined && now.at > before.at) out(serverDocument(before, now, identity));
      before = now;
    } catch (error) {
      // A sample that a stop interrupts reads parts that are closed by then.
      if (!stopped) throw error;
    } finally {
      busy = false;
    }
  }
  void take();
  const timer = setInterval(() => void take(), every);
  timer.unref();
  return {
    stop() {
      stopped = true;
      clearInterval(timer);
    },
  };
}
