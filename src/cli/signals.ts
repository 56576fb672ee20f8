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
  /** Told of each request from now on, and of one that came before. */
  listen(listener: () => void): void;
  /** Resolves where the signal means that the terminal was closed: nobody is there any more. */
  deserted: Promise<'SIGHUP'>;
  dispose(): void;
}

/** Listens for SIGHUP, which asks a server for its configuration to be loaded anew, unless its terminal is gone. */
export function reloadRequests(
  signals: Hangups = process,
  hasTerminal: () => boolean = () => isatty(0),
): ReloadRequests {
  const hadTerminal = hasTerminal();
  let desert: (signal: 'SIGHUP') => void = () => {};
  const deserted = new Promise<'SIGHUP'>((resolve) => {
    desert = resolve;
  });
  let early = false;
  let tell = () => {
    early = true;
  };
  const listener = () => (hadTerminal && !hasTerminal() ? desert('SIGHUP') : tell());
  signals.on('SIGHUP', listener);
  return {
    listen(told) {
      tell = told;
      if (early) told();
    },
    deserted,
    dispose: () => void signals.off('SIGHUP', listener),
  };
}

/** Listens for SIGINT and SIGTERM. The first asks for a clean stop; a second one means at once. */
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
