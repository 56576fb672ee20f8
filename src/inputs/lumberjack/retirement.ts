import type { Shared } from './shared.ts';

/**
 * Calls `retire` when a connection is as old as `maxConnectionAge` allows; undefined where it may be of any age. The age
 * varies by a fifth at random, so that connections opened together do not end together.
 */
export function retirement(
  { config: { maxConnectionAge }, random }: Shared,
  retire: () => void,
): NodeJS.Timeout | undefined {
  if (maxConnectionAge === undefined) return undefined;
  return setTimeout(retire, maxConnectionAge * (1 - random() / 5)).unref();
}
