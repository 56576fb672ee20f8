import { describe, expect, it, onTestFinished } from 'vitest';
import { assembleEngine } from '../../src/engine/assemble-engine.ts';
import { openJournalReader } from '../../src/journal/reader.ts';
import type { Transition } from '../../src/model.ts';
import { load } from '../support/config.ts';
import { eventually } from '../support/eventually.ts';
import { anHttpServer, reply } from '../support/http.ts';
import { aShipper } from '../support/lumberjack/shipper.ts';
import { rounds } from '../support/rounds.ts';
import { Server } from '../support/server.ts';

const kills = rounds('RELOAD_KILL_RUNS', 2);

const within = { timeout: 30_000, interval: 100 };

/** Rules that stay. The last one waits without end, so that ticks do not depend on what else there is. */
const staying = [
  { name: 'steady', by: ['host.name'], over: '1s', every: '100ms', lateness: '500ms', when: '>= 30' },
  { name: 'held', over: '2s', every: '500ms', lateness: '500ms', when: '>= 20', for: '1s', record: false },
  { name: 'heard', kind: 'absence', every: '1h', expect: ['web-9'], by: ['host.name'] },
];
/** A rule that comes, changes and goes, and whose alerts never end by themselves. */
const passing = (when: string) => ({
  name: 'passing',
  by: ['host.name'],
  over: '1s',
  every: '200ms',
  lateness: '500ms',
  when,
  keepActiveFor: '1h',
  notify: ['ops'],
});
const another = { ...passing('>= 15'), name: 'another' };
const variants = [[], [passing('>= 10')], [passing('>= 11')], [passing('>= 10'), another]];

/** Ships bursts and lulls. */
const aShipperOfBursts = (port: number) =>
  aShipper({
    port,
    documents: () =>
      Array.from({ length: 20 }, (_, place) =>
        JSON.stringify({
          '@timestamp': new Date().toISOString(),
          host: { name: `web-${place % 2}` },
          agent: { id: 'shipper' },
        }),
      ),
    pause: (window) => (window % 20 < 10 ? 40 : 300),
  });

/** Ids of the transitions of the rules that stay, as an engine has them that was never reloaded nor killed. */
function expected(server: Server): string[] {
  const journal = openJournalReader(`${server.data}/journal`);
  onTestFinished(() => journal.close());
  const { config } = load({ yaml: JSON.stringify(server.read()) });
  const names = staying.map(({ name }) => name);
  const engine = assembleEngine(config!);
  return journal
    .read(0, Number.MAX_SAFE_INTEGER)
    .flatMap((record) => engine.process(record))
    .flatMap((output) => (output.kind === 'transition' ? [output.transition] : []))
    .filter(({ rule }: Transition) => names.includes(rule))
    .map(({ id }) => id);
}

describe('reloads and kill -9, again and again, while events are shipped', () => {
  it('leave what stays exactly as it is, and nothing open of what goes', {
    timeout: 60_000 + kills * 20_000,
  }, async () => {
    const webhook = await anHttpServer((_, response) => reply(response, 200));
    const server = await Server.withConfig({
      time: { idleAfter: '1s' },
      journal: { tick: '50ms' },
      parsers: { timestamp: '@timestamp' },
      notifiers: { ops: { kind: 'webhook', url: webhook.url } },
      rules: [passing('>= 10'), ...staying],
    });
    const raisedBy = async (rule: string) =>
      (await server.documents('logs-logboom.alerts-default')).filter(({ _id }) => _id.startsWith(`${rule}~`))
        .length;
    const pause = (most: number) => new Promise((resolve) => setTimeout(resolve, Math.random() * most));
    await server.start();
    const shipper = await aShipperOfBursts(server.ports.lumberjack);
    await eventually(async () => expect((await server.status()).alerts.open).toBeGreaterThan(0), within);
    for (let round = 0; round < kills; round += 1) {
      for (let change = 0; change < 3; change += 1) {
        await pause(400);
        const variant = variants[(round + change) % variants.length]!;
        server.write({ ...server.read(), rules: [...variant, ...staying] });
        // The last one is killed in, or configured while it is down.
        if (change < 2 || round % 2 === 0) server.child!.kill('SIGHUP');
      }
      await pause(30);
      await server.kill();
      await server.start();
    }
    await eventually(async () => expect(await raisedBy('steady')).toBeGreaterThan(1), within);
    await shipper.end();
    server.write({ ...server.read(), rules: staying });
    server.child!.kill('SIGHUP');
    await eventually(() => expect(server.log.at(-1)).toBeDefined());
    await server.settled();
    await eventually(async () => expect((await server.status()).alerts.open).toBe(0), { timeout: 30_000 });
    await server.settled();

    let transitions = await server.documents('logs-logboom.alerts-default');
    const byRule = (names: string[]) =>
      transitions
        .filter(({ _source }) => names.includes((_source.rule as { name: string }).name))
        .map(({ _id }) => _id)
        .toSorted();
    // Messages may be delivered before the documents of the same transitions and alerts.
    await eventually(async () => {
      transitions = await server.documents('logs-logboom.alerts-default');
      expect(byRule(staying.map(({ name }) => name))).toEqual(expected(server).toSorted());
    });
    expect(byRule(['steady']).length).toBeGreaterThan(1);

    const alertsNow = async () =>
      (await server.documents('alerts')).map(({ _id, _source }) => ({
        id: _id,
        ...(_source.alert as { status: string; reason: string }),
      }));
    // An own alert about events that the kills made late may still be open.
    await eventually(async () => {
      const ofRules = (await alertsNow()).filter(({ id }) => !id.startsWith('logboom-'));
      expect(ofRules.filter(({ status }) => status !== 'inactive')).toEqual([]);
    });
    const alerts = await alertsNow();
    const ended = alerts.filter(({ id }) => /^(passing|another)~/.test(id));
    expect(ended.length).toBeGreaterThan(0);
    for (const { reason } of ended)
      expect(reason).toMatch(
        /^the rule was (changed|removed)(; \d+ events? of its time came too late to be counted)?$/,
      );

    // Each transition follows the one before it, and people were told of what is written down.
    const ids = new Set(transitions.map(({ _id }) => _id));
    for (const id of ids) {
      const number = Number(id.slice(id.lastIndexOf('-') + 1));
      if (number > 1) expect(ids).toContain(`${id.slice(0, id.lastIndexOf('-'))}-${number - 1}`);
    }
    // An own alert may have changed since: its notification may be there before its document.
    const notified = webhook.received.map(({ body }) => (body as { id: string }).id.replace(/-ops$/, ''));
    await eventually(async () => {
      const now = await server.documents('logs-logboom.alerts-default');
      const known = new Set(now.map(({ _id }) => _id));
      expect(notified.filter((id) => !known.has(id))).toEqual([]);
    });
    expect(server.log.filter((line) => line['log.level'] === 'error')).toEqual([]);
    expect(await server.stop()).toBe(0);
  });
});
