import { Counter } from 'prom-client';
import type { Instruments } from '../instruments.ts';

/** What reading events has to tell. Told when a document is made, so that an event read by several is told once. */
export interface ParsingTelemetry {
  /** A line is not of the format that it was declared or recognised to be of. It is kept and tagged. */
  lineNotParsed(dataset: string, reason: string): void;
  /** An event has no time of its own, or none that can be read. It takes the time at which it was received. */
  timeNotFound(dataset: string): void;
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
  return {
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
