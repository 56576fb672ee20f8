import { execFile } from 'node:child_process';
import type { Millis } from '../model.ts';

/** What systemd is told, in the words of `sd_notify(3)`. */
export type ServiceState = 'READY=1' | 'STOPPING=1' | 'WATCHDOG=1';

/** The service manager that started this process, where one did and wants to hear from it. */
export interface ServiceManager {
  /** How often it wants a sign of life; undefined where it keeps no watch. */
  readonly watchdogInterval: Millis | undefined;
  /** Resolves when it was told. Rejects where that was not possible. */
  notify(notice: ServiceState, status?: string): Promise<void>;
}

type Send = (words: string[]) => Promise<void>;

/**
 * systemd's, by the variables that it sets. Its socket takes datagrams, which Node cannot send to a path, so its own
 * `systemd-notify` does that: a process of its own, whose word systemd takes only with `NotifyAccess=all`.
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

/** The watch may be meant for another process of the same service. */
function watchOf({ WATCHDOG_USEC, WATCHDOG_PID }: NodeJS.ProcessEnv): Millis | undefined {
  const length = Number(WATCHDOG_USEC) / 1_000;
  const isMine = WATCHDOG_PID === undefined || Number(WATCHDOG_PID) === process.pid;
  return isMine && length > 0 ? length : undefined;
}

const systemdNotify =
  (env: NodeJS.ProcessEnv): Send =>
  (words) =>
    new Promise((resolve, reject) => {
      // It waits until systemd has read the words: by then systemd may still ask whose they are.
      const options = { env: { PATH: env.PATH, NOTIFY_SOCKET: env.NOTIFY_SOCKET }, timeout: 5_000 };
      execFile('systemd-notify', words, options, (error) => (error ? reject(error) : resolve()));
    });
