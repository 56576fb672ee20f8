import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { connect } from '../../src/generator/client.ts';
import { startFakeElasticsearch } from '../sinks/support/fake-elasticsearch.ts';
import { eventually, reported } from '../support/eventually.ts';
import { Server } from '../support/server.ts';

const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const stream = 'logs-generic-default';

/** A server in front of an Elasticsearch that refuses odd numbers while `picky`. */
async function setUp() {
  const elasticsearch = await startFakeElasticsearch();
  onTestFinished(() => elasticsearch.close());
  const world = { picky: true };
  elasticsearch.onBulk = ({ actions }) => ({
    items: actions.map(({ index, document }) =>
      world.picky && index === stream && JSON.parse(document).number % 2 === 1
        ? { status: 400, type: 'document_parsing_exception', reason: 'no odd numbers' }
        : { status: 201 },
    ),
  });
  const server = await Server.withConfig({
    elasticsearch: { hosts: [elasticsearch.url], compression: false },
    indexing: { retryInitial: '50ms', retryMax: '200ms' },
    selfMonitoring: { every: '100ms' },
    rules: [],
  });
  await server.start();
  const client = await connect({ host: '127.0.0.1', port: server.ports.lumberjack });
  onTestFinished(() => client.close());
  const time = new Date().toISOString();
  await client.send(
    Array.from({ length: 20 }, (_, number) => JSON.stringify({ '@timestamp': time, number })),
  );
  await server.settled();
  const command = async (...args: string[]) => {
    const all = [main, 'dead-letters', ...args, '--config', join(server.folder, 'logboom.yml')];
    const { stdout } = await promisify(execFile)(process.execPath, all).catch(
      (error) => error as { stdout: string },
    );
    return stdout.trim();
  };
  const events = () => [...elasticsearch.documents.keys()].filter((key) => key.startsWith(stream)).length;
  return { elasticsearch, world, server, command, events };
}

describe('dead letters of a running server', () => {
  it('are listed, sent again through it once the cause is mended, and gone then', async () => {
    const { world, server, command, events } = await setUp();
    expect(events()).toBe(10);
    await reported(server, 'logboom_dead_letters_kept', 10);
    expect(await command('list', '--reason', 'odd')).toMatch(/10 dead letters\.$/);
    expect(await command('retry', '--all')).toMatch(/^0 dead letters delivered, 10 refused again/);
    world.picky = false;
    expect(await command('retry', '--all')).toBe('10 dead letters delivered.');
    expect(events()).toBe(20);
    expect(await command('list')).toBe('There are no such dead letters.');
    await reported(server, 'logboom_dead_letters_kept', 0);
    expect((await server.status()).sink.deadLetters).toBe(0);
  });

  it('raise an alert of their own, which names the reason', async () => {
    const { server } = await setUp();
    await eventually(async () => {
      const [own] = (await server.status()).alerts.own;
      expect(own).toMatchObject({ rule: 'logboom-dead-letters' });
    });
    await eventually(() => {
      const lines = server.log.filter(({ message }) => message.includes('logboom-dead-letters'));
      expect(lines[0]?.message).toMatch(/10 documents were refused for good.*no odd numbers/);
    });
  });

  it('are not touched by a retry while Elasticsearch is away, and the server says so', async () => {
    const { elasticsearch, server, command } = await setUp();
    await elasticsearch.close();
    const client = await connect({ host: '127.0.0.1', port: server.ports.lumberjack });
    onTestFinished(() => client.close());
    await client.send([JSON.stringify({ '@timestamp': new Date().toISOString(), number: 2 })]);
    await eventually(async () => expect((await server.status()).sink.state).toBe('unavailable'));
    expect(await command('retry', '--all')).toBe('');
    await reported(server, 'logboom_dead_letters_kept', 10);
  });

  it('can be dropped, and retried, after it was stopped', async () => {
    const { world, server, command, events } = await setUp();
    expect(await server.stop()).toBe(0);
    world.picky = false;
    const [first] = (await command('list', '--json'))
      .split('\n')
      .map((line) => JSON.parse(line) as { id: string });
    expect(await command('retry', first!.id)).toBe('1 dead letter delivered.');
    expect(events()).toBe(11);
    expect(await command('drop', '--all')).toBe('9 dead letters dropped.');
    await server.start();
    await reported(server, 'logboom_dead_letters_kept', 0);
  });
});
