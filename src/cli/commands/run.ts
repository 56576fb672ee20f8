import type { Logger } from 'pino';
import type { App, StartApp } from '../../app/app.ts';
import type { Loaded } from '../../config/load/load.ts';
import type { Config } from '../../config/schema/schema.ts';
import { secretsOf } from '../../config/secrets.ts';
import { LogboomError } from '../../errors.ts';
import { createLog } from '../../telemetry/log.ts';
import { late, within } from '../../util/deadline.ts';
import { type ServiceManager, serviceManager } from '../../util/service-manager.ts';
import { formatDuration } from '../../util/units.ts';
import { type ReloadRequests, reloadRequests, type StopRequest, stopRequest } from '../signals.ts';
import type { Terminal } from '../terminal.ts';
import { watchService } from './service-watch.ts';
import { welcome } from './welcome.ts';

export interface RunParts {
  start?: StartApp;
  stop?: StopRequest;
  reloads?: ReloadRequests;
  /** Loads the configuration anew. */
  load?: () => Loaded;
  log?: Logger;
  manager?: ServiceManager;
}

/** Stops within the time allowed. A stop that takes longer is cut short: what was acknowledged is in the journal. */
export async function stopWithin(app: App, timeout: number): Promise<void> {
  if ((await within(app.stop(), timeout)) !== late) return;
  const message = `Stopping took longer than ${formatDuration(timeout)} and was cut short; nothing acknowledged is lost.`;
  throw new LogboomError('STOP_TIMEOUT', message);
}

/** `logboom run`: serves until a signal or a failure that it cannot get over. */
export async function run(config: Config, terminal: Terminal, parts: RunParts = {}): Promise<number> {
  const stop = parts.stop ?? stopRequest();
  const reloads = parts.reloads ?? reloadRequests();
  const secrets = secretsOf(config);
  const log = parts.log ?? createLog(config.log, { secrets });
  try {
    // Loaded here only: it brings the database and the HTTP servers, which `--help` and `check` need not wait for.
    const start = parts.start ?? (await import('../../app/app.ts')).startApp;
    const app = await start(config, { log, secrets, ...(parts.load && { load: parts.load }) });
    reloads.listen(() => void app.reload('SIGHUP'));
    const stopping = watchService(app, parts.manager ?? serviceManager(process.env), log);
    if (terminal.interactive) terminal.out(welcome(app.urls));
    const reason = await Promise.race([stop.requested, reloads.deserted, app.failed]);
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

const reasonOf = (reason: Error | string) =>
  reason instanceof Error ? 'logboom cannot go on' : `${reason} was received`;
