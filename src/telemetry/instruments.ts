import { type Logger, pino } from 'pino';
import { Registry } from 'prom-client';

/**
 * The log and the metrics of a component. In `components/` each component has a file with one function for each event. The function
 * writes the log line and updates the metric, so that the two always agree.
 */
export interface Instruments {
  log: Logger;
  metrics: Registry;
}

/** Instruments that write nothing: for tests and one-off commands. */
export function silentInstruments(): Instruments {
  return { log: pino({ level: 'silent' }), metrics: new Registry() };
}
