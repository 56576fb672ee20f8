import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { report } from '../../src/cli/commands/report.ts';
import { connect } from '../../src/generator/client.ts';
import { terminal } from '../support/cli.ts';
import { eventually } from '../support/eventually.ts';
import { Server } from '../support/server.ts';

/** The end of a minute that is over, so that a report about it is due. */
const end = Math.floor(Date.now() / 60_000) * 60_000;
const iso = (time: number) => new Date(time).toISOString();

/** Requests of the minute before `end`, and of the minute before that; every tenth fails. */
const requests = Array.from({ length: 300 }, (_, place) => ({
  time: end - 1 - place * 399,
  status: place % 10 === 0 ? 503 : 200,
  bytes: 100 + place,
  client: `10.0.0.${place % 7}`,
  path: `/p${place % 5}/x`,
}));
const ofMinute = requests.filter(({ time }) => time >= end - 60_000);
const failed = ofMinute.filter(({ status }) => status === 503);

function lineOf({ time, status, bytes, client, path }: (typeof requests)[number]): string {
  const [, day, month, year, clock] = new Date(time).toUTCString().split(' ');
  return `${client} - - [${day}/${month}/${year}:${clock} +0000] "GET ${path} HTTP/1.1" ${status} ${bytes} "-" "curl/8"`;
}

let server: Server;
const record = join(mkdtempSync(join(tmpdir(), 'logboom-report-')), 'messages.ndjson');

beforeAll(async () => {
  const rules = [
    {
      name: 'failed',
      where: 'http.response.status_code >= 500',
      over: '1m',
      lateness: '0s',
      when: '>= 1',
      notify: ['record'],
    },
  ];
  server = await Server.shared({
    rules,
    notifiers: { record: { kind: 'file', path: record } },
    parsers: { default: 'access' },
  });
  // The report was made for the minute before `end`, as by a server that ran then.
  writeFileSync(join(server.data, 'reports.json'), JSON.stringify({ minutely: end - 60_000 }));
  await server.start();
  const client = await connect({ host: '127.0.0.1', port: server.ports.lumberjack });
  await client.send(
    requests.map((request) =>
      JSON.stringify({
        '@timestamp': iso(end),
        message: lineOf(request),
        agent: { id: 'a' },
        host: { name: 'web-1' },
      }),
    ),
  );
  client.close();
  await eventually(async () => {
    const events = (await server.documents('logs-*')).filter(({ _index }) => !_index.includes('logboom'));
    expect(events).toHaveLength(300);
  });
});
afterAll(async () => {
  await server.end();
  rmSync(dirname(record), { recursive: true });
});

async function made(source: string) {
  const shown = terminal(false);
  const given = {
    config: join(server.folder, 'logboom.yml'),
    from: iso(end - 60_000),
    to: iso(end),
    format: 'json',
    source,
    top: '50',
  };
  await report({ _: [], ...given }, shown);
  return JSON.parse(shown.text());
}

describe('a report on what a server received', () => {
  it.each(['journal', 'elasticsearch', 'auto'])(
    'has the figures of the lines that were sent, read from %s',
    async (source) => {
      const { figures, before, clients, statuses, hosts, alerts } = await made(source);
      const bytes = ofMinute.reduce((sum, request) => sum + request.bytes, 0);
      expect(figures).toMatchObject({ events: ofMinute.length, errors: failed.length, bytes });
      expect(before.events).toBe(300 - ofMinute.length);
      expect(clients.distinct).toBe(7);
      expect(statuses.map(({ value, events }: { value: string; events: number }) => [value, events])).toEqual(
        [
          ['200', ofMinute.length - failed.length],
          ['503', failed.length],
        ],
      );
      expect(hosts.rows).toMatchObject([{ value: 'web-1', events: ofMinute.length }]);
      expect(alerts.map(({ rule }: { rule: string }) => rule)).toContain('failed');
    },
  );

  it('says who was notified of an alert', async () => {
    await eventually(async () => {
      const { alerts } = await made('journal');
      expect(alerts.find(({ rule }: { rule: string }) => rule === 'failed')?.notified).toEqual(['record']);
    });
  });

  it('is made by the server at its interval: as a document and as a message', async () => {
    // The report on the minute that ended at `end` is due in a moment.
    const wait = `${Date.now() - end + 1_000}ms`;
    server.write({
      ...server.read(),
      reports: { minutely: { every: '1m', wait, notify: ['record'] } },
    });
    const reloaded = await fetch(`http://127.0.0.1:${server.ports.api}/reload`, { method: 'POST' });
    expect([reloaded.status, await reloaded.json()]).toMatchObject([200, { settings: ['reports.minutely'] }]);
    await eventually(async () => {
      const [document] = await server.documents('logs-logboom.reports-default');
      expect(document?._source).toMatchObject({
        '@timestamp': iso(end),
        event: { dataset: 'logboom.reports', start: iso(end - 60_000), end: iso(end) },
        report: { name: 'minutely', figures: { events: ofMinute.length, errors: failed.length } },
      });
    });
    await eventually(() => {
      const messages = readFileSync(record, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
      expect(messages.some((message) => message.report?.name === 'minutely')).toBe(true);
    });
  });
});
