import { Counter } from 'prom-client';
import { Throttle } from '../log-limits.ts';
import type { Instruments } from '../metrics.ts';

/** Log lines and metrics of parsing. Reported when the document is built, so that an event that several readers parse counts once. */
export interface ParsingTelemetry {
  /** A line does not have the declared or recognised format. The event is kept and tagged. */
  lineNotParsed(dataset: string, reason: string): void;
  /** An event has no readable time, and gets its receipt time. */
  timeNotFound(dataset: string): void;
  /** A database of addresses cannot be read; events are not enriched by it, or by what was read of it before. */
  databaseUnreadable(path: string, reason: string): void;
}

export function parsingTelemetry({ log, metrics }: Instruments): ParsingTelemetry {
  const registers = [metrics];
  const failures = new Counter({
    name: 'logboom_parse_failures_total',
    help: 'Lines that are not of the format that they were declared or recognised to be of',
    registers,
  });
  const timeless = new Counter({
    name: 'logboom_timestamp_failures_total',
    help: 'Events without a readable time, which took that of their receipt',
    registers,
  });
  const unreadable = new Counter({
    name: 'logboom_enrich_failures_total',
    help: 'Attempts to read a database of addresses that failed',
    registers,
  });
  const throttle = new Throttle(() => performance.now(), 1);
  return {
    databaseUnreadable(path, reason) {
      unreadable.inc();
      const suppressed = throttle.allow(path);
      if (suppressed !== undefined)
        log.warn({ file: { path }, reason, suppressed }, `The database ${path} cannot be read: ${reason}.`);
    },
    lineNotParsed(dataset, reason) {
      failures.inc();
      log.debug({ 'event.dataset': dataset, reason }, 'line not parsed');
    },
    timeNotFound(dataset) {
      timeless.inc();
      log.debug({ 'event.dataset': dataset }, 'event without a time');
    },
  };
}
