/** The composition root: starts from the far end, stops from the near end, undoes in reverse. */
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import type { Logger } from 'pino';
import { cautions } from './config/cautions.ts';
import type { Config } from './config/schema.ts';
import { secretsOf } from './config/secrets.ts';
import type { Millis, Transition } from './model.ts';
import { openDataFolder } from './pipeline/data-folder.ts';
import { describePipeline } from './pipeline/describe.ts';
import { startEmbeddedStore } from './pipeline/embedded-store.ts';
import { startServerMetrics } from './pipeline/server-metrics.ts';
import { Undo } from './pipeline/undo.ts';
import { startPipeline } from './pipeline.ts';
import { explainApart } from './replay/explain-apart.ts';
import { startApi } from './telemetry/api.ts';
import { createLog } from './telemetry/log.ts';
import { createMetrics } from './telemetry/metrics.ts';
import type { Status } from './telemetry/status.ts';
import { withoutLogin } from './util/address.ts';
import { version } from './util/version.ts';

export interface AppOptions {
  log?: Logger;
  /** Told of each change of an alert's state, once it is written down. */
  onTransition?: (transition: Transition) => void;
}

/** A running logboom. */
export interface App {
  urls: { lumberjack: string; store?: string; api: string; elasticsearch?: string };
  status(): Promise<Status>;
  /** Names of the readers that do not answer within the time: they are gone, or they hang. */
  silent(within: Millis): Promise<string[]>;
  /** Stops from the inputs on. Harmless when called twice. */
  stop(): Promise<void>;
  /** Resolves, with the cause, when logboom cannot go on by itself. */
  failed: Promise<Error>;
}

export type StartApp = (config: Config, options?: AppOptions) => Promise<App>;

export const startApp: StartApp = async (config, options = {}) => {
  const log = options.log ?? createLog(config.log, { secrets: secretsOf(config) });
  const metrics = createMetrics();
  const instruments = { log, metrics: metrics.registry };
  const startedAt = Date.now();
  const undo = new Undo();
  let fail: (error: Error) => void = () => {};
  const failed = new Promise<Error>((resolve) => {
    fail = resolve;
  });
  try {
    const data = openDataFolder(config.data);
    undo.add(() => data.release());
    for (const caution of cautions(config)) log.warn(caution);
    const store = config.elasticsearch ? undefined : await startEmbeddedStore(config, fail);
    if (store) undo.add(() => store.stop());
    const elasticsearch = config.elasticsearch ?? store!.elasticsearch;

    const pipeline = await startPipeline({
      config,
      elasticsearch,
      instruments,
      onTransition: options.onTransition ?? (() => {}),
    });
    undo.add(() => pipeline.stop());

    const { host, port } = pipeline.lumberjack.address();
    const url = store?.url ?? withoutLogin(elasticsearch.hosts?.join(', ') || 'Elastic Cloud');
    const described = describePipeline(pipeline, {
      config,
      metrics,
      url,
      store: store?.url,
      version,
      startedAt,
    });
    if (config.indexing.serverMetrics > 0) {
      const own = startServerMetrics({
        every: config.indexing.serverMetrics,
        sample: described.sample,
        out: (item) => pipeline.indexer.hand(item),
        host: hostname(),
        data: resolve(config.data),
        indexing: config.indexing,
      });
      undo.add(() => own.stop());
    }
    const explain = explainApart(config);
    const api = await startApi({ config: config.api, ...described, explain, instruments });
    undo.add(() => api.stop());

    const urls: App['urls'] = { lumberjack: `${host}:${port}`, api: api.url };
    if (store) urls.store = store.url;
    else urls.elasticsearch = url;
    const { status, silent } = described;
    return { urls, status, silent, stop: () => undo.all(), failed };
  } catch (error) {
    await undo.all().catch(() => undefined);
    throw error;
  }
};
