import { createHash } from 'node:crypto';
import type { BulkItem, Millis } from '../model.ts';
import type { Figures, StatisticsReport, WindowFigures } from '../telemetry/api/statistics.ts';
import { ecsVersion } from '../util/ecs.ts';

interface ServerIdentity {
  host: string;
  /** The data folder, which distinguishes two servers on one machine. */
  data: string;
  indexing: { namespace: string };
}

const dataset = 'logboom.stats';

/**
 * The documents of one interval: one with all events, and one for each of the most frequent values of each field. `window`
 * names the window of the report that is the interval.
 */
export function statisticsDocuments(
  report: StatisticsReport,
  window: string,
  identity: ServerIdentity,
): BulkItem[] {
  const span = report.windows[window]!;
  const write = documentsOf(Date.parse(report.at), span, identity);
  const values = Object.entries(report.fields).flatMap(([by, { field, values }]) =>
    values.map((one, place) => write({ by, field, value: one.value, rank: place + 1 }, one[window]!)),
  );
  return [write({ by: 'all' }, span), ...values];
}

interface About {
  by: string;
  field?: string;
  value?: string;
  rank?: number;
}

function documentsOf(at: Millis, span: WindowFigures, { host, data, indexing }: ServerIdentity) {
  const { namespace } = indexing;
  const server = createHash('sha256').update(`${host}:${data}`).digest('base64url').slice(0, 16);
  const end = Math.floor(at / 1000) * 1000;
  const time = (millis: Millis) => new Date(millis).toISOString();
  return (about: About, figures: Figures): BulkItem => {
    const { by, rank = 0 } = about;
    const document = {
      '@timestamp': time(end),
      ecs: { version: ecsVersion },
      event: {
        ...{ kind: 'metric', dataset },
        start: time(end - span.coveredSeconds * 1000),
        ...{ end: time(end), duration: Math.round(span.coveredSeconds * 1e9) },
      },
      data_stream: { type: 'metrics', dataset, namespace },
      host: { name: host },
      service: { name: 'logboom', id: server },
      logboom: {
        stats: {
          ...about,
          ...{ events: figures.events, errors: figures.errors },
          events_per_second: figures.eventsPerSecond,
          errors_per_second: figures.errorsPerSecond,
          error_share: figures.errorShare,
          events_at_most: figures.eventsAtMost,
          ...{ full: span.full, sampled: span.sampled },
        },
      },
    };
    const index = `metrics-${dataset}-${namespace}`;
    return {
      action: 'create',
      index,
      id: `${server}-${end}-${by}-${rank}`,
      document: JSON.stringify(document),
    };
  };
}

interface StatisticsDocumentsOptions extends ServerIdentity {
  every: Millis;
  /** The statistics since that time, as the window `documents`. Undefined: there is no answer now. */
  report: (from: Millis) => Promise<StatisticsReport | undefined>;
  out: (item: BulkItem) => void;
}

/**
 * Writes statistics as documents at each interval, each time those since the time before, so that every second is in one of them. An
 * interval without events writes the one document of all events.
 */
export function startStatisticsDocuments(options: StatisticsDocumentsOptions): { stop(): void } {
  const { every, report, out, ...identity } = options;
  let stopped = false;
  let from: Millis = 0;
  const timer = setInterval(async () => {
    const found = await report(from);
    if (found === undefined || stopped || Date.parse(found.at) < from + 1000) return;
    from = Math.floor(Date.parse(found.at) / 1000) * 1000;
    for (const item of statisticsDocuments(found, 'documents', identity)) out(item);
  }, every);
  timer.unref();
  return {
    stop() {
      stopped = true;
      clearInterval(timer);
    },
  };
}
