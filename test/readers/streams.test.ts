import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ConfigInput } from '../../src/config/schema/schema.ts';
import { connect } from '../../src/generator/client.ts';
import { eventually } from '../support/eventually.ts';
import { aFolder } from '../support/folder.ts';
import { anHttpServer, reply } from '../support/http.ts';
import { Server } from '../support/server.ts';

interface Streamed {
  event: { id: string; dataset: string };
  rule: { name: string };
  window?: { start: string; count?: number; late_count?: number; revision?: number };
}

const rules = [
  { name: 'burst', over: '1s', lateness: '0s', by: ['host.name'], when: '>= 2', notify: ['alerts'] },
  { name: 'other', over: '1s', lateness: '0s' },
];
const begin = Math.floor((Date.now() - 600_000) / 1000) * 1000;
const at = (after: number, host: string) =>
  JSON.stringify({
    '@timestamp': new Date(begin + after).toISOString(),
    host: { name: host },
    agent: { id: 'x' },
  });

const linesOf = (path: string): Streamed[] =>
  existsSync(path)
    ? readFileSync(path, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as Streamed)
    : [];

async function send(server: Server, events: string[]): Promise<void> {
  const client = await connect({ host: '127.0.0.1', port: server.ports.lumberjack });
  await client.send(events);
  client.close();
}

/** A server, not started yet, whose notifier `out` writes into the file `path`. */
async function aServer({ notifiers, ...settings }: ConfigInput): Promise<{ server: Server; path: string }> {
  const server = await Server.withConfig({});
  const path = join(server.folder, 'stream.ndjson');
  server.write({
    ...server.read(),
    ...{ parsers: { timestamp: '@timestamp' }, rules },
    ...settings,
    notifiers: { ...notifiers, out: { kind: 'file', path } },
  });
  return { server, path };
}

