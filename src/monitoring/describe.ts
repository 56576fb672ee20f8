import { processorName } from '../config/schema/processors.ts';
import type { Config } from '../config/schema/schema.ts';
import type { StatisticsConfig } from '../config/schema/statistics.ts';
import type { Millis } from '../model.ts';
import { matchersGivenUp } from '../notifiers/control/matcher.ts';
import type { StatisticsCall } from '../readers/analyser/statistics.ts';
import { type ForwarderReport, forwardStatus } from '../readers/forwarder/forwarding.ts';
import type { DeadLetterOutcome } from '../readers/indexer/open-sink.ts';
import type { Reader } from '../readers/reader.ts';
import type { SinkStatus } from '../sinks/elasticsearch/sink.ts';
import { statisticsFields } from '../statistics/fields.ts';
import { type Health, type HealthSnapshot, healthOf } from '../telemetry/api/health.ts';
import type { StatisticsQuestion, StatisticsReport } from '../telemetry/api/statistics.ts';
import type { Status } from '../telemetry/api/status.ts';
import type { KeptState } from '../telemetry/components/pipeline.ts';
import type { ProcessorCounts } from '../telemetry/components/processing.ts';
import type { SourcesReport } from '../telemetry/components/sources.ts';
import { type Vitals, vitalsTelemetry } from '../telemetry/components/vitals.ts';
import type { Metrics, MetricsReport } from '../telemetry/metrics.ts';
import type { SelfMonitoring } from './self-monitoring.ts';
import type { ServerSample } from './server-metrics.ts';
import { type Monitored, notifierNames, readersOf, vitalsOf } from './vitals.ts';

/** The parts that the API describes. */
type Pipeline = Monitored & { selfMonitoring: SelfMonitoring };

interface Described {
  /** The configuration in force. */
  readonly config: Config;
  metrics: Metrics;
  /** Where documents go. */
  readonly url: string;
  /** Address of the embedded store, where it is in use. */
  store: string | undefined;
  version: string;
  startedAt: Millis;
  /** Number of problems for which the last reload was refused. */
  readonly problems?: number;
}

/** The answers of the API about a pipeline. */
export function describePipeline(pipeline: Pipeline, described: Described) {
  const vitals = () => vitalsOf(pipeline, described.config, pipeline.clock.now());
  const telemetry = vitalsTelemetry(described.metrics.registry);
  return {
    status: async () => statusOf(pipeline, described, await vitals()),
    health: async () => healthNow(pipeline, described, await vitals()),
    silent: (within: Millis) => unresponsiveIn(pipeline, within),
    metrics: async () => {
      await gather(pipeline, described.metrics);
      telemetry.update(await vitals());
      return described.metrics.text();
    },
    sample: async () => sampleOf(pipeline, described, await vitals()),
    deadLetters: deadLetterAction(pipeline),
    statistics: statisticsOf(pipeline, described.config.statistics),
  };
}

/** Undefined where they are switched off. */
function statisticsOf({ analyser, clock }: Pipeline, { enabled, fields }: StatisticsConfig) {
  if (!enabled) return undefined;
  return {
    names: statisticsFields(fields).map(({ name }) => name),
    report: (question: StatisticsQuestion, from?: Millis) =>
      analyser.call<StatisticsReport>('statistics', 5_000, {
        question,
        now: clock.now(),
        ...(from !== undefined && { from }),
      } satisfies StatisticsCall),
  };
}

/** How long a request waits until dead letters are sent again or dropped. */
const deadLettersWithin: Millis = 240_000;

const deadLetterAction =
  ({ indexer }: Pipeline) =>
  (action: 'retry' | 'drop', filter: object) =>
    indexer.call<DeadLetterOutcome>(`${action}DeadLetters`, deadLettersWithin, filter);

