import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Instruments } from '../metrics.ts';

export interface JournalTelemetry {
  opened(folder: string, oldest: number, newest: number): void;
  appended(records: number, bytes: number, seconds: number): void;
  trimmed(records: number): void;
  refused(error: Error, records: number): void;
  choresPutOff(error: Error): void;
  full(bytes: number, limit: number): void;
  roomAgain(bytes: number, limit: number): void;
  filled(bytes: number, waiting: number): void;
  closed(folder: string): void;
}

const made = new WeakMap<Registry, ReturnType<typeof metricsOf>>();

/** A journal that is opened again uses the same metrics. */
export function journalTelemetry({ log, metrics }: Instruments): JournalTelemetry {
  const moved = made.get(metrics) ?? metricsOf(metrics);
  made.set(metrics, moved);
  return {
    opened(folder, oldest, newest) {
      log.info({ folder, oldest, newest }, 'journal opened');
    },
    appended(records, bytes, seconds) {
      moved.records.inc(records);
      moved.bytes.inc(bytes);
      moved.seconds.observe(seconds);
    },
    trimmed(records) {
      moved.trimmed.inc(records);
      log.debug({ records }, 'journal trimmed');
    },
    refused(error, records) {
      moved.refused.inc(records);
      log.error({ err: error, records }, 'journal could not be written');
    },
    choresPutOff(error) {
      moved.putOff.inc();
      log.debug({ err: error }, 'cursors and trimming of the journal wait for the disk');
    },
    full(bytes, limit) {
      moved.full.inc();
      log.warn({ bytes, limit }, 'journal is full: senders are held until readers catch up');
    },
    roomAgain(bytes, limit) {
      log.info({ bytes, limit }, 'journal has room again');
    },
    filled(bytes, waiting) {
      moved.unread.set(bytes);
      moved.waiting.set(waiting);
    },
    closed(folder) {
      log.info({ folder }, 'journal closed');
    },
  };
}

function metricsOf(registry: Registry) {
  const registers = [registry];
  const counter = (name: string, help: string) =>
    new Counter({ name: `logboom_journal_${name}`, help, registers });
  const gauge = (name: string, help: string) =>
    new Gauge({ name: `logboom_journal_${name}`, help, registers });
  return {
    records: counter('records_total', 'Records appended, ticks included.'),
    bytes: counter('bytes_total', 'Bytes of records appended.'),
    trimmed: counter('trimmed_records_total', 'Records removed after their time was over.'),
    refused: counter('refused_records_total', 'Records that the disk refused.'),
    putOff: counter('chores_put_off_total', 'Times that cursors and trimming had to wait for the disk.'),
    full: counter('full_total', 'Times that the journal was full and held its senders.'),
    unread: gauge('unread_bytes', 'Bytes that wait for the slowest reader.'),
    waiting: gauge('waiting_appends', 'Appends that wait for room.'),
    seconds: new Histogram({
      name: 'logboom_journal_commit_seconds',
      help: 'Time from writing a group of records to having it on disk.',
      buckets: [0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2],
      registers,
    }),
  };
}
