import { Gauge, type Registry } from 'prom-client';
import type { Millis } from '../../model.ts';

/** What logboom can tell of its own well-being at one moment. Ages are lengths of time up to that moment. */
export interface Vitals {
  journal: {
    /** Share of its size limit that waits for the slowest reader; 1 holds the senders. */
    fill: number;
    /** Why it takes nothing any more. */
    broken?: string;
    /** Why the disk did not take the last append; the next one may find it well again. */
    refusing?: string;
    /** Records that were found damaged since the start. */
    damaged?: number;
  };
  /** By name. */
  readers: Record<string, { lag: Lag; waitsFor?: string; holds?: boolean }>;
  /** By name; the age of the oldest window that waits for its ACK. */
  inputs: Record<string, { oldestUnacknowledged?: Millis }>;
  /** Absent where its thread does not answer. */
  sink?: SinkVitals;
  /** By name; only those whose first message does not leave. */
  notifiers: Record<string, { reason: string; age: Millis }>;
}

export interface Lag {
  records: number;
  bytes: number;
  /** Age of the oldest record that was not read yet, in seconds. */
  seconds: number;
}

export interface SinkVitals {
  /** Why it delivers nothing, or not everything, and for how long that has been so. */
  trouble?: { reason: string; age: Millis };
  /** Dead letters written since its thread began, and the latest of them. */
  refused: { count: number; last?: { index: string; reason: string } };
}

/** Puts the figures of the moment into the metrics. */
export function vitalsTelemetry(metrics: Registry) {
  const registers = [metrics];
  const gauge = <Label extends string>(name: string, help: string, ...labelNames: Label[]) =>
    new Gauge({ name: `logboom_${name}`, help, labelNames, registers });
  const fill = gauge('journal_fill_ratio', 'Share of journal.maxSize that waits for the slowest reader.');
  const unacknowledged = gauge(
    'oldest_unacknowledged_seconds',
    'Age of the oldest window that waits for its ACK; 0 where none does.',
    'input',
  );
  const records = gauge('reader_lag_records', 'Journal records that a reader has not read yet.', 'reader');
  const bytes = gauge('reader_lag_bytes', 'Bytes in the journal that a reader has not read yet.', 'reader');
  const seconds = gauge(
    'reader_lag_seconds',
    'Age of the oldest record that a reader has not read yet.',
    'reader',
  );
  const trouble = gauge('sink_trouble_seconds', 'For how long the sink has not delivered everything.');
  return {
    told(vitals: Vitals): void {
      fill.set(vitals.journal.fill);
      for (const [input, { oldestUnacknowledged = 0 }] of Object.entries(vitals.inputs))
        unacknowledged.set({ input }, oldestUnacknowledged / 1000);
      for (const [reader, { lag }] of Object.entries(vitals.readers)) {
        records.set({ reader }, lag.records);
        bytes.set({ reader }, lag.bytes);
        seconds.set({ reader }, lag.seconds);
      }
      trouble.set((vitals.sink?.trouble?.age ?? 0) / 1000);
    },
  };
}
