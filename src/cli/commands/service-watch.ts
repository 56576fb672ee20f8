import type { Logger } from 'pino';
import type { App } from '../../app/app.ts';
import { messageOf } from '../../errors.ts';
import type { ServiceManager, ServiceState } from '../../util/service-manager.ts';

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
