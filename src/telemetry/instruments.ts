import { type Logger, pino } from 'pino';
import { Registry } from 'prom-client';

/**
 * What a component tells about itself with: its log and its metrics. Beside this file each component has one of
 * its own with one function per thing that can happen; a function writes the log line and moves the metric, so
 * that the two never disagree.
 */
export interface Instruments {
  log: Logger;
  metrics: Registry;
}

/** Instruments that nobody hears: for tests and one-off commands. */
export function silentInstruments(): Instruments {
  return { log: pino({ level: 'silent' }), metrics: new Registry() };
}
