import { Gauge, type Registry } from 'prom-client';
import type { Millis } from '../../model.ts';
import type { ProcessMemory } from '../../util/process-memory.ts';
import { type SourcesReport, sourceGauges } from './sources.ts';

/** The state of the server at one moment, by which its health and its own alerts are judged. Ages are relative to that moment. */
export interface Vitals {
  /** The machine's wall clock: what it is ahead of receipt times by, and its steps of the last ten minutes. */
  clock: { difference: Millis; steps: readonly { by: Millis; at: Millis }[] };
  /** Resident memory of the process; absent where the system does not tell. */
  memory?: ProcessMemory;
  journal: {
    /** Share of its size limit that waits for the slowest reader; 1 holds the senders. */
    fill: number;
    /** Why the journal accepts no more appends until a restart. */
    broken?: string;
    /** Why the last append failed; the next one may succeed. */
    refusing?: string;
    /** Records that were found damaged since the start. */
    damaged?: number;
  };
  /** Why the state of own alerts could not be written the last time. */
  disk?: string;
  /** By name. */
  readers: Record<string, { lag: Lag; waitsFor?: string; holds?: boolean }>;
  /** By name; the age of the oldest window that waits for its ACK, and the senders that were refused lately. */
  inputs: Record<string, { oldestUnacknowledged?: Millis; refusedSenders?: readonly RefusedVitals[] }>;
  /** Absent while its thread does not answer. */
  sink?: SinkVitals;
  /** Outputs of rules on disk that are not in the index yet. Absent while the indexer does not answer. */
  unpublished?: number;
  /** Absent while the analyser does not answer. */
  sources?: SourcesReport;
  /** Formats whose modules are not called any more, and why. Absent while the analyser does not answer. */
  disabledFormats?: Record<string, string>;
  /** By name; only those whose first message is not delivered. */
  notifiers: Record<string, { reason: string; age: Millis }>;
}

/** A sender that was refused so many times in a row, and why it was the last time. */
export interface RefusedVitals {
  address: string;
  count: number;
  reason: string;
}

export interface Lag {
  records: number;
  bytes: number;
  /** Age of the oldest record that was not read yet, in seconds. */
  seconds: number;
}

export interface SinkVitals {
  /** Why it delivers nothing, or not everything, and for how long. */
  problem?: { reason: string; age: Millis };
  /** Dead letters written since its thread started, and the latest of them. */
  refused: { count: number; last?: { index: string; reason: string } };
}

/** Gauges that show the latest vitals. */
export function vitalsTelemetry(metrics: Registry) {
  const registers = [metrics];
  const gauge = <Label extends string>(name: string, help: string, ...labelNames: Label[]) =>
    new Gauge({ name: `logboom_${name}`, help, labelNames, registers });
  const difference = gauge(
    'clock_difference_seconds',
    'What the wall clock of the machine is ahead of receipt times by, after it was set.',
  );
  const fill = gauge('journal_fill_ratio', 'Share of journal.maxSize that waits for the slowest reader.');
  const unacknowledged = gauge(
    'oldest_unacknowledged_seconds',
    'Age of the oldest window that waits for its ACK; 0 where none does.',
    'input',
  );
  const refused = gauge(
    'refused_senders',
    'Senders that were refused within the last five minutes, by input.',
    'input',
  );
  const records = gauge('reader_lag_records', 'Journal records that a reader has not read yet.', 'reader');
  const bytes = gauge('reader_lag_bytes', 'Bytes in the journal that a reader has not read yet.', 'reader');
  const seconds = gauge(
    'reader_lag_seconds',
    'Age of the oldest record that a reader has not read yet.',
    'reader',
  );
  const problem = gauge('sink_trouble_seconds', 'For how long the sink has not delivered everything.');
  const memory = gauge(
    'memory_bytes',
    'Resident memory of the process: its own, and pages of mapped files, which the system takes back when it needs memory.',
    'kind',
  );
  const unpublished = gauge(
    'outputs_unpublished',
    'Outputs of rules on disk (windows, changes of alerts, alerts, reports) that are not in the index yet.',
  );
  const sources = sourceGauges(metrics);
  return {
    update(vitals: Vitals): void {
      if (vitals.sources) sources.update(vitals.sources);
      difference.set(vitals.clock.difference / 1000);
      fill.set(vitals.journal.fill);
      for (const [kind, bytes] of Object.entries(vitals.memory ?? {})) memory.set({ kind }, bytes);
      for (const [input, { oldestUnacknowledged = 0, refusedSenders: senders = [] }] of Object.entries(
        vitals.inputs,
      )) {
        unacknowledged.set({ input }, oldestUnacknowledged / 1000);
        refused.set({ input }, senders.length);
      }
      for (const [reader, { lag }] of Object.entries(vitals.readers)) {
        records.set({ reader }, lag.records);
        bytes.set({ reader }, lag.bytes);
        seconds.set({ reader }, lag.seconds);
      }
      if (vitals.unpublished !== undefined) unpublished.set(vitals.unpublished);
      problem.set((vitals.sink?.problem?.age ?? 0) / 1000);
    },
  };
}
