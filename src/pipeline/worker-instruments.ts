import { Registry } from 'prom-client';
import type { Config } from '../config/schema.ts';
import type { Instruments } from '../telemetry/instruments.ts';
import { createLog } from '../telemetry/log.ts';

/** A reader's own log and registry; the main thread adds the metrics of all threads up. */
export function workerInstruments({ log }: Config, thread: string): Instruments {
  return { log: createLog(log, { thread }), metrics: new Registry() };
}
