import { cpSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { open } from 'lmdb';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connect } from '../../src/generator/client.ts';
import { eventually, reported } from '../support/eventually.ts';
import { Server } from '../support/server.ts';

const events = (first: number) =>
  Array.from({ length: 5 }, (_, index) => JSON.stringify({ number: first + index, message: 'a line' }));

/** A server that took three windows and could deliver none, stopped. */
async function aServerWithABacklog(): Promise<Server> {
  const server = await Server.withConfig({
    elasticsearch: { hosts: ['http://127.0.0.1:1'], timeout: '1s' },
    rules: [{ name: 'counted', over: '1s' }],
  });
  await server.start();
  const client = await connect({ host: '127.0.0.1', port: server.ports.lumberjack });
  onTestFinished(() => client.close());
  for (const first of [0, 5, 10]) await client.send(events(first));
  expect(await server.stop()).toBe(0);
  const { elasticsearch: _, ...embedded } = server.read();
  server.write(embedded);
  return server;
}

/** Changes a byte of the first record's payload that fits, as a disk might. Returns the record's position. */
async function damage(server: Server): Promise<number> {
  const root = open(join(server.data, 'journal', 'journal.mdb'), { noSubdir: true });
  const payloads = root.openDB<Buffer, number>('payloads', { encoding: 'binary' });
  const [second] = [...payloads.getKeys({ offset: 1, limit: 1 })];
  const bytes = Buffer.from(payloads.get(second!)!);
  bytes[bytes.length - 1]! ^= 0xff;
  await payloads.put(second!, bytes);
  await root.close();
  return second!;
}

describe('a damaged record in the journal', () => {
  it('becomes a dead letter, health says so, and all others are delivered', async () => {
    const server = await aServerWithABacklog();
    const position = await damage(server);
    await server.start();
    await server.settled();
    const stored = await eventually(async () => {
      const documents = await server.documents('logs-generic-default');
      expect(documents).toHaveLength(10);
      return documents;
    });
    const numbers = stored.map(({ _source }) => _source.number as number).sort((a, b) => a - b);
    expect(numbers).toEqual([0, 1, 2, 3, 4, 10, 11, 12, 13, 14]);

    const letters = readFileSync(join(server.data, 'dead-letters.ndjson'), 'utf8').trim().split('\n');
    expect(letters.map((line) => JSON.parse(line) as object)).toMatchObject([
      { reason: expect.stringContaining('is damaged: the checksum does not match'), encoding: 'base64' },
    ]);
    await reported(server, 'logboom_journal_damaged_records_total', 1);
    const health = await server.get('/health');
    expect(health.status).toBe(200);
    expect(health.text).toContain('journal is damaged: 1 record');
    const errors = server.log.filter((line) => line['log.level'] === 'error');
    expect(errors.map(({ message }) => message)).toEqual([
      expect.stringContaining(`record ${position} of the journal is damaged`),
    ]);
    expect(await server.stop()).toBe(0);
  });
});

/** A server with a rule and the embedded store, and what it takes to send to it and stop it again. */
async function aServerOfBackups() {
  const server = await Server.withConfig({ rules: [{ name: 'counted', over: '1s', lateness: '0s' }] });
  const send = async (...firsts: number[]) => {
    await server.start();
    const client = await connect({ host: '127.0.0.1', port: server.ports.lumberjack });
    for (const first of firsts) await client.send(events(first));
    client.close();
    await server.settled();
  };
  const numbers = async () =>
    (await server.documents('logs-generic-default'))
      .map(({ _source }) => _source.number as number)
      .sort((a, b) => a - b);
  return { server, send, numbers, path: (...names: string[]) => join(server.data, ...names) };
}

const upTo = (end: number) => Array.from({ length: end }, (_, number) => number);

describe('a data folder that was put back from a backup', () => {
  it('indexes what comes, though places in the journal are given anew', async () => {
    const { server, send, numbers, path } = await aServerOfBackups();
    await send(0);
    await server.stop();
    for (const name of ['journal', 'analysis'])
      cpSync(path(name), join(server.folder, name), { recursive: true });
    await send(5, 10);
    await server.stop();
    for (const name of ['journal', 'analysis']) {
      rmSync(path(name), { recursive: true });
      cpSync(join(server.folder, name), path(name), { recursive: true });
    }
    await send(15, 20, 25);
    expect(await numbers()).toEqual(upTo(30));
  });

  it('is refused where the journal alone is older than what was made of it', async () => {
    const { server, send, numbers, path } = await aServerOfBackups();
    await send(0);
    await server.stop();
    cpSync(path('journal'), join(server.folder, 'journal'), { recursive: true });
    await send(5, 10);
    await server.stop();
    rmSync(path('journal'), { recursive: true });
    cpSync(join(server.folder, 'journal'), path('journal'), { recursive: true });
    await expect(server.start()).rejects.toThrow(/analysis .*is ahead of the journal.*move .*analysis away/s);
    rmSync(path('analysis'), { recursive: true });
    await send(15, 20);
    expect(await numbers()).toEqual(upTo(25));
  });
});