/** The sample of which the server's own metrics document is made. */
async function sampleOf(pipeline: Pipeline, described: Described, vitals: Vitals): Promise<ServerSample> {
  const status = await statusOf(pipeline, described, vitals);
  await gather(pipeline, described.metrics);
  const readings = await described.metrics.readings();
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed } = process.memoryUsage();
  return { at: Date.now(), readings, status, use: { cpu: (user + system) / 1000, rss, heap: heapUsed } };
}

/**
 * Readers that do not answer in time. The service manager then restarts the server, so the forwarder is not asked: no sender, alert
 * or document waits for it. A forwarder that hangs shows by its lag, in `/health` and as an own alert.
 */
async function unresponsiveIn({ analyser, indexer }: Pipeline, within: Millis): Promise<string[]> {
  const readers = [analyser, indexer];
  const answers = await Promise.all(readers.map((reader) => reader.answers(within)));
  return readers.filter((_, index) => !answers[index]).map(({ name }) => name);
}

/** Asks the workers for their latest metrics. */
async function gather(pipeline: Pipeline, metrics: Metrics): Promise<void> {
  if (!pipeline.forwarder) metrics.forget('forwarder');
  await Promise.all(
    readersOf(pipeline).map(async (reader) => {
      const report = await reader.call<MetricsReport>('metrics');
      if (report) metrics.take(reader.name, report);
    }),
  );
}

function inputsStatus({ lumberjack, inputs }: Pipeline, vitals: Vitals): Status['inputs'] {
  const sourcesOf = (name: string) => {
    const sources = vitals.sources?.inputs[name];
    return sources && { sources };
  };
  const address = lumberjack?.address();
  const stats = lumberjack?.stats();
  return {
    ...(address && {
      lumberjack: {
        url: `${address.host}:${address.port}`,
        connections: stats!.connections,
        windowsInFlight: stats!.windowsInFlight,
        ...vitals.inputs.lumberjack,
        ...sourcesOf('lumberjack'),
      },
    }),
    ...Object.fromEntries(
      inputs.map((input) => [input.name, { kind: input.kind, ...input.stats(), ...sourcesOf(input.name) }]),
    ),
  };
}

async function statusOf(
  pipeline: Pipeline,
  { config, url, store, version, startedAt }: Described,
  vitals: Vitals,
): Promise<Status> {
  const { journal, analyser, forwarder, delivery, selfMonitoring } = pipeline;
  const report = await forwarder?.call<ForwarderReport>('forward');
  const [kept, open] = await Promise.all([analyser.call<KeptState>('kept'), analyser.call<number>('alerts')]);
  const { fill } = journal;
  return {
    version,
    uptime: Date.now() - startedAt,
    ...(vitals.memory && { memory: vitals.memory }),
    inputs: inputsStatus(pipeline, vitals),
    journal: {
      ...{ bytes: fill.bytes, maxBytes: fill.limit, newest: fill.newest, events: fill.events },
      ...(journal.broken !== undefined && { broken: journal.broken }),
    },
    readers: Object.fromEntries(
      readersOf(pipeline).map(({ name, position }) => [name, { position, ...vitals.readers[name]! }]),
    ),
    ...(forwarder && { forward: forwardStatus(forwarder, journal, report) }),
    ...(vitals.sources && { sources: shownSources(vitals.sources) }),
    ...(vitals.disabledFormats && { disabledFormats: vitals.disabledFormats }),
    ...(kept && { kept }),
    alerts: {
      ...(open !== undefined && { open }),
      ...delivery.suppressed(),
      own: selfMonitoring.open(),
    },
    sink: {
      ...(await sinkOf(pipeline, url, store)),
      ...(vitals.unpublished !== undefined && { unpublished: vitals.unpublished }),
    },
    processors: await processorsOf(pipeline, config),
    notifiers: Object.fromEntries(
      notifierNames(config).map((name) => {
        const failing = vitals.notifiers[name]?.reason;
        const counts = { pending: delivery.pendingFor(name), ...delivery.totalsOf(name) };
        return [name, { ...counts, ...(failing !== undefined && { failing }) }];
      }),
    ),
    streams: streamsStatus(pipeline, config),
    ...(store !== undefined && { store: { url: store } }),
  };
}

