import { randomBytes } from 'node:crypto';
import type { Worker } from 'node:worker_threads';
import { elasticsearch as elasticsearchSchema } from '../config/schema/outputs.ts';
import type { Config } from '../config/schema/schema.ts';
import { secretsOf } from '../config/secrets.ts';
import { type ErrorCode, LogboomError } from '../errors.ts';
import { type LoadingThread, startThread } from '../util/loading-thread.ts';
import type { StoreWorkerData } from './store-worker.ts';
import { storeFile, storeHeap } from './threads.ts';

export interface EmbeddedStore {
  url: string;
  /** Settings by which the sink reaches it, as any Elasticsearch. */
  elasticsearch: NonNullable<Config['elasticsearch']>;
  /** Applies other retention settings. */
  keep(config: Pick<Config, 'store' | 'indexing'>): void;
  logFrom(level: string): void;
  stop(): Promise<void>;
}

/** Whether a client has to show who it is. */
const asksCredentials = ({ password, api_key, ssl_client_authentication }: Config['store']): boolean =>
  password !== undefined || api_key !== undefined || ssl_client_authentication === 'required';

type Answer = { ready: { url: string } } | { failed: { code?: ErrorCode; message: string } };

/**
 * Starts the embedded store in a thread of its own, which may have been loading, so that a search delays neither an ACK nor a
 * window. `onEnd` is called if the thread ends without `stop`.
 */
export async function startEmbeddedStore(
  config: Config,
  onEnd: (error: Error) => void,
  loading?: LoadingThread,
): Promise<EmbeddedStore> {
  const ownKey = asksCredentials(config.store) ? `logboom:${randomBytes(32).toString('hex')}` : undefined;
  const secrets = [...secretsOf(config), ...(ownKey === undefined ? [] : [ownKey])];
  const workerData: StoreWorkerData = {
    folder: config.data,
    config: { ...config.store, ownKey, alerts: config.indexing.alerts },
    log: config.log,
    secrets,
  };
  const options = { name: 'store', workerData, resourceLimits: storeHeap };
  const worker = startThread(storeFile, options, loading);
  let stopping = false;
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  const url = await firstAnswer(worker);
  worker.on('error', onEnd);
  void exited.then(() => stopping || onEnd(new Error('the embedded store ended unexpectedly')));
  return {
    url,
    elasticsearch: elasticsearchSchema.parse({
      hosts: [url],
      compression: false,
      api_key: ownKey,
      // The peer is this process, so the name in its certificate does not matter.
      ...(config.store.ssl_enabled && { ssl_verification_mode: 'none' }),
    }),
    keep: ({ store: { keepAge, keepSize }, indexing: { alerts } }) =>
      worker.postMessage({ keep: { keepAge, keepSize, alerts } }),
    logFrom: (level) => worker.postMessage({ level }),
    async stop() {
      stopping = true;
      worker.postMessage('stop');
      await exited;
    },
  };
}

function firstAnswer(worker: Worker): Promise<string> {
  return new Promise((resolve, reject) => {
    worker.once('error', reject);
    worker.once('message', (answer: Answer) => {
      worker.off('error', reject);
      if ('ready' in answer) resolve(answer.ready.url);
      else reject(new LogboomError(answer.failed.code ?? 'SINK_UNAVAILABLE', answer.failed.message));
    });
  });
}
