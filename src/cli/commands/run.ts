import { execFile } from 'node:child_process';
import type { Logger } from 'pino';
import type { App, StartApp } from '../../app/app.ts';
import { Threads } from '../../app/threads.ts';
import type { Loaded } from '../../config/load/load.ts';
import type { Config } from '../../config/schema/schema.ts';
import { secretsOf } from '../../config/secrets.ts';
import { LogboomError, messageOf } from '../../errors.ts';
import type { Millis } from '../../model.ts';
import { createLog } from '../../telemetry/log.ts';
import { formatDuration } from '../../util/text.ts';
import { late, within } from '../../util/waiting.ts';
import { welcome } from '../demo/welcome.ts';
import { type ReloadRequests, reloadRequests, type StopRequest, stopRequest } from '../signals.ts';
import type { Terminal } from '../terminal.ts';

/** A state for systemd, as in `sd_notify(3)`. */
export type ServiceState = 'READY=1' | 'STOPPING=1' | 'WATCHDOG=1';

/** The service manager that started this process and expects notifications. */
export interface ServiceManager {
  /** It expects a watchdog notification this often; undefined if it has no watchdog. */
  readonly watchdogInterval: Millis | undefined;
  /** Sends a state. Rejects if it could not be sent. */
  notify(notice: ServiceState, status?: string): Promise<void>;
}

type Send = (words: string[]) => Promise<void>;

/**
 * systemd, recognised by the variables that it sets; undefined without it. Its socket takes datagrams, which Node cannot
 * send to a path, so systemd's own `systemd-notify` is run. It is a separate process, so systemd accepts its notifications
 * only with `NotifyAccess=all`.
 */
export function serviceManager(
  env: NodeJS.ProcessEnv,
  send: Send = systemdNotify(env),
): ServiceManager | undefined {
  if (!env.NOTIFY_SOCKET) return undefined;
  return {
    watchdogInterval: watchOf(env),
    notify: (notice, status) => send(status === undefined ? [notice] : [notice, `STATUS=${status}`]),
  };
}

/** The watchdog may be meant for another process of the same service. */
function watchOf({ WATCHDOG_USEC, WATCHDOG_PID }: NodeJS.ProcessEnv): Millis | undefined {
  const length = Number(WATCHDOG_USEC) / 1_000;
  const isMine = WATCHDOG_PID === undefined || Number(WATCHDOG_PID) === process.pid;
  return isMine && length > 0 ? length : undefined;
}

const systemdNotify =
  (env: NodeJS.ProcessEnv): Send =>
  (words) =>
    new Promise((resolve, reject) => {
      // systemd-notify waits until systemd has read the state, because systemd looks up the sending process.
      const options = { env: { PATH: env.PATH, NOTIFY_SOCKET: env.NOTIFY_SOCKET }, timeout: 5_000 };
      execFile('systemd-notify', words, options, (error) => (error ? reject(error) : resolve()));
    });

export interface RunParts {
  start?: StartApp;
  stop?: StopRequest;
  reloads?: ReloadRequests;
  /** Loads the configuration again for a reload. */
  load?: (readFile?: (path: string) => string) => Loaded;
  log?: Logger;
  manager?: ServiceManager;
}

/** Stops the server within the timeout. Throws `STOP_TIMEOUT` after it; acknowledged events are in the journal. */
export async function stopWithin(app: App, timeout: number): Promise<void> {
  if ((await within(app.stop(), timeout)) !== late) return;
  const message = `The shutdown took longer than ${formatDuration(timeout)} and was interrupted; acknowledged events are not lost.`;
  throw new LogboomError('STOP_TIMEOUT', message);
}

/** `logboom run`: serves until a signal or a fatal failure. */
export async function run(config: Config, terminal: Terminal, parts: RunParts = {}): Promise<number> {
  const stop = parts.stop ?? stopRequest();
  const reloads = parts.reloads ?? reloadRequests();
  const secrets = secretsOf(config);
  const log = parts.log ?? createLog(config.log, { secrets });
  try {
    const start = parts.start ?? (await loadApp(config));
    const app = await start(config, { log, secrets, ...(parts.load && { load: parts.load }) });
    reloads.listen(() => void app.reload('SIGHUP'));
    const stopping = watchService(app, parts.manager ?? serviceManager(process.env), log);
    if (terminal.interactive) terminal.out(welcome(app.urls));
    const reason = await Promise.race([stop.requested, reloads.terminalClosed, app.failed]);
    log.info(reason instanceof Error ? { err: reason } : {}, `stopping: ${reasonOf(reason)}`);
    void stopping();
    await stopWithin(app, config.shutdown.timeout);
    log.info('stopped');
    if (reason instanceof Error) throw reason;
    return 0;
  } finally {
    reloads.dispose();
    stop.dispose();
  }
}

/** The other threads load their code while this one loads the database and the HTTP servers. */
async function loadApp(config: Config): Promise<StartApp> {
  const threads = new Threads(config);
  const { startApp } = await import('../../app/app.ts');
  return (given, options) => startApp(given, { ...options, threads });
}

const reasonOf = (reason: Error | string) =>
  reason instanceof Error ? 'fatal failure' : `received ${reason}`;

/** Notifications for each watchdog interval: two of them may be late. */
const notificationsPerInterval = 3;

/**
 * Reports readiness to the service manager (systemd), and then at intervals that the main thread runs and that each
 * reader answers. Where one of them hangs, the reports stop and the manager restarts logboom; acknowledged events are not
 * lost. Returns the function to call when logboom stops.
 */
export function watchService(
  app: App,
  manager: ServiceManager | undefined,
  log: Logger,
): () => Promise<void> {
  if (!manager) return async () => undefined;
  const report = (notice: ServiceState, status: string) =>
    manager.notify(notice, status).catch((error: unknown) => {
      log.warn(`cannot report ${notice} to systemd: ${messageOf(error)}`);
    });
  void report(
    'READY=1',
    app.urls.lumberjack === undefined
      ? 'reading its inputs'
      : `listening for Lumberjack on ${app.urls.lumberjack}`,
  );
  const every =
    manager.watchdogInterval === undefined ? undefined : manager.watchdogInterval / notificationsPerInterval;
  const timer = every === undefined ? undefined : setInterval(() => void reportAlive(every), every);

  async function reportAlive(timeout: number): Promise<void> {
    const silent = await app.silent(timeout);
    if (silent.length === 0) await report('WATCHDOG=1', 'serving');
    else log.error(`no watchdog report to systemd: the ${silent.join(' and the ')} does not answer`);
  }

  return async () => {
    clearInterval(timer);
    await report('STOPPING=1', 'stopping');
  };
}