const streamsStatus = ({ streams: running }: Pipeline, { streams }: Config): NonNullable<Status['streams']> =>
  Object.fromEntries(Object.keys(streams).map((name) => [name, running.stateOf(name)]));

/** All configured processors with their counts. While the indexer does not answer, those that only it counts are left out. */
async function processorsOf({ processing, indexer }: Pipeline, { processors }: Config) {
  const after = await indexer.call<Record<string, ProcessorCounts>>('processors');
  const counts = { ...after, ...processing.counts() };
  const names = processors.map(processorName).filter((name) => after !== undefined || name in counts);
  const none = { changed: 0, leftOut: 0, failed: 0 };
  return Object.fromEntries(names.map((name) => [name, counts[name] ?? none]));
}

const shownSources = ({ known, forgotten, list }: SourcesReport) => ({ known, forgotten, list });

async function sinkOf({ indexer }: Pipeline, url: string, store: string | undefined) {
  const sink = await indexer.call<SinkStatus>('sink');
  const reason = sink === undefined ? 'the indexer does not answer' : sink.reason;
  return {
    kind: store === undefined ? 'elasticsearch' : 'store',
    url,
    state: sink?.state === 'delivering' ? 'ready' : 'unavailable',
    ...(reason !== undefined && { reason }),
    ...(sink?.since !== undefined && { since: new Date(sink.since).toISOString() }),
    ...(sink !== undefined && { deadLetters: sink.deadLetters ?? 0 }),
  } satisfies Status['sink'];
}

/** The answer holds the values too, so that a client of `/health` needs no other request. */
function healthNow(pipeline: Pipeline, { config, problems = 0 }: Described, vitals: Vitals): Health {
  const { journal, analyser, indexer } = pipeline;
  const { journalFill, readerLag, oldestUnacknowledged, senderRefused } = config.selfMonitoring;
  const progress = (reader: Reader) => ({
    position: reader.position,
    newest: journal.fill.newest,
    lastProgressAt: reader.stuckSince ?? Date.now(),
    ...vitals.readers[reader.name]!,
  });
  const snapshot: HealthSnapshot = {
    journal: vitals.journal,
    readers: Object.fromEntries(readersOf(pipeline).map((reader) => [reader.name, progress(reader)])),
    // A forwarder that is down is reported by what it waits for: nothing else depends on it.
    threads: { analyser: gone(analyser), indexer: gone(indexer) },
    inputs: vitals.inputs,
    notifiers: vitals.notifiers,
    sources: vitals.sources,
    configuration: { problems, matchersGivenUp: matchersGivenUp() },
  };
  const health = healthOf(snapshot, Date.now(), {
    stallAfter: 60_000,
    nearlyFull: journalFill || 1,
    farBehind: readerLag || Number.POSITIVE_INFINITY,
    waitsLong: oldestUnacknowledged || Number.POSITIVE_INFINITY,
    refusedOften: senderRefused || Number.POSITIVE_INFINITY,
  });
  return { ...health, figures: figuresOf(vitals) };
}

function figuresOf({ journal, inputs, readers }: Vitals): NonNullable<Health['figures']> {
  const each = <From, To>(of: Record<string, From>, figure: (one: From) => To) =>
    Object.fromEntries(Object.entries(of).map(([name, one]) => [name, figure(one)]));
  return {
    journalFill: journal.fill,
    oldestUnacknowledged: each(inputs, ({ oldestUnacknowledged = 0 }) => oldestUnacknowledged / 1000),
    readerLag: each(readers, ({ lag: { records, seconds } }) => ({ records, seconds })),
  };
}

const gone = (reader: Reader) => (reader.alive ? {} : { gone: 'it ended, and is started again' });
