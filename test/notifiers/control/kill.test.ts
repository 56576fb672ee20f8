import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { aShipper } from '../../support/lumberjack/shipper.ts';
import { rounds } from '../../support/rounds.ts';
import { Server } from '../../support/server.ts';

const kills = rounds('KILL_RUNS', 2);
const hosts = 6;

interface Message {
  alert: { id: string; state: string };
  group?: { active: number; ended: number; alerts: { id: string }[] };
}

let server: Server;
const received: Message[] = [];
let webhook: { url: string; close: () => void };

beforeAll(async () => {
  const http = await import('node:http');
  const listener = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push(JSON.parse(Buffer.concat(chunks).toString()) as Message);
      response.end('ok');
    });
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const { port } = listener.address() as { port: number };
  webhook = { url: `http://127.0.0.1:${port}`, close: () => listener.close() };
  server = await Server.shared({
    time: { idleAfter: '500ms' },
    journal: { tick: '50ms' },
    parsers: { timestamp: '@timestamp' },
    notifiers: { ops: { kind: 'webhook', url: webhook.url } },
    routes: [{ notify: ['ops'], group_by: ['rule'], group_wait: '300ms', group_interval: '300ms' }],
    rules: [{ name: 'burst', by: ['host.name'], over: '1s', lateness: '0s', when: '>= 5' }],
  });
  await server.start();
}, 30_000);

afterAll(async () => {
  webhook.close();
  await server.end();
});

const post = async (path: string, body: object) => {
  const response = await fetch(`http://127.0.0.1:${server.ports.api}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
};

async function ship(windows: number) {
  const shipper = await aShipper({
    port: server.ports.lumberjack,
    documents: () =>
      Array.from({ length: hosts * 6 }, (_, number) =>
        JSON.stringify({
          '@timestamp': new Date().toISOString(),
          host: { name: `web-${number % hosts}` },
          agent: { id: 's' },
        }),
      ),
    pause: (window) => (window < windows ? 150 : 60_000),
  });
  await new Promise((resolve) => setTimeout(resolve, windows * 150));
  await shipper.end();
}

const alertDocuments = async () =>
  (await server.documents('alerts')).map(({ _id, _source }) => ({
    id: _id,
    host: (_source.host as { name: string }).name,
    alert: _source.alert as { status: string; suppressed?: { by: string; reason: string }[] },
  }));

describe('noise control of a server that is killed again and again', () => {
  it('keeps a silence, notifies each other alert, and its end, and writes the reason into the document', {
    timeout: 60_000 + kills * 20_000,
  }, async () => {
    const request = { matchers: ['host.name="web-0"'], author: 'ann', comment: 'upgrade', duration: '1h' };
    expect((await post('/silences', request)).status).toBe(200);
    expect(
      (await post('/silences', { ...request, duration: undefined, endsAt: '2020-01-01T00:00:00Z' })).body,
    ).toMatchObject({
      error: expect.stringContaining('in the past'),
    });
    for (let round = 0; round < kills; round += 1) {
      const shipping = ship(4);
      await new Promise((resolve) => setTimeout(resolve, 200 + Math.random() * 500));
      await server.kill();
      await server.start();
      await shipping.catch(() => undefined);
    }
    await ship(4);
    await server.settled();
    await eventually(async () => expect((await server.status()).alerts.open).toBe(0), { timeout: 20_000 });
    await server.settled();
    const documents = await alertDocuments();
    const isUnsent = ({ alert }: (typeof documents)[number]) =>
      alert.suppressed?.some(({ by }) => by === 'ended');
    const named = documents.filter((one) => one.host !== 'web-0' && !isUnsent(one)).map(({ id }) => id);
    expect(named.length).toBeGreaterThanOrEqual(hosts - 1);
    await eventually(
      () => {
        const told = new Set(received.flatMap(({ group }) => group!.alerts.map(({ id }) => id)));
        expect([...told].toSorted()).toEqual(named.toSorted());
        expect(received.at(-1)!.alert.state).toBe('INACTIVE');
      },
      { timeout: 20_000 },
    );
    await eventually(async () => {
      const silent = (await alertDocuments()).filter(({ host }) => host === 'web-0');
      expect(silent.length).toBeGreaterThan(0);
      for (const { alert } of silent) expect(alert.suppressed?.map(({ by }) => by)).toContain('silence');
    });
    const { id } = documents.find(({ host }) => host === 'web-0')!;
    const explained = JSON.parse((await server.get(`/explain?alert=${encodeURIComponent(id)}`)).text) as {
      remarks: string[];
    };
    expect(explained.remarks.join('\n')).toContain('ops was not notified: silenced by ann: upgrade');
    expect((await server.status()).alerts).toMatchObject({ silences: 1 });
    expect(server.log.filter((line) => line['log.level'] === 'error')).toEqual([]);
  });
});
