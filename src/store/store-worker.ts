import { parentPort, workerData } from 'node:worker_threads';
import { Registry } from 'prom-client';
import { LogboomError, messageOf } from '../errors.ts';
import { createLog, type LogSettings } from '../telemetry/log.ts';
import { type StoreStart, startStore } from './store.ts';

/** What the thread is given. */
export interface StoreWorkerData extends Pick<StoreStart, 'folder' | 'config'> {
  log: LogSettings;
  /** Values that never reach the log. */
  secrets: string[];
}

/**
 * The store in a thread of its own. `workerData` is a StoreWorkerData; the thread posts
 * `{ready: {url, port}}` or `{failed: {code, message}}`, and any message to it stops it.
 */
const { folder, config, log: settings, secrets } = workerData as StoreWorkerData;
const log = createLog(settings, { thread: 'store', secrets });
const port = parentPort!;

try {
  const {
    url,
    port: listening,
    stop,
  } = await startStore({
    folder,
    config,
    instruments: { log, metrics: new Registry() },
  });
  port.once('message', () => {
    stop().finally(() => port.close());
  });
  port.postMessage({ ready: { url, port: listening } });
} catch (error) {
  const code = error instanceof LogboomError ? error.code : undefined;
  port.postMessage({ failed: { code, message: messageOf(error) } });
  port.close();
}
