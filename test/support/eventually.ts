import { expect, vi } from 'vitest';
import { patience } from './patience.ts';

/**
 * Waits until the check throws no more, and returns what it returned. The limit is what a busy machine may need and not what
 * the thing should take: it is reached only where something is wrong.
 */
export const eventually = <T>(
  check: () => T | Promise<T>,
  { timeout = 20_000, interval = 20 }: { timeout?: number; interval?: number } = {},
): Promise<T> => vi.waitFor(check, { timeout: timeout * patience, interval });

/** Waits until a metric has this value: a count may follow what it counts by a moment. */
export const reported = (
  server: { metric(name: string): Promise<number> },
  name: string,
  value: number,
): Promise<void> => eventually(async () => expect(await server.metric(name), name).toBe(value));
