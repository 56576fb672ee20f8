import { describe, expect, it } from 'vitest';
import { freePort, portsOf } from '../support/ports.ts';

describe('ports of tests', () => {
  const pools = Array.from({ length: 16 }, (_, pool) => portsOf(pool));

  it('lie below those that a system gives out, and no two test processes share one', () => {
    for (const [index, { lowest, highest }] of pools.entries()) {
      expect(lowest).toBeGreaterThanOrEqual(index === 0 ? 10_000 : pools[index - 1]!.highest);
      expect(highest).toBeGreaterThan(lowest + 1_000);
    }
    expect(pools.at(-1)!.highest).toBeLessThanOrEqual(32_000);
  });

  it('are given once, out of the part of this process', async () => {
    expect(process.env.VITEST_POOL_ID).toMatch(/^\d+$/);
    const { lowest, highest } = portsOf(Number(process.env.VITEST_POOL_ID));
    const given = await Promise.all(Array.from({ length: 50 }, freePort));
    expect(new Set(given).size).toBe(given.length);
    for (const port of given) expect(port >= lowest && port < highest).toBe(true);
  });
});
