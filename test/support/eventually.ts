import { expect, vi } from 'vitest';
import { patience } from './patience.ts';

const shortestPause = 5;
const longestPause = 100;

interface Waiting {
  timeout?: number;
  /** A fixed pause between checks. */
  interval?: number;
}

/**
 * Waits until the check throws no more, and returns what it returned. The limit is what a busy machine may need and not what
 * the thing should take: it is reached only where something is wrong. Pauses grow with the time that it takes: what comes
 * soon is seen soon, and what takes long is not asked so often that it takes longer.
 */
export async function eventually<T>(
  check: () => T | Promise<T>,
  { timeout = 20_000, interval }: Waiting = {},
): Promise<T> {
  const limit = timeout * patience;
  // This one moves the fake clock on between checks.
  if (vi.isFakeTimers()) return vi.waitFor(check, { timeout: limit, interval: interval ?? 20 });
  const end = performance.now() + limit;
  for (let pause = interval ?? shortestPause; ; pause = interval ?? Math.min(pause * 1.5, longestPause)) {
    try {
      return await check();
    } catch (error) {
      if (performance.now() >= end) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

/** Waits until a metric has this value: a count may follow what it counts by a moment. */
export const reported = (
  server: { metric(name: string): Promise<number> },
  name: string,
  value: number,
): Promise<void> => eventually(async () => expect(await server.metric(name), name).toBe(value));
