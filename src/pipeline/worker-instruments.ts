import { Registry } from 'prom-client';
import type { Config } from '../config/schema.ts';
import { secretsOf } from '../config/secrets.ts';
import type { Instruments } from '../telemetry/instruments.ts';
import { createLog } from '../telemetry/log.ts';

/** A reader's own log and registry; the main thread adds the metrics of all threads up. */
export function workerInstruments(config: Config, thread: string): Instruments {
  return { log: createLog(config.log, { thread, secrets: secretsOf(config) }), metrics: new Registry() };
}