describe('streams of a server', () => {
  it('have every window and every transition that the index has, however often it is killed', async () => {
    const { server, path } = await aServer({
      notifiers: { alerts: { kind: 'file', path: join(aFolder(), 'alerts.ndjson') } },
      streams: { all: { notifier: 'out' } },
    });
    for (let round = 0; round < 4; round += 1) {
      await server.start();
      const hosts = ['web-1', 'web-2', 'web-3'];
      const events = Array.from({ length: 60 }, (_, n) =>
        hosts.flatMap((host) => [
          at(round * 60_000 + n * 500, host),
          at(round * 60_000 + n * 500 + 10, host),
        ]),
      ).flat();
      await send(server, events);
      if (round < 3) await server.kill();
    }
    await send(server, [at(400_000, 'web-1')]);
    await server.settled();
    const indexed = [
      ...(await server.documents('metrics-logboom.windows-default')),
      ...(await server.documents('logs-logboom.alerts-default')),
    ].map(({ _id }) => _id);
    expect(indexed.length).toBeGreaterThan(400);
    await eventually(() => {
      const streamed = new Set(linesOf(path).map(({ event }) => event.id));
      expect(indexed.filter((id) => !streamed.has(id))).toEqual([]);
    });
    const { streams } = await server.status();
    await eventually(async () => expect((await server.status()).streams).toEqual({ all: { pending: 0 } }));
    expect(Object.keys(streams!)).toEqual(['all']);
    // What was sent twice has one id, and one text.
    const texts = new Map<string, string>();
    for (const line of linesOf(path)) {
      const text = JSON.stringify(line);
      expect(texts.get(line.event.id) ?? text).toBe(text);
      texts.set(line.event.id, text);
    }
  });

  it('send a window again that late events corrected, with its revision', async () => {
    const { server, path } = await aServer({
      rules: rules.slice(1),
      streams: { all: { notifier: 'out', outputs: ['windows'] } },
    });
    await server.start();
    await send(server, [at(100, 'a'), at(5_000, 'a')]);
    await eventually(() => expect(linesOf(path)).toHaveLength(1));
    await send(server, [at(200, 'a'), at(9_000, 'a')]);
    await eventually(() =>
      expect(linesOf(path).map(({ window }) => [window!.count, window!.revision ?? 1])).toEqual(
        expect.arrayContaining([
          [1, 1],
          [2, 2],
        ]),
      ),
    );
    const ids = linesOf(path).map(({ event }) => event.id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('have all transitions of alerts about logboom itself, also after a kill', async () => {
    const hanging = await anHttpServer(() => undefined);
    const { server, path } = await aServer({
      selfMonitoring: { every: '100ms', notifierFailing: '300ms', keepActiveFor: '0s', notify: [] },
      notifiers: { alerts: { kind: 'webhook', url: hanging.url, timeout: '200ms' } },
      streams: { changes: { notifier: 'out', outputs: ['transitions'] } },
    });
    await server.start();
    await send(server, [at(0, 'a'), at(1, 'a'), at(60_000, 'a')]);
    const rulesIn = () => linesOf(path).map(({ rule, event }) => [rule.name, event.id]);
    const own = () => rulesIn().filter(([name]) => name === 'logboom-notifier-failing');
    await eventually(() => expect(own().length).toBeGreaterThan(0));
    expect(rulesIn().map(([name]) => name)).toContain('burst');
    await server.kill();
    await server.start();
    await eventually(async () =>
      expect((await server.status()).streams).toEqual({ changes: { pending: 0 } }),
    );
    const documents = await server.documents('logs-logboom.alerts-default');
    const ids = documents.map(({ _id }) => _id).filter((id) => id.startsWith('logboom-notifier-failing'));
    expect(new Set(own().map(([, id]) => id))).toEqual(new Set(ids));
  });

  it('that hang delay no alert, and are said to fail', async () => {
    const hanging = await anHttpServer(() => undefined);
    const taking = await anHttpServer((_, response) => reply(response, 200));
    const server = await Server.withConfig({
      parsers: { timestamp: '@timestamp' },
      rules,
      notifiers: {
        alerts: { kind: 'webhook', url: taking.url },
        slow: { kind: 'webhook', url: hanging.url, timeout: '200ms' },
      },
      streams: { stuck: { notifier: 'slow', keep: 20 } },
    });
    await server.start();
    const events = Array.from({ length: 60 }, (_, n) => [at(n * 1_000, 'a'), at(n * 1_000 + 1, 'a')]).flat();
    await send(server, [...events, at(100_000, 'a')]);
    await eventually(() =>
      expect(taking.received.map(({ body }) => (body as { alert: { status: string } }).alert.status)).toEqual(
        ['active', 'inactive'],
      ),
    );
    await eventually(async () => {
      const { pending, failing } = (await server.status()).streams!.stuck!;
      // Its peer does not answer in time, and what it does not take is dropped.
      expect([pending <= 20, failing]).toEqual([true, expect.stringMatching(/time/)]);
    });
    await eventually(async () => {
      const { text } = await server.get('/metrics');
      expect(text).toMatch(/logboom_stream_outputs_total\{stream="stuck",outcome="dropped"\} \d+/);
      expect(text).toMatch(/logboom_stream_outputs_pending\{stream="stuck"\} 20/);
    });
    expect(server.log.some(({ message }) => /outputs behind: the oldest \d+ are dropped/.test(message))).toBe(
      true,
    );
  });

  it('begin and end with a reload', async () => {
    const server = await Server.withConfig({});
    const path = (name: string) => join(server.folder, `${name}.ndjson`);
    const notifiers = { one: { kind: 'file', path: path('one') }, two: { kind: 'file', path: path('two') } };
    const base = { ...server.read(), parsers: { timestamp: '@timestamp' }, rules: [rules[1]], notifiers };
    server.write({ ...base, streams: { one: { notifier: 'one' } } });
    await server.start();
    await send(server, [at(100, 'a'), at(2_000, 'a')]);
    await eventually(() => expect(linesOf(path('one'))).toHaveLength(1));
    server.write({ ...base, streams: { two: { notifier: 'two' } } });
    const answer = await fetch(`http://127.0.0.1:${server.ports.api}/reload`, { method: 'POST' });
    expect(await answer.json()).toMatchObject({ pending: [], settings: ['streams.one', 'streams.two'] });
    await send(server, [at(4_000, 'a')]);
    await eventually(() => expect(linesOf(path('two'))).toHaveLength(1));
    expect(linesOf(path('one'))).toHaveLength(1);
    expect(linesOf(path('two'))[0]!.window!.start).toBe(new Date(begin + 2_000).toISOString());
  });
});
