import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Origin } from '../../model.ts';
import { type Instruments, oncePerRegistry } from '../metrics.ts';

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

/** A journal that is opened again uses the same metrics. */
export function journalTelemetry({ log, metrics }: Instruments): JournalTelemetry {
  const moved = journalMetrics(metrics);
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

const journalMetrics = oncePerRegistry((registry: Registry) => {
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
});

/** Log lines and metrics of redelivery. */
export interface RedeliveryTelemetry {
  /**
   * Events of a connection's last windows, whose ACK may not have arrived, are remembered from now on. Windows that
   * cannot be read (`unreadable`) will not be recognised, should they be sent again.
   */
  remembered(connection: string, events: number, unreadable: number, size: number): void;
  /** Events of a window are in the journal already. They are acknowledged and not stored again. */
  recognised(origin: Origin, events: number, count: number, size: number): void;
  /** Events had to be forgotten early, to make room. */
  forgotten(events: number): void;
  /** Events were forgotten because their sender has their ACK. `size` is what is still remembered. */
  confirmed(size: number): void;
  failed(error: unknown): void;
}

export function redeliveryTelemetry({ log, metrics }: Instruments): RedeliveryTelemetry {
  const moved = redeliveryMetrics(metrics);
  return {
    remembered(connection, events, unreadable, size) {
      moved.size.set(size);
      moved.unreadable.inc(unreadable);
      if (events > 0)
        log.debug(`${events} events of ${connection} are remembered, for their ACK may not have arrived.`);
      if (unreadable > 0)
        log.info(
          `${unreadable} of the last windows of ${connection} are not in the journal any longer (journal.keepAge, journal.keepSize). Should they be sent again, they are there twice.`,
        );
    },
    recognised({ address, connection }, events, count, size) {
      moved.size.set(size);
      moved.windows.inc();
      moved.events.inc(events);
      log.info(
        { client: { address, connection } },
        `${connection} sends ${events} of ${count} events of a window again. They are acknowledged, and kept once.`,
      );
    },
    forgotten(events) {
      moved.forgotten.inc(events);
      log.warn(
        `${events} events that may be sent again are forgotten before their time (inputs.redelivery.maxEvents). Should they come, they are there twice.`,
      );
    },
    confirmed(size) {
      moved.size.set(size);
    },
    failed(err) {
      log.error({ err }, 'Events that may be sent again could not be remembered.');
    },
  };
}

const redeliveryMetrics = oncePerRegistry((registry: Registry) => {
  const registers = [registry];
  const counter = (name: string, help: string) =>
    new Counter({ name: `logboom_redelivery_${name}`, help, registers });
  return {
    events: counter('events_total', 'Events that were sent again, recognised, and kept once.'),
    windows: counter('windows_total', 'Windows that held such events.'),
    forgotten: counter('forgotten_events_total', 'Events that had to be forgotten before their time.'),
    unreadable: counter(
      'unreadable_windows_total',
      'Windows that may be sent again and are not in the journal any longer.',
    ),
    size: new Gauge({
      name: 'logboom_redelivery_remembered_events',
      help: 'Events that are remembered because they may be sent again.',
      registers,
    }),
  };
});
