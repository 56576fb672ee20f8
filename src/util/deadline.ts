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
