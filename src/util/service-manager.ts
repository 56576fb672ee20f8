import { execFile } from 'node:child_process';
import type { Millis } from '../model.ts';

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
