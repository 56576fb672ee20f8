import { parentPort, workerData } from 'node:worker_threads';
import { LogboomError, messageOf } from '../errors.ts';
import { silentInstruments } from '../telemetry/instruments.ts';
import type { Keep } from './retention.ts';
import { type StoreStart, startStore } from './store.ts';

/**
 * The store in a thread of its own. `workerData` is a StoreStart without instruments; the thread posts
 * `{ready: {url, port}}` or `{failed: {code, message}}`; `stop` stops it, and `{keep}` says how much is kept.
 */
const start = workerData as Pick<StoreStart, 'folder' | 'config'>;
const port = parentPort!;

try {
  const {
    url,
    port: listening,
    keep,
    stop,
  } = await startStore({ ...start, instruments: silentInstruments() });
  port.on('message', (message: { keep: Keep } | 'stop') => {
    if (message !== 'stop') keep(message.keep);
    else stop().finally(() => port.close());
  });
  port.postMessage({ ready: { url, port: listening } });
} catch (error) {
  const code = error instanceof LogboomError ? error.code : undefined;
  port.postMessage({ failed: { code, message: messageOf(error) } });
  port.close();
}
