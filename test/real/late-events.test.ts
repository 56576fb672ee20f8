import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect, type LumberjackClient } from '../../src/generator/client.ts';
import { countOf, type Hit, hitsOf, namesOf } from './support/findings.ts';
import { type RealLogboom, startLogboom } from './support/logboom.ts';
import { eventually, type RealElasticsearch, startElasticsearch } from './support/peers.ts';

const names = namesOf('default');
let elasticsearch: RealElasticsearch;
let server: RealLogboom;

beforeAll(async () => {
  elasticsearch = await startElasticsearch('9');
  server = await startLogboom({
    elasticsearch: { hosts: [elasticsearch.url] },
    indexing: { alerts: 'alerts-default', retryInitial: '100ms', retryMax: '1s' },
    parsers: { timestamp: '@timestamp' },
    selfMonitoring: { enabled: false },
    rules: [{ name: 'requests', over: '1s', lateness: '0s', by: ['host.name'], when: '>= 3' }],
  });
});
afterAll(async () => {
  await server?.discard();
  await elasticsearch?.stop();
});

const begin = Math.floor((Date.now() - 3_600_000) / 1000) * 1000;

/** Sends events of these times, in milliseconds after the first one. */
async function send(...times: number[]): Promise<void> {
  const client: LumberjackClient = await connect({
    host: '127.0.0.1',
    port: Number(server.lumberjack.split(':')[1]),
  });
  const documents = times.map((after) =>
    JSON.stringify({
      '@timestamp': new Date(begin + after).toISOString(),
      host: { name: 'web-1' },
      agent: { id: 'a' },
    }),
  );
  await client.send(documents);
  client.close();
}

async function counts(): Promise<Record<number, number>> {
  const { request } = elasticsearch;
  await request('POST', `/${names.windows}/_refresh`);
  const found: Hit[] = await hitsOf(request, names.windows, { term: { 'rule.name': 'requests' } });
  const pairs = found.map(({ _source: { window } }): [number, number] => [
    Date.parse(window.start) - begin,
    window.count,
  ]);
  expect(new Set(pairs.map(([start]) => start)).size, 'a window is in the index once').toBe(pairs.length);
  return Object.fromEntries(pairs.filter(([, count]) => count > 0));
}

/** The newest window, which is not among those expected, is there too where the source was idle for long meanwhile. */
async function become(expected: Record<number, number>): Promise<void> {
  let seen: unknown;
  await eventually(
    'the windows are corrected',
    async () => {
      const found = await counts().catch(() => ({}));
      const last = Math.max(...Object.keys(expected).map(Number));
      seen = Object.fromEntries(Object.entries(found).filter(([start]) => Number(start) <= last));
      return JSON.stringify(seen) === JSON.stringify(expected);
    },
    60_000,
  ).catch(() => expect(seen).toEqual(expected));
}

async function expectNoDeadLetter(): Promise<void> {
  expect(await server.metric('logboom_dead_letters_kept')).toBe(0);
}

describe('late events with a real Elasticsearch', () => {
  it('correct the document of a window that is there, and raise the alert of its time', async () => {
    await send(100, 5_000);
    await become({ 0: 1 });
    await send(200, 300, 6_500);
    await become({ 0: 3, 5000: 1 });
    await eventually(
      'the late alert is there',
      async () => (await countOf(elasticsearch.request, names.alerts, 'alert.late:true')) === 1,
    );
    const [window] = (await hitsOf(elasticsearch.request, names.windows, {
      term: { 'window.revision': 2 },
    })) as [Hit];
    expect(window._source.window).toMatchObject({ revision: 2, count: 3, late_count: 2 });
    await expectNoDeadLetter();
  });

  it('correct it again, also in a backing index before the present one', async () => {
    const rolled = await elasticsearch.request('POST', `/${names.windows}/_rollover`);
    expect(rolled.body).toMatchObject({ rolled_over: true });
    await send(400, 8_500);
    await become({ 0: 4, 5000: 1, 6000: 1 });
    await send(500, 5_100, 9_900);
    await become({ 0: 5, 5000: 2, 6000: 1, 8000: 1 });
    await expectNoDeadLetter();
  });

  it('correct it after a kill, however much of it was delivered before', async () => {
    for (const after of [600, 700]) {
      await send(after, 10_000 + after * 10);
      await server.kill();
      await server.restart();
    }
    await send(800, 20_000);
    await become({ 0: 8, 5000: 2, 6000: 1, 8000: 1, 9000: 1, 16000: 1, 17000: 1 });
    await expectNoDeadLetter();
  });

  it('leave one alert of the time, with all events that it had in the end', async () => {
    await eventually('the alert is corrected', async () => {
      const [alert] = await hitsOf(elasticsearch.request, names.alerts, {
        term: { 'rule.name': 'requests' },
      });
      return alert?._source.alert.peak === 8;
    });
    const alerts = await hitsOf(elasticsearch.request, names.alerts, { term: { 'rule.name': 'requests' } });
    expect(alerts).toHaveLength(1);
    expect(alerts[0]!._source.alert).toMatchObject({ status: 'inactive', peak: 8, late: true });
    await server.stop();
  });
});
