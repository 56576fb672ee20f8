/** The composition root: starts from the far end, stops from the near end, undoes in reverse. */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import type { Logger } from 'pino';
import type { Config } from './config/schema.ts';
import type { Transition } from './model.ts';
import { describePipeline } from './pipeline/describe.ts';
import { startEmbeddedStore } from './pipeline/embedded-store.ts';
import { foldersOf } from './pipeline/reader-data.ts';
import { Undo } from './pipeline/undo.ts';
import { startPipeline } from './pipeline.ts';
import { startApi } from './telemetry/api.ts';
import { createLog } from './telemetry/log.ts';
import { createMetrics } from './telemetry/metrics.ts';
import type { Status } from './telemetry/status.ts';

export interface AppOptions {
  log?: Logger;
  /** Told of each change of an alert's state, once it is written down. */
  onTransition?: (transition: Transition) => void;
}

/** A running logboom. */
export interface App {
  urls: { lumberjack: string; store?: string; api: string; elasticsearch?: string };
  status(): Promise<Status>;
  /** Stops from the inputs on. Harmless when called twice. */
  stop(): Promise<void>;
  /** Resolves, with the cause, when logboom cannot go on by itself. */
  failed: Promise<Error>;
}

export type StartApp = (config: Config, options?: AppOptions) => Promise<App>;

export const startApp: StartApp = async (config, options = {}) => {
  const log = options.log ?? createLog(config.log);
  const metrics = createMetrics();
  const instruments = { log, metrics: metrics.registry };
  const startedAt = Date.now();
  const undo = new Undo();
  let fail: (error: Error) => void = () => {};
  const failed = new Promise<Error>((resolve) => {
    fail = resolve;
  });
  mkdirSync(config.data, { recursive: true, mode: 0o700 });
  try {
    const store = config.elasticsearch
      ? undefined
      : await startEmbeddedStore(config, foldersOf(config.data).store, instruments, fail);
    if (store) undo.add(() => store.stop());
    const elasticsearch = config.elasticsearch ?? store!.elasticsearch;

    const pipeline = await startPipeline({
      config,
      elasticsearch,
      instruments,
      onTransition: options.onTransition ?? (() => {}),
    });
    undo.add(() => pipeline.stop());

    const { status, health, metricsText } = describePipeline(pipeline, {
      config,
      metrics,
      elasticsearch,
      store: store?.url,
      version: versionOf(),
      startedAt,
    });
    const api = await startApi({ config: config.api, status, health, metrics: metricsText, instruments });
    undo.add(() => api.stop());

    const { host, port } = pipeline.lumberjack.address();
    const urls: App['urls'] = { lumberjack: `${host}:${port}`, api: api.url };
    if (store) urls.store = store.url;
    else if (elasticsearch.hosts) urls.elasticsearch = elasticsearch.hosts.join(', ');
    return { urls, status, stop: () => undo.all(), failed };
  } catch (error) {
    await undo.all().catch(() => undefined);
    throw error;
  }
};

/** The version in package.json, which lies beside `src` as well as beside `dist`. */
function versionOf(): string {
  const file = new URL('../package.json', import.meta.url);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version : 'unknown';
}
