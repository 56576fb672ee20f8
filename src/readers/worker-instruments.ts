import { Registry } from 'prom-client';
import type { Config } from '../config/schema/schema.ts';
import { addSecrets, secretsOf } from '../config/secrets.ts';
import type { Instruments } from '../telemetry/instruments.ts';
import { createLog } from '../telemetry/log.ts';

/** A reader's own log and registry; the main thread adds the metrics of all threads up. */
export function workerInstruments(
  config: Config,
  thread: string,
): Instruments & { learn(config: Config): void } {
  const secrets = secretsOf(config);
  return {
    log: createLog(config.log, { thread, secrets }),
    metrics: new Registry(),
    /** The secrets of another configuration are to stay out of the log, too. */
    learn: (next) => addSecrets(secrets, next),
  };
}
