import { expect, it, onTestFinished } from 'vitest';
import { connect } from '../../src/generator/client.ts';
import type { StatisticsReport } from '../../src/telemetry/api/statistics.ts';
import { eventually } from '../support/eventually.ts';
import { Server } from '../support/server.ts';

it('a server counts by field what it receives, for the API and as documents', {
  timeout: 60_000,
}, async () => {
  const server = await Server.withConfig({ rules: [], statistics: { documents: '1s', fields: ['shop'] } });
  await server.start();
  const client = await connect({ host: '127.0.0.1', port: server.ports.lumberjack });
  onTestFinished(() => client.close());
  const event = (shop: string, status: number) =>
    JSON.stringify({
      '@timestamp': new Date().toISOString(),
      ...{ shop, url: { path: '/api/pay' }, http: { response: { status_code: status } } },
    });
  await client.send([event('north', 200), event('north', 503), event('south', 200)]);

  const stats = async () => {
    const response = await fetch(`http://127.0.0.1:${server.ports.api}/stats?by=shop,section&sort=lifetime`);
    return (await response.json()) as StatisticsReport;
  };
  await eventually(async () => expect((await stats()).windows.lifetime!.events).toBe(3));
  const { windows, fields } = await stats();
  expect(windows['2m']).toMatchObject({ full: false, seconds: 120 });
  expect(
    fields.shop!.values.map(({ value, lifetime }) => [value, lifetime!.events, lifetime!.errors]),
  ).toEqual([
    ['north', 2, 1],
    ['south', 1, 0],
  ]);
  expect(fields.section!.values.map(({ value }) => value)).toEqual(['/api']);

  await eventually(async () => {
    const found = await server.documents('metrics-logboom.stats-default');
    const values = found.map(({ _source }) => (_source.logboom as { stats: { value?: string } }).stats);
    const north = values.filter(({ value }) => value === 'north') as unknown as Record<string, number>[];
    const sum = (name: string) => north.reduce((all, one) => all + one[name]!, 0);
    expect([sum('events'), sum('errors')]).toEqual([2, 1]);
  });
  expect(await server.stop()).toBe(0);
});
