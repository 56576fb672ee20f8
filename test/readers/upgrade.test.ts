import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { connect } from '../../src/generator/client.ts';
import { eventually } from '../support/eventually.ts';
import { Server } from '../support/server.ts';

/**
 * A data folder as a build of 29 November 2026 (8624362) left it when it was killed: 1,000 lines were acknowledged, 600 of them surely indexed.
 * Every third line is an error, of web-0 and web-1 in turn, half a second apart.
 */
const fixture = fileURLToPath(new URL('../fixtures/data-0.1.tar.gz', import.meta.url));
const lines = 1_000;

const config = {
  rules: [
    {
      name: 'errors',
      where: 'log.level : error',
      by: ['host.name'],
      over: '10s',
      when: '>= 3',
      record: true,
      lateness: '0s',
    },
    { name: 'silent', kind: 'absence', by: ['host.name'], every: '6h' },
  ],
  time: { idleAfter: '1s', maxAhead: '1d' },
};

it('opens a data folder of an earlier build and goes on without a loss', async () => {
  const server = await Server.withConfig(config);
  execFileSync('tar', ['xzf', fixture, '-C', server.data]);
  await server.start();
  const numbers = async () =>
    (await server.documents('logs-app-default'))
      .map(({ _source }) => Number(_source.n))
      .sort((a, b) => a - b);
  const expected = Array.from({ length: lines }, (_, n) => n);
  await eventually(async () => expect(await numbers()).toEqual(expected), { timeout: 60_000 });

  const client = await connect({ host: '127.0.0.1', port: server.ports.lumberjack });
  await client.send(
    Array.from({ length: 20 }, (_, at) =>
      JSON.stringify({
        '@timestamp': new Date(Date.parse('2026-11-29T08:00:00Z') + (lines + at) * 500).toISOString(),
        message: `line ${lines + at}`,
        host: { name: `web-${at % 2}` },
        log: { level: 'info' },
        event: { dataset: 'app' },
        n: lines + at,
      }),
    ),
  );
  client.close();
  await eventually(async () => expect(await numbers()).toHaveLength(lines + 20), { timeout: 60_000 });

  // Windows of ten seconds, twenty lines each, of both hosts: those that the earlier build counted, and those that this one does.
  await eventually(
    async () =>
      expect((await server.documents('metrics-logboom.windows-default')).length).toBeGreaterThan(80),
    {
      timeout: 60_000,
    },
  );
  const episodes = await server.documents('alerts');
  expect(episodes.length).toBeGreaterThanOrEqual(2);
  expect(server.text).not.toMatch(/"log.level":"(error|fatal)"/);
}, 120_000);
