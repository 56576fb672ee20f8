import { parentPort } from 'node:worker_threads';
import type { RetentionLimits } from '@logboom/store';
import { Registry } from 'prom-client';
import { LogboomError, messageOf } from '../errors.ts';
import { watchThread } from '../telemetry/components/threads.ts';
import { createLog, type LogSettings } from '../telemetry/log.ts';
import { nameThread } from '../util/files.ts';
import { threadData } from '../util/loading-thread.ts';
import { type StoreSettings, startSecuredStore } from './secured-store.ts';

/** What the thread is given. */
export interface StoreWorkerData {
  folder: string;
  config: StoreSettings;
  log: LogSettings;
  /** Values that never reach the log. */
  secrets: string[];
}

/**
 * The embedded store in a thread of its own. It is given a StoreWorkerData. The thread posts `{ready: {url, port}}` or
 * `{failed: {code, message}}`. It accepts three messages: `'stop'`, `{keep}` for how much is kept, and `{level}` for the lowest
 * level that is logged.
 */
const { folder, config, log: settings, secrets } = await threadData<StoreWorkerData>();
nameThread('store');
const log = createLog(settings, { thread: 'store', secrets });
const port = parentPort!;

try {
  const instruments = { log, metrics: new Registry() };
  const store = await startSecuredStore(folder, config, instruments);
  port.on('message', (message: { keep: RetentionLimits } | { level: string } | 'stop') => {
    if (message === 'stop') store.stop().finally(() => port.close());
    else if ('keep' in message) store.keep(message.keep);
    else log.level = message.level;
  });
  port.postMessage({ ready: { url: store.url, port: store.port } });
  watchThread(instruments, 'store');
} catch (error) {
  const code = error instanceof LogboomError ? error.code : undefined;
  port.postMessage({ failed: { code, message: messageOf(error) } });
  port.close();
}
