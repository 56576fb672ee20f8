import { isatty } from 'node:tty';

type StopSignal = 'SIGINT' | 'SIGTERM';

const numbers: Record<StopSignal, number> = { SIGINT: 2, SIGTERM: 15 };

interface Signals {
  on(signal: StopSignal, listener: (signal: StopSignal) => void): unknown;
  off(signal: StopSignal, listener: (signal: StopSignal) => void): unknown;
}

export interface StopRequest {
  /** Aborted by the first signal. */
  signal: AbortSignal;
  /** Resolves at the first signal. */
  requested: Promise<StopSignal>;
  dispose(): void;
}

interface Hangups {
  on(signal: 'SIGHUP', listener: () => void): unknown;
  off(signal: 'SIGHUP', listener: () => void): unknown;
}

export interface ReloadRequests {
  /** Calls the listener for each request from now on, and for one that came before. */
  listen(listener: () => void): void;
  /** Resolves when SIGHUP means that the terminal was closed. */
  terminalClosed: Promise<'SIGHUP'>;
  dispose(): void;
}

/** Listens for SIGHUP: a request to reload the configuration, or the end of the terminal where that is gone. */
export function reloadRequests(
  signals: Hangups = process,
  hasTerminal: () => boolean = () => isatty(0),
): ReloadRequests {
  const hadTerminal = hasTerminal();
  let close: (signal: 'SIGHUP') => void = () => {};
  const terminalClosed = new Promise<'SIGHUP'>((resolve) => {
    close = resolve;
  });
  let early = false;
  let request = () => {
    early = true;
  };
  const listener = () => (hadTerminal && !hasTerminal() ? close('SIGHUP') : request());
  signals.on('SIGHUP', listener);
  return {
    listen(onRequest) {
      request = onRequest;
      if (early) onRequest();
    },
    terminalClosed,
    dispose: () => void signals.off('SIGHUP', listener),
  };
}

/** Listens for SIGINT and SIGTERM. The first requests a clean shutdown, a second one exits at once. */
export function stopRequest(
  signals: Signals = process,
  exit: (code: number) => void = process.exit,
): StopRequest {
  const controller = new AbortController();
  let resolve: (signal: StopSignal) => void;
  const requested = new Promise<StopSignal>((done) => {
    resolve = done;
  });
  const listener = (signal: StopSignal) => {
    if (controller.signal.aborted) exit(128 + numbers[signal]);
    controller.abort();
    resolve(signal);
  };
  signals.on('SIGINT', listener);
  signals.on('SIGTERM', listener);
  const dispose = () => {
    signals.off('SIGINT', listener);
    signals.off('SIGTERM', listener);
  };
  return { signal: controller.signal, requested, dispose };
}
