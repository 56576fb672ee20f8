import { expect, it, onTestFinished } from 'vitest';
import { diceOf } from '../support/dice.ts';
import { startCrowd } from '../support/lumberjack/crowd.ts';
import { startFlakyProxy } from '../support/lumberjack/flaky-proxy.ts';
import { sendStubbornly } from '../support/lumberjack/stubborn-sender.ts';
import { rounds } from '../support/rounds.ts';
import { Server } from '../support/server.ts';

const count = 4_000;
const runs = rounds('FLAKY_RUNS', 1);
const first = 1_700_000_000_000;
const spacing = 10;

/** A hundred lines a second. */
const documents = Array.from({ length: count }, (_, n) => ({
  '@timestamp': new Date(first + n * spacing).toISOString(),
  '@metadata': { beat: 'filebeat', type: '_doc' },
  message: `line ${n} of a log that is shipped over a bad network`,
  log: { offset: n, file: { path: '/var/log/a.log' } },
  agent: { id: 'one', name: 'web-1', type: 'filebeat' },
  host: { name: 'web-1' },
}));

const config = {
  parsers: { timestamp: '@timestamp' },
  time: { idleAfter: '4s' },
  rules: [{ name: 'counted', where: 'agent.id : "one"', over: '10s', lateness: '2s' }],
};

const cases = Array.from({ length: runs }, (_, run) => run + 1).flatMap((seed) =>
  (runs > 1 ? [0, 20, 200] : [0, 20]).map((others) => ({ seed, others })),
);

it.each(cases)(
  'keeps each event once, however the network fails, and counts it once, with $others other senders on the address ($seed)',
  async ({ seed, others }) => {
    const server = await Server.withConfig(config);
    await server.start();
    const dice = diceOf(seed);
    const crowd = await startCrowd(server.ports.lumberjack, others, 500 + 25 * others);
    const target = server.ports.lumberjack;
    const proxy = await startFlakyProxy({ target, dice, within: 60_000, patience: 200 });
    onTestFinished(() => proxy.close());
    const { connections } = await sendStubbornly({
      port: proxy.port,
      documents,
      dice,
      bulk: 200,
      timeout: 1_000,
    });
    const shippedByOthers = await crowd.end();
    await server.settled();

    expect(connections).toBeGreaterThan(5);
    expect(proxy.violations).toEqual([]);
    expect(proxy.acks.dropped).toBeGreaterThan(0);
    expect(await server.metric('logboom_redelivery_events_total')).toBeGreaterThan(100);

    const stored = await server.documents('logs-generic-default');
    const offsets = stored.map(({ _source }) => (_source.log as { offset: number }).offset);
    expect(offsets.toSorted((a, b) => a - b)).toEqual(documents.map((_, n) => n));

    if (others > 0) expect(await server.documents('logs-crowd-default')).toHaveLength(shippedByOthers);
    expect(await server.metric('logboom_redelivery_forgotten_events_total')).toBe(0);

    // The watermark is one for all sources: the clocks of the others decide when windows close.
    if (others > 0) return expect(await server.stop()).toBe(0);
    const windowsOf = async () =>
      (await server.documents('metrics-logboom.windows-default')).map(
        ({ _source }) => (_source.window as { count: number }).count,
      );
    await expect
      .poll(async () => (await windowsOf()).length, { timeout: 30_000, interval: 200 })
      .toBe((count * spacing) / 10_000);
    expect(new Set(await windowsOf())).toEqual(new Set([10_000 / spacing]));
    expect(await server.stop()).toBe(0);
  },
);
