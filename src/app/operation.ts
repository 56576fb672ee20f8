import { hostname } from 'node:os';
import { resolve } from 'node:path';
import type { Loaded } from '../config/load/load.ts';
import type { Config } from '../config/schema/schema.ts';
import { secretsOf } from '../config/secrets.ts';
import type { BulkItem, Millis } from '../model.ts';
import { DeadMansSwitch, notAlive } from '../monitoring/dead-mans-switch.ts';
import { describePipeline } from '../monitoring/describe.ts';
import { type ServerSample, startServerMetrics } from '../monitoring/server-metrics.ts';
import { startStatisticsDocuments } from '../monitoring/statistics-documents.ts';
import { readersOf, vitalsOf } from '../monitoring/vitals.ts';
import { foldersOf } from '../readers/reader-port.ts';
import { reportApart } from '../replay/reporting/report-apart.ts';
import { reportTelemetry } from '../telemetry/components/reports.ts';
import { deadMansSwitchTelemetry } from '../telemetry/components/self-monitoring.ts';
import type { Instruments, Metrics } from '../telemetry/metrics.ts';
import { version } from '../util/files.ts';
import { withoutCredentials } from '../util/text.ts';
import type { EmbeddedStore } from './embedded-store.ts';
import type { Pipeline } from './pipeline.ts';
import type { Running } from './reload.ts';
import { startReloading } from './reloading.ts';
import { Reporting } from './reporting.ts';

interface OperationParts {
  running: Running;
  pipeline: Pipeline;
  store: EmbeddedStore | undefined;
  metrics: Metrics;
  instruments: Instruments;
  secrets: string[];
  load: (() => Loaded) | undefined;
  startedAt: Millis;
}

/** Starts the parts for operators: status and health, own metrics, and reload. */
export function startOperation(parts: OperationParts) {
  const { running, pipeline, store, metrics, startedAt } = parts;
  const { urlOf, dataOf } = targets(running.config, store);
  const described = describePipeline(pipeline, {
    get config() {
      return running.config;
    },
    get problems() {
      return running.problems;
    },
    get url() {
      return urlOf(running.config);
    },
    metrics,
    store: store?.url,
    version,
    startedAt,
  });
  const own = ownMetrics({
    running,
    sample: described.sample,
    out: (item) => pipeline.indexer.sendDocument(item),
  });
  const statistics = statisticsDocuments(running.config, described.statistics, (item) =>
    pipeline.indexer.sendDocument(item),
  );
  const deadMan = new DeadMansSwitch({
    notAlive: async () =>
      notAlive(await vitalsOf(pipeline, running.config, pipeline.clock.now()), await described.silent(5_000)),
    telemetry: deadMansSwitchTelemetry(parts.instruments),
  });
  deadMan.restart(running.config.deadMansSwitch);
  const reporting = new Reporting({
    config: () => running.config,
    elasticsearch: () => dataOf(running.config).elasticsearch,
    make: reportApart,
    put: (notifications, documents) => pipeline.delivery.putReport(notifications, documents),
    telemetry: reportTelemetry(parts.instruments),
  });
  reporting.restart();
  const reloading = startReloading({
    ...parts,
    dataOf,
    onChange({ config, parts: concerned }) {
      if (concerned.includes('indexing')) own.restart();
      if (concerned.includes('store') || concerned.includes('indexing')) store?.keep(config);
      if (concerned.includes('deadMansSwitch')) deadMan.restart(config.deadMansSwitch);
      if (concerned.includes('reports')) reporting.restart();
      if (concerned.includes('log')) logFrom(parts, config.log.level);
    },
  });
  const stop = () => {
    reloading.stop();
    deadMan.stop();
    own.stop();
    statistics?.stop();
    return reporting.stop();
  };
  return {
    described,
    reports: () => reporting.states(),
    url: () => urlOf(running.config),
    reload: reloading.reload,
    stop,
  };
}

/** Sets the log level in all threads; each has a log of its own. */
function logFrom({ instruments, pipeline, store }: OperationParts, level: string): void {
  instruments.log.level = level;
  for (const reader of readersOf(pipeline)) reader.logFrom(level);
  store?.logFrom(level);
}

/** The destination of documents for a configuration. The embedded store stays as it was at the start. */
function targets({ data }: Config, store: EmbeddedStore | undefined) {
  const folders = foldersOf(data);
  return {
    urlOf: ({ elasticsearch }: Config) =>
      store?.url ?? withoutCredentials(elasticsearch?.hosts?.join(', ') || 'Elastic Cloud'),
    dataOf: (config: Config) => {
      const elasticsearch = store?.elasticsearch ?? config.elasticsearch!;
      return { config, elasticsearch, folders, secrets: secretsOf(config) };
    },
  };
}

/** Writes statistics as documents. A change of their settings needs a restart. */
function statisticsDocuments(
  { data, indexing, statistics: { documents: every, top } }: Config,
  statistics: ReturnType<typeof describePipeline>['statistics'],
  out: (item: BulkItem) => void,
) {
  if (statistics === undefined || every === 0) return undefined;
  const question = { by: statistics.names, top, sort: 'documents' };
  const report = (from: Millis) => statistics.report(question, from);
  return startStatisticsDocuments({ every, report, out, host: hostname(), data: resolve(data), indexing });
}

interface OwnMetricsParts {
  running: Running;
  sample: () => Promise<ServerSample>;
  out: (item: BulkItem) => void;
}

/** Writes the metrics of the server by the current configuration. `restart` applies a changed one. */
function ownMetrics({ running, sample, out }: OwnMetricsParts): { restart(): void; stop(): void } {
  let samples = start();
  function start() {
    const { data, indexing } = running.config;
    if (indexing.serverMetrics === 0) return undefined;
    const identity = { host: hostname(), data: resolve(data), indexing };
    return startServerMetrics({ every: indexing.serverMetrics, sample, out, ...identity });
  }
  const stop = () => samples?.stop();
  return {
    restart() {
      stop();
      samples = start();
    },
    stop,
  };
}
