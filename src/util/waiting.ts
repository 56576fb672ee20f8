import type { Millis } from '../model.ts';

/** What `within` returns when the deadline passed first. */
export const late = Symbol('late');

/**
 * Waits for work at most so long. Returns `late` when the time is over first; the work goes on, and its later outcome is ignored.
 * A rejection before the deadline is passed on. The timer is cleared in any case. `keepAlive: false` lets the process end while
 * the timer runs.
 */
export async function within<T>(
  work: Promise<T>,
  timeout: Millis,
  { keepAlive = true }: { keepAlive?: boolean } = {},
): Promise<T | typeof late> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<typeof late>((resolve) => {
    timer = setTimeout(() => resolve(late), timeout);
    if (!keepAlive) timer.unref();
  });
  try {
    return await Promise.race([work, deadline]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Gives work a signal that aborts with `stopping`, and with a `TimeoutError` after so many milliseconds. Resolves and rejects as the
 * work does. Node.js 20 loses the timer of `AbortSignal.timeout` within `AbortSignal.any` when it collects garbage, and the work then
 * waits without a limit (nodejs/node#54614); this timer is held by the event loop.
 */
export async function withTimeLimit<T>(
  stopping: AbortSignal,
  limit: Millis,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  const stop = () => controller.abort(stopping.reason);
  const timer = setTimeout(() => {
    controller.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError'));
  }, limit);
  stopping.addEventListener('abort', stop, { once: true });
  try {
    if (stopping.aborted) stop();
    return await work(controller.signal);
  } finally {
    clearTimeout(timer);
    stopping.removeEventListener('abort', stop);
  }
}

/** Waits for work until the signal aborts; rejects with the signal's reason then, whatever the work waits for. */
export async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let abort = () => {};
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason);
  });
  signal.addEventListener('abort', abort, { once: true });
  try {
    if (signal.aborted) abort();
    return await Promise.race([work, aborted]);
  } catch (failure) {
    throw signal.aborted ? signal.reason : failure;
  } finally {
    signal.removeEventListener('abort', abort);
    work.catch(() => undefined);
  }
}

/** Bounds of the pause between attempts: at most `init` after the first failure, at most `max` after any. */
export interface BackoffLimits {
  init: Millis;
  max: Millis;
}

/** The longest pause after the nth failure in a row, from 1: doubled each time, up to the limit. */
export const longestPause = (failures: number, { init, max }: BackoffLimits): Millis =>
  Math.min(max, init * 2 ** Math.min(failures - 1, 30));

/** Full jitter: between 0 and the longest pause. The pause may be 0, which suits requests that already wait for each other. */
export const pauseWithFullJitter = (failures: number, limits: BackoffLimits, random: () => number): Millis =>
  Math.round(random() * longestPause(failures, limits));

/** Equal jitter: between half of the longest pause and all of it, so that clients that failed together do not return together. */
export const pauseWithEqualJitter = (failures: number, limits: BackoffLimits, random: () => number): Millis =>
  Math.round(longestPause(failures, limits) * (0.5 + random() / 2));

/** Wakes a loop that waits for something to do. A wake-up that comes before the wait is not lost. */
export class Signal {
  #raised = false;
  #waiter: (() => void) | undefined;

  raise(): void {
    this.#raised = true;
    this.#waiter?.();
  }

  async wait(): Promise<void> {
    if (!this.#raised) {
      await new Promise<void>((resolve) => {
        this.#waiter = resolve;
      });
    }
    this.#raised = false;
    this.#waiter = undefined;
  }
}
