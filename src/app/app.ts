/** The composition root: it starts the parts from the outputs to the inputs, and stops them in reverse order. */
import type { Logger } from 'pino';
import { cautions } from '../config/checks/cautions.ts';
import type { Loaded } from '../config/load/load.ts';
import type { Config } from '../config/schema/schema.ts';
import { secretsOf } from '../config/secrets.ts';
import type { Dashboard } from '../dashboards/dashboard.ts';
import type { Millis, Transition } from '../model.ts';
import { matcherCautions } from '../notifiers/control/matcher-problems.ts';
import { ReplayThread } from '../replay/apart.ts';
import { inquiryFrom } from '../replay/explain/inquiry.ts';
import { ruleCautions } from '../rules/cautions.ts';
import { startApi } from '../telemetry/api/api.ts';
import type { Status } from '../telemetry/api/status.ts';
import { ruleEditTelemetry } from '../telemetry/components/reload.ts';
import { watchThread } from '../telemetry/components/threads.ts';
import { createLog } from '../telemetry/log.ts';
import { createMetrics } from '../telemetry/metrics.ts';
import { Cleanup } from '../util/files.ts';
import { alertActions } from './alert-actions.ts';
import { dryRun } from './compare.ts';
import { dashboardOf } from './dashboard.ts';
import { openDataFolder } from './data-folder.ts';
import { startEmbeddedStore } from './embedded-store.ts';
import { startOperation } from './operation.ts';
import { startPipeline } from './pipeline.ts';
import type { Reload, Running } from './reload.ts';
import { ruleEditor } from './rule-editor.ts';
import { Threads } from './threads.ts';

export interface AppOptions {
  log?: Logger;
  /** Called for each transition once it is on disk. */
  onTransition?: (transition: Transition) => void;
  /** Loads the configuration again, in the same way as for the start. */
  load?: (readFile?: (path: string) => string) => Loaded;
  /** The threads of the server, where they have begun to load. */
  threads?: Threads;
  /** Values that the log leaves out. A reload adds those of its configuration. */
  secrets?: string[];
}

/** A running logboom. */
export interface App {
  urls: { lumberjack?: string; store?: string; api: string; elasticsearch?: string };
  status(): Promise<Status>;
  reload: Reload;
  /** Names of the readers that do not answer within the time, because they have ended or hang. */
  silent(within: Millis): Promise<string[]>;
  /** Stops all parts, inputs first. May be called twice. */
  stop(): Promise<void>;
  /** Resolves with the cause of a fatal failure. */
  failed: Promise<Error>;
}

export type StartApp = (config: Config, options?: AppOptions) => Promise<App>;

export const startApp: StartApp = async (config, options = {}) => {
  const secrets = options.secrets ?? secretsOf(config);
  const log = options.log ?? createLog(config.log, { secrets });
  const running: Running = { config, problems: 0 };
  const metrics = createMetrics();
  const instruments = { log, metrics: metrics.registry };
  const startedAt = Date.now();
  const undo = new Cleanup();
  const threads = options.threads ?? new Threads(config);
  undo.add(() => threads.discard());
  let fail: (error: Error) => void = () => {};
  const failed = new Promise<Error>((resolve) => {
    fail = resolve;
  });
  try {
    const data = openDataFolder(config.data);
    undo.add(() => data.release());
    for (const caution of [...cautions(config), ...ruleCautions(config), ...matcherCautions(config)])
      log.warn(caution);
    const store = config.elasticsearch
      ? undefined
      : await startEmbeddedStore(config, fail, threads.take('store'));
    if (store) undo.add(() => store.stop());
    const elasticsearch = config.elasticsearch ?? store!.elasticsearch;

    let shown: Dashboard | undefined;
    const pipeline = await startPipeline({
      config,
      elasticsearch,
      threads,
      instruments,
      onTransition: (transition) => {
        options.onTransition?.(transition);
        shown?.transition(transition);
      },
    });
    undo.add(() => pipeline.stop());

    const load = options.load;
    const operation = startOperation({
      running,
      pipeline,
      store,
      metrics,
      instruments,
      secrets,
      load,
      startedAt,
    });
    undo.add(() => operation.stop());
    const { described, reload } = operation;
    const alerts = alertActions(pipeline.delivery);
    shown = dashboardOf({ running, store, pipeline, alerts, reports: operation.reports, described });
    const dashboard = shown;
    undo.add(() => dashboard.stop());
    const replays = new ReplayThread();
    const api = await startApi({
      config: config.api,
      ...described,
      explain: async (asked) => replays.explain(inquiryFrom(asked), running.config),
      dryRun: load && (async () => dryRun(load(), running.config, replays)),
      alerts,
      capsule: (alert, addresses) => replays.capsule(alert, running.config, addresses),
      rules:
        load &&
        ruleEditor({
          ...{ running, load, reload, replays, telemetry: ruleEditTelemetry(instruments) },
          verdicts: () => pipeline.delivery.dispatcher.verdicts.list(),
        }),
      dashboard: dashboard.addTo,
      reload: () => reload('API'),
      instruments,
    });
    undo.add(() => api.stop());
    undo.add(watchThread(instruments, 'main'));

    const urls: App['urls'] = { api: api.url };
    const listening = pipeline.lumberjack?.address();
    if (listening) urls.lumberjack = `${listening.host}:${listening.port}`;
    if (store) urls.store = store.url;
    else urls.elasticsearch = operation.url();
    const { status, silent } = described;
    return { urls, status, silent, reload, stop: () => undo.run(), failed };
  } catch (error) {
    await undo.run().catch(() => undefined);
    throw error;
  }
};
