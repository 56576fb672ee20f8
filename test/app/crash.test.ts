import { describe, expect, it } from 'vitest';
import { run } from '../../scripts/soak/run.mjs';
import { expectBalanced } from '../support/balance.ts';
import { rounds } from '../support/rounds.ts';

const kills = rounds('CRASH_RUNS', 3);

describe('kill -9 at any moment: at the start, under load, while it stops', () => {
  it('leaves documents, windows, alerts and messages as a count of the lines has them', {
    timeout: 90_000 + kills * 15_000,
  }, async () => {
    const balance = await run({ times: kills, uptime: 300, rate: 2_000 });
    expect(balance.times).toBe(kills);
    expectBalanced(balance);
  });
});
