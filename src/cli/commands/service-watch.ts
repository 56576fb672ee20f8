import type { Logger } from 'pino';
import type { App } from '../../app/app.ts';
import { messageOf } from '../../errors.ts';
import type { ServiceManager, ServiceState } from '../../util/service-manager.ts';

/** Signs of life in the time in which one is wanted: two may get lost, or come late. */
const SIGNS = 3;

/**
 * Tells the service manager that logboom serves, and from then on that it is alive: that this thread gets its turn,
 * and that each reader answers. Whoever hangs makes it silent, and the manager starts everything anew; nothing
 * acknowledged is lost by that. Returns what is to be called when logboom stops.
 */
export function watchService(
  app: App,
  manager: ServiceManager | undefined,
  log: Logger,
): () => Promise<void> {
  if (!manager) return async () => undefined;
  const tell = (notice: ServiceState, status: string) =>
    manager.notify(notice, status).catch((error: unknown) => {
      log.warn(`systemd was not told ${notice}: ${messageOf(error)}`);
    });
  void tell('READY=1', `listening for Lumberjack on ${app.urls.lumberjack}`);
  const every = manager.watchdogInterval === undefined ? undefined : manager.watchdogInterval / SIGNS;
  const signs = every === undefined ? undefined : setInterval(() => void sign(every), every);

  async function sign(patience: number): Promise<void> {
    const silent = await app.silent(patience);
    if (silent.length === 0) await tell('WATCHDOG=1', 'serving');
    else log.error(`no sign of life for systemd: the ${silent.join(' and the ')} does not answer`);
  }

  return async () => {
    clearInterval(signs);
    await tell('STOPPING=1', 'stopping');
  };
}
