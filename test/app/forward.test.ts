import { describe, expect, it, onTestFinished } from 'vitest';
import { connect } from '../../src/generator/client.ts';
import { eventually, reported } from '../support/eventually.ts';
import { hostOf, texts } from '../support/lumberjack/logstash.ts';
import { lumberjackServer, type ReceivedBy } from '../support/lumberjack/server.ts';
import { awaitedLater } from '../support/lumberjack/shipper.ts';
import { Server } from '../support/server.ts';

const backoff = { init: '20ms', max: '100ms' };
const within = { timeout: 40_000 };

async function serverWith(forward: object, more: object = {}): Promise<Server> {
  const server = await Server.withConfig({ forward: { backoff, ...forward }, ...more });
  await server.start();
  return server;
}

async function ship(server: Server, documents: string[], size = 10): Promise<void> {
  const client = await connect({ host: '127.0.0.1', port: server.ports.lumberjack });
  onTestFinished(() => client.close());
  const sends = [];
  for (let from = 0; from < documents.length; from += size)
    sends.push(client.send(documents.slice(from, from + size)));
  await Promise.all(sends);
  client.close();
}

const takenBy = ({ windows }: { windows: ReceivedBy[] }) => windows.flatMap(({ documents }) => documents);
const indexed = (server: Server, count: number) =>
  eventually(async () => expect(await server.documents('logs-generic-default')).toHaveLength(count), within);

describe('a Logstash beside the index', () => {
  it('gets each event byte for byte, in order, and the index has it as well', async () => {
    const logstash = await lumberjackServer();
    const server = await serverWith({ hosts: [hostOf(logstash)] });
    const documents = ['{"message":"é\\u0041"}', '{ "b" : 1.0, "a": [] }', ...texts(498)];
    await ship(server, documents);
    await indexed(server, 500);
    await eventually(() => expect(takenBy(logstash)).toEqual(documents), within);
    await reported(server, 'logboom_forward_events_total', 500);
  });

  it('may be another logboom', async () => {
    const other = await Server.withConfig({});
    await other.start();
    const server = await serverWith({ hosts: [`127.0.0.1:${other.ports.lumberjack}`] });
    await ship(server, texts(100));
    await indexed(server, 100);
    await indexed(other, 100);
  });

  it('gets what the journal holds when it is added later', async () => {
    const server = await Server.withConfig({});
    await server.start();
    await ship(server, texts(50));
    await server.stop();
    const logstash = await lumberjackServer();
    server.write({ ...server.read(), forward: { hosts: [hostOf(logstash)] } });
    await server.start();
    await ship(server, texts(50, 51));
    await eventually(() => expect(takenBy(logstash)).toEqual(texts(100)), within);
  });

  it('gets everything although logboom is killed and itself dies in between', async () => {
    const slow = (window: ReceivedBy) => setTimeout(() => window.ack(), 5);
    const logstash = await lumberjackServer({ onWindow: slow });
    const server = await serverWith({ hosts: [hostOf(logstash)], bulk_max_size: 10 });
    await ship(server, texts(1_000));
    await eventually(() => expect(logstash.windows.length).toBeGreaterThan(20), within);
    await server.kill();
    await server.start();
    await logstash.close();
    await ship(server, texts(500, 1_001));
    const back = await lumberjackServer({ port: logstash.port, onWindow: slow });
    const everything = new Set(texts(1_500));
    const taken = () => new Set([...takenBy(logstash), ...takenBy(back)]);
    await eventually(() => expect(taken()).toEqual(everything), within);
    await reported(server, 'logboom_forward_skipped_records_total', 0);
  });
});

