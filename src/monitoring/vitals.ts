import type { Config } from '../config/schema/schema.ts';
import type { Input } from '../inputs/input.ts';
import type { LumberjackInput } from '../inputs/lumberjack/input.ts';
import type { Journal } from '../journal/journal.ts';
import type { Millis, Position } from '../model.ts';
import type { Delivery } from '../notifiers/delivery.ts';
import { type Streams, streamName } from '../notifiers/streams/streams.ts';
import { type ForwarderReport, forwarderVitals } from '../readers/forwarder/forwarding.ts';
import type { Reader } from '../readers/reader.ts';
import type { SinkStatus } from '../sinks/elasticsearch/sink.ts';
import type { ProcessingTelemetry } from '../telemetry/components/processing.ts';
import type { SourcesReport } from '../telemetry/components/sources.ts';
import type { Lag, SinkVitals, Vitals } from '../telemetry/components/vitals.ts';
import { processMemory } from '../util/process-memory.ts';
import type { ReceiptClock } from '../util/receipt-clock.ts';

/** The parts of a pipeline that monitoring observes. */
export interface Monitored {
  clock: Pick<ReceiptClock, 'now' | 'difference' | 'steps'>;
  journal: Journal;
  analyser: Reader;
  indexer: Reader;
  /** While `forward` is configured. */
  readonly forwarder: Reader | undefined;
  delivery: Pick<Delivery, 'put' | 'sendNow' | 'wake' | 'pendingFor' | 'totalsOf' | 'failing' | 'suppressed'>;
  streams: Pick<Streams, 'stateOf' | 'failing' | 'putOwn'>;
  /** Where it is enabled. */
  lumberjack: LumberjackInput | undefined;
  inputs: readonly Input[];
  /** Counts of the processors before the journal. */
  processing: Pick<ProcessingTelemetry, 'counts'>;
  /** When the record at a position was received; undefined where the journal does not hold it. */
  receivedAt: (position: Position) => Millis | undefined;
}

/** The names of all notifiers; `log` always exists. */
export const notifierNames = ({ notifiers }: Pick<Config, 'notifiers'>): string[] => [
  ...new Set(['log', ...Object.keys(notifiers)]),
];

/** The readers of the journal, by name. */
export function readersOf({ analyser, indexer, forwarder }: ReaderParts): Reader[] {
  return [analyser, indexer, ...(forwarder ? [forwarder] : [])];
}

type ReaderParts = Pick<Monitored, 'analyser' | 'indexer' | 'forwarder'>;

/** Reads the vitals. `now` is a receipt time. */
export async function vitalsOf(parts: Monitored, config: Config, now: Millis): Promise<Vitals> {
  const { journal, analyser, indexer, delivery, lumberjack, streams } = parts;
  const [sink, unpublished, sources, formats] = await Promise.all([
    indexer.call<SinkStatus>('sink'),
    indexer.call<number>('unpublished'),
    analyser.call<SourcesReport>('sources'),
    analyser.call<Record<string, string>>('formats'),
  ]);
  const waits = sink?.state === 'retrying' ? { waitsFor: 'Elasticsearch' } : {};
  const forwards = await forwarderNow(parts, config, now);
  const memory = processMemory();
  return {
    clock: clockVitals(parts.clock, now),
    ...(memory && { memory }),
    journal: {
      fill: journal.fill.bytes / journal.fill.limit,
      damaged: indexer.damaged,
      ...(journal.broken !== undefined && { broken: journal.broken }),
      ...(journal.lastWriteError !== undefined && { refusing: journal.lastWriteError }),
    },
    readers: Object.fromEntries(
      readersOf(parts).map((reader) => [
        reader.name,
        {
          lag: lagAt(reader.position, parts, now),
          ...(reader === indexer && waits),
          ...(reader === parts.forwarder && forwards),
        },
      ]),
    ),
    inputs: lumberjack ? { lumberjack: lumberjackVitals(lumberjack, now) } : {},
    ...(sink && { sink: sinkVitals(sink, now) }),
    ...(unpublished !== undefined && { unpublished }),
    ...(sources && { sources }),
    ...(formats && { disabledFormats: formats }),
    notifiers: Object.fromEntries(
      [
        ...notifierNames(config).map((name) => [name, delivery.failing(name)] as const),
        ...Object.keys(config.streams).map((name) => [streamName(name), streams.failing(name)] as const),
      ].flatMap(([name, failing]) =>
        failing ? [[name, { reason: failing.reason, age: Math.max(0, now - failing.since) }]] : [],
      ),
    ),
  };
}

function lumberjackVitals(input: LumberjackInput, now: Millis): Vitals['inputs'][string] {
  const { oldestUnacknowledged: oldest } = input.stats();
  const refused = input.refused();
  return {
    ...(oldest !== undefined && { oldestUnacknowledged: Math.max(0, now - oldest) }),
    ...(refused.length > 0 && {
      refusedSenders: refused.map(({ address, count, reason }) => ({ address, count, reason })),
    }),
  };
}

/** How long a step of the wall clock is shown. */
const stepsShown: Millis = 600_000;

function clockVitals({ difference, steps }: Monitored['clock'], now: Millis): Vitals['clock'] {
  // Steps are dated by the wall clock, which may be anywhere now.
  const recent = steps.filter(({ at }) => Math.abs(now + difference - at) < stepsShown);
  return { difference, steps: recent };
}

async function forwarderNow({ forwarder, journal }: Monitored, { forward }: Config, now: Millis) {
  if (!forwarder || !forward) return {};
  const report = await forwarder.call<ForwarderReport>('forward');
  return forwarderVitals(forwarder, journal, forward, report, now);
}

function lagAt(position: Position, { journal, receivedAt }: Monitored, now: Millis): Lag {
  const records = Math.max(0, journal.fill.newest - position);
  const since = records === 0 ? undefined : receivedAt(position + 1);
  const seconds = since === undefined ? 0 : Math.max(0, now - since) / 1000;
  return { records, bytes: journal.bytesAfter(position), seconds };
}

function sinkVitals({ reason, since, refused }: SinkStatus, now: Millis): SinkVitals {
  const hasProblem = reason !== undefined && since !== undefined;
  return {
    ...(hasProblem && { problem: { reason, age: Math.max(0, now - since) } }),
    refused,
  };
}
