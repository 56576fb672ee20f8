import { parentPort, workerData } from 'node:worker_threads';
import { Registry } from 'prom-client';
import { LogboomError, messageOf } from '../errors.ts';
import { silentInstruments } from '../telemetry/instruments.ts';
import { createLog, type LogSettings } from '../telemetry/log.ts';
import type { Keep } from './retention.ts';
import { type StoreStart, startStore } from './store.ts';

/** What the thread is given. */
export interface StoreWorkerData extends Pick<StoreStart, 'folder' | 'config'> {
  /** Without it the thread is silent. */
  log?: LogSettings;
  /** Values that never reach the log. */
  secrets?: string[];
}

/**
 * The store in a thread of its own. `workerData` is a StoreWorkerData; the thread posts
 * `{ready: {url, port}}` or `{failed: {code, message}}`; `stop` stops it, `{keep}` says how much is kept, `{level}` from which level
 * on it logs.
 */
const { folder, config, log: settings, secrets = [] } = workerData as StoreWorkerData;
const log = settings ? createLog(settings, { thread: 'store', secrets }) : silentInstruments().log;
const port = parentPort!;

try {
  const {
    url,
    port: listening,
    keep,
    stop,
  } = await startStore({
    folder,
    config,
    instruments: { log, metrics: new Registry() },
  });
  port.on('message', (message: { keep: Keep } | { level: string } | 'stop') => {
    if (message === 'stop') stop().finally(() => port.close());
    else if ('keep' in message) keep(message.keep);
    else log.level = message.level;
  });
  port.postMessage({ ready: { url, port: listening } });
} catch (error) {
  const code = error instanceof LogboomError ? error.code : undefined;
  port.postMessage({ failed: { code, message: messageOf(error) } });
  port.close();
}
