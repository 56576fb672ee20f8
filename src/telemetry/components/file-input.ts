import { Counter, Gauge, type Registry } from 'prom-client';
import type { Millis } from '../../model.ts';
import { formatDuration } from '../../util/text.ts';
import { Throttle } from '../log-limits.ts';
import { type Instruments, oncePerRegistry } from '../metrics.ts';

/** What happens in a file input. `file` names the path. */
export interface FileInputTelemetry {
  started(paths: readonly string[], known: number): void;
  stopped(): void;
  /** A file is read from its first byte; why. */
  fromStart(file: string, label: string, reason: string): void;
  /** A file is read from another byte; why. */
  fromOffset(file: string, offset: number, reason: string): void;
  renamed(file: string, to: string): void;
  copyHeld(file: string, of: string): void;
  compressedRead(file: string): void;
  compressedDamaged(file: string, reason: string): void;
  /** A file, or a directory, cannot be read. */
  unreadable(file: string, reason: string): void;
  /** Patterns that match no file. */
  missing(paths: readonly string[]): void;
  forgotten(files: number): void;
  scanFailed(error: unknown): void;
  batchStored(events: number, bytes: number): void;
  batchRefused(error: unknown, pause: Millis): void;
  measured(figures: FileInputFigures): void;
}

/** How an input stands, and what became of lines since the start. */
export interface FileInputFigures {
  watched: number;
  open: number;
  lagBytes: number;
  bytes: number;
  excluded: number;
  truncated: number;
  foreign: number;
}

export function fileInputTelemetry({ log, metrics }: Instruments, input: string): FileInputTelemetry {
  const measured = metricsOf(metrics);
  const throttle = new Throttle(() => performance.now(), 1);
  const label = { input };
  const about = (file: string) => ({ input: { name: input }, file: { path: file } });
  const counted = { bytes: 0, excluded: 0, truncated: 0, foreign: 0 };
  return {
    started: (paths, known) =>
      log.info(
        { input: { name: input } },
        `Input ${input} reads ${paths.join(', ')}; ${known} positions are known.`,
      ),
    stopped: () => log.info({ input: { name: input } }, `Input ${input} stopped.`),
    fromStart(file, kind, reason) {
      measured.fromStart.inc({ ...label, reason: kind });
      log.info(about(file), `${file} is read from its beginning: ${reason}.`);
    },
    fromOffset: (file, offset, reason) =>
      log.info(about(file), `${file} is read from byte ${offset} on: ${reason}.`),
    renamed: (file, to) => log.info(about(to), `${file} was renamed to ${to}.`),
    copyHeld: (file, of) =>
      log.info(about(file), `${file} is a copy of ${of}. It is not read while ${of} holds the same content.`),
    compressedRead: (file) => log.info(about(file), `${file} is read to its end.`),
    compressedDamaged(file, reason) {
      measured.failures.inc({ ...label, reason: 'compression' });
      log.error(about(file), `${file} is damaged: ${reason}. The lines before the damage were read.`);
    },
    unreadable(file, reason) {
      measured.failures.inc({ ...label, reason: 'unreadable' });
      const suppressed = throttle.allow(`unreadable ${file}`);
      if (suppressed !== undefined)
        log.warn({ ...about(file), suppressed }, `${file} is not read: ${reason}.`);
    },
    missing: (paths) =>
      log.warn(
        { input: { name: input } },
        `No file matches ${paths.join(', ')} yet. Input ${input} waits for one.`,
      ),
    forgotten: (files) =>
      log.info({ input: { name: input } }, `The positions of ${files} files that are gone are forgotten.`),
    scanFailed(err) {
      measured.failures.inc({ ...label, reason: 'scan' });
      if (throttle.allow('scan') !== undefined)
        log.error({ err }, `Input ${input} could not look for files.`);
    },
    batchStored(events, bytes) {
      measured.events.inc(label, events);
      measured.journalBytes.inc(label, bytes);
      measured.lastEvent.set(label, Date.now() / 1000);
    },
    batchRefused(err, pause) {
      measured.failures.inc({ ...label, reason: 'not-stored' });
      if (throttle.allow('refused') !== undefined)
        log.error(
          { err },
          `A batch of ${input} could not be stored. It is tried again in ${formatDuration(pause)}.`,
        );
    },
    measured(figures) {
      measured.watched.set(label, figures.watched);
      measured.open.set(label, figures.open);
      measured.lag.set(label, figures.lagBytes);
      for (const name of ['bytes', 'excluded', 'truncated', 'foreign'] as const) {
        measured[name].inc(label, figures[name] - counted[name]);
        counted[name] = figures[name];
      }
    },
  };
}

const metricsOf = oncePerRegistry((registry: Registry) => {
  const registers = [registry];
  const counter = <Label extends string = never>(name: string, help: string, ...more: Label[]) =>
    new Counter({
      name: `logboom_file_${name}_total`,
      help,
      labelNames: ['input' as const, ...more],
      registers,
    });
  const gauge = (name: string, help: string) =>
    new Gauge({ name: `logboom_file_${name}`, help, labelNames: ['input'], registers });
  return {
    events: counter('events', 'Events of files that the journal holds.'),
    journalBytes: counter('journal_bytes', 'Bytes of these events in the journal.'),
    bytes: counter('bytes', 'Bytes of files that were read, of compressed ones those inside.'),
    excluded: counter('excluded_events', 'Events left out by includeLines and excludeLines.'),
    truncated: counter('truncated_events', 'Events cut at maxMessage.'),
    foreign: counter('foreign_lines', 'Lines of container logs that are in no known format.'),
    fromStart: counter('read_from_start', 'Files read from their first byte, by reason.', 'reason'),
    failures: counter('failures', 'Files not read and batches not stored, by reason.', 'reason'),
    watched: gauge('watched', 'Files that match the patterns.'),
    open: gauge('open', 'Files that are open.'),
    lag: gauge('lag_bytes', 'Bytes of files that are there and not read yet.'),
    lastEvent: gauge('last_event_seconds', 'Wall time at which the last batch was stored.'),
  };
});