describe('another configuration', () => {
  const reload = async (server: Server, forward: object | undefined) => {
    server.write({ ...server.read(), forward: forward && { backoff, ...forward } });
    const response = await fetch(`http://127.0.0.1:${server.ports.api}/reload`, { method: 'POST' });
    return (await response.json()) as { settings: string[]; needsRestart: string[]; problems: unknown[] };
  };

  it('lets a Logstash come, change and go, and no connection or event is lost by that', async () => {
    const server = await Server.withConfig({});
    await server.start();
    const client = await connect({ host: '127.0.0.1', port: server.ports.lumberjack });
    onTestFinished(() => client.close());
    await client.send(texts(50));

    const one = await lumberjackServer();
    const added = await reload(server, { hosts: [hostOf(one)] });
    expect(added).toMatchObject({ settings: ['forward'], needsRestart: [] });
    await eventually(() => expect(takenBy(one)).toEqual(texts(50)), within);

    await reload(server, { hosts: [hostOf(one)], maxLag: '1gb' });
    const other = await lumberjackServer();
    await client.send(texts(50, 51));
    await eventually(() => expect(takenBy(one)).toEqual(texts(100)), within);
    expect(new Set(one.windows.map(({ connection }) => connection)).size).toBe(1);
    await reload(server, { hosts: [hostOf(other)] });
    await client.send(texts(50, 101));
    await eventually(() => expect(takenBy(other)).toEqual(texts(50, 101)), within);
    expect(takenBy(one)).toEqual(texts(100));

    expect(await reload(server, undefined)).toMatchObject({ settings: ['forward'] });
    await client.send(texts(50, 151));
    await indexed(server, 200);
    const { readers, forward, inputs } = await server.status();
    expect([Object.keys(readers), forward]).toEqual([['analyser', 'indexer'], undefined]);
    expect(inputs.lumberjack!.connections).toBe(1);
    await reported(server, 'logboom_forward_events_total', 0);

    // Back again, it goes on where it was.
    await reload(server, { hosts: [hostOf(other)] });
    await eventually(() => expect(takenBy(other)).toEqual(texts(100, 101)), within);
    expect(await server.stop()).toBe(0);
  });

  it('that no Logstash could be reached by is refused, and the one before goes on', async () => {
    const logstash = await lumberjackServer();
    const server = await serverWith({ hosts: [hostOf(logstash)] });
    const ssl = { certificate_authorities: ['gone.pem'] };
    const { problems } = await reload(server, { hosts: [hostOf(logstash)], ssl });
    expect(problems).toEqual([
      expect.objectContaining({ path: 'forward', message: expect.stringContaining('gone.pem') }),
    ]);
    await ship(server, texts(10));
    await eventually(() => expect(takenBy(logstash)).toEqual(texts(10)), within);
  });
});

describe('a Logstash that takes nothing', () => {
  it('delays neither index nor senders, and the health page and the status say what is waited for', async () => {
    const logstash = await lumberjackServer();
    await logstash.close();
    const server = await serverWith({ hosts: [hostOf(logstash)] });
    await ship(server, texts(200));
    await indexed(server, 200);
    const waits = expect.stringMatching(/^Logstash: Cannot connect .*ECONNREFUSED/);
    await eventually(async () => {
      const { readers, forward, journal } = await server.status();
      expect(readers.indexer!.position).toBe(journal.newest);
      expect(journal.bytes).toBe(0);
      expect(readers.forwarder).toMatchObject({ position: 0, waitsFor: waits });
      expect(forward).toMatchObject({ hosts: [{ host: hostOf(logstash), connected: false }], missed: 0 });
    }, within);
    const health = await server.get('/health');
    expect(health.status).toBe(200);
    expect(JSON.parse(health.text)).toMatchObject({
      state: 'degraded',
      reasons: expect.arrayContaining([expect.stringContaining('forwarder waits for Logstash')]),
    });
    expect(await server.stop()).toBe(0);
  });

  it('misses what lies beyond maxLag, and is told so when it is back', async () => {
    const logstash = await lumberjackServer();
    await logstash.close();
    const server = await serverWith(
      { hosts: [hostOf(logstash)], maxLag: '20kb', bulk_max_size: 20 },
      { journal: { keepSize: '0kb', keepAge: '0s' } },
    );
    // What it has read is in its hand and not lost; the others are still in the journal.
    await ship(server, texts(200), 20);
    await indexed(server, 200);
    await ship(server, texts(1_800, 201), 20);
    await indexed(server, 2_000);
    await eventually(async () => expect((await server.status()).forward!.missed).toBeGreaterThan(10), within);
    const { reasons } = JSON.parse((await server.get('/health')).text) as { reasons: string[] };
    expect(reasons.join()).toMatch(/it misses \d+ records/);
    const back = await lumberjackServer({ port: logstash.port });
    await eventually(() => expect(takenBy(back).at(-1)).toBe('{"n":2000}'), within);
    const missed = texts(2_000).filter((text) => !takenBy(back).includes(text));
    expect(missed.length).toBeGreaterThan(0);
    const first = JSON.parse(missed[0]!) as { n: number };
    expect(missed).toEqual(texts(missed.length, first.n));
    expect(server.log.map(({ message }) => message)).toContainEqual(
      expect.stringMatching(/records from \d+ on are not forwarded.*forward\.maxLag/),
    );
    expect(await server.metric('logboom_forward_skipped_records_total')).toBeGreaterThan(0);
  });

  it('holds the senders where that is wished for, and misses nothing', async () => {
    const logstash = await lumberjackServer();
    await logstash.close();
    const server = await serverWith(
      { hosts: [hostOf(logstash)], onFull: 'hold' },
      { journal: { maxSize: '10kb', keepSize: '0kb', keepAge: '0s' } },
    );
    const shipped = awaitedLater(ship(server, texts(2_000), 20));
    await eventually(async () => {
      const { journal } = await server.status();
      expect(journal.bytes).toBeGreaterThanOrEqual(journal.maxBytes);
    }, within);
    const back = await lumberjackServer({ port: logstash.port });
    await shipped;
    await eventually(() => expect(takenBy(back)).toEqual(texts(2_000)), within);
  });
});
