import type { Config } from '../../config/schema/schema.ts';

/**
 * What the embedded store is sent at once. It writes one request after the other on this very machine, so larger ones would
 * save nothing and wait in memory: as items, as bodies on both sides of the socket, and as pages of a transaction.
 */
const forTheStore = { maxBulkItems: 1_000, maxBulkBytes: 2 * 2 ** 20 };

/** The `indexing` section as it holds for where documents go. What is configured below these bounds stays. */
export function bulkLimits({ indexing, elasticsearch }: Config): Config['indexing'] {
  if (elasticsearch) return indexing;
  const limits = { ...indexing };
  for (const name of ['maxBulkItems', 'maxBulkBytes'] as const)
    limits[name] = Math.min(indexing[name], forTheStore[name]);
  return limits;
}
