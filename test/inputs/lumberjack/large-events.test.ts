import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { encodeWindow } from '../../../src/lumberjack/encoder.ts';
import { eventually } from '../../support/eventually.ts';
import { connectSender } from '../../support/lumberjack/sender.ts';
import { Server } from '../../support/server.ts';

const MiB = 2 ** 20;

/** An event as a default Filebeat sends it. */
const eventOf = (offset: number, message: string, dataset = 'generic') =>
  JSON.stringify({
    '@timestamp': new Date(1_790_000_000_000 + offset).toISOString(),
    '@metadata': { beat: 'filebeat', type: '_doc', version: '8.17.0' },
    message,
    event: { dataset },
    log: { offset, file: { path: '/var/log/app.log' } },
    agent: { id: 'one', name: 'web-1', type: 'filebeat' },
  });

/** The most anonymous memory that the server holds while it works, in bytes; mapped files are the system's cache. */
function watchMemory(server: Server): () => number {
  let most = 0;
  const look = () => {
    const line = /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${server.child!.pid}/status`, 'utf8'));
    most = Math.max(most, Number(line?.[1] ?? 0) * 1024);
  };
  const timer = setInterval(look, 25);
  onTestFinished(() => clearInterval(timer));
  return () => most;
}

/** One server for the tests that do not measure its memory: each looks at the documents of its own dataset. */
let shared: Server;
beforeAll(async () => {
  shared = await Server.shared({});
  await shared.start();
});
afterAll(() => shared.end());

const theServer = () => withSender(shared);

/** One whose memory holds nothing of other tests. */
async function aServer() {
  const server = await Server.withConfig({});
  await server.start();
  return withSender(server);
}

async function withSender(server: Server) {
  const sender = await connectSender(server.ports.lumberjack);
  onTestFinished(() => void sender.socket.destroy());
  return { server, sender };
}

it.each([
  ['10 MiB of quotes, twice as long in JSON', 'quotes', '"'.repeat(10 * MiB)],
  ['1.8 MB of NULs, six times as long in JSON', 'nuls', '\0'.repeat(1_800_000)],
  ['10 MiB of NULs', 'zeros', '\0'.repeat(10 * MiB)],
])('takes a line of %s, and its neighbours', async (_, dataset, line) => {
  const { server, sender } = await theServer();
  const window = ['before', line, 'after'].map((text, index) => eventOf(index + 1, text, dataset));
  sender.send(encodeWindow(window));
  expect((await sender.sequences(1)).at(-1)).toBe(3);
  await server.settled();
  const stored = await server.documents(`logs-${dataset}-default`);
  expect(stored.map(({ _source }) => (_source.message as string).length)).toEqual([6, line.length, 5]);
  await eventually(async () => expect((await server.status()).sink.deadLetters).toBe(0));
});

it('cuts one event that is larger, says so, and acknowledges the others', async () => {
  const { server, sender } = await theServer();
  sender.send(encodeWindow([eventOf(1, 'before'), eventOf(2, 'x'.repeat(70 * MiB)), eventOf(3, 'after')]));
  await eventually(() => expect(sender.acks.at(-1)?.sequence).toBe(3), { timeout: 60_000 });
  await server.settled();
  const stored = await server.documents('logs-generic-default');
  expect(stored.map(({ _source }) => (_source.message as string).slice(0, 6))).toEqual([
    'before',
    'xxxxxx',
    'after',
  ]);
  expect(await server.metric('logboom_lumberjack_cut_events_total')).toBe(1);
  expect(server.text).toContain('larger than inputs.lumberjack.limits.maxEventBytes');
});

it.each([0, 3])(
  'takes windows of 130 MB within 500 MB of memory, at compression level %i',
  async (compressionLevel) => {
    const { server, sender } = await aServer();
    const memory = watchMemory(server);
    const noise = randomBytes(33_000 + 2_048).toString('hex');
    const window = encodeWindow(
      Array.from({ length: 2_048 }, (_, n) => eventOf(n, noise.slice(n, n + 66_000))),
      { compressionLevel },
    );
    sender.send(window);
    await eventually(() => expect(sender.acks.at(-1)?.sequence).toBe(2_048), { timeout: 60_000 });
    const confirmed = sender.acks.map(({ sequence }) => sequence).filter((sequence) => sequence > 0);
    expect(confirmed.length).toBeGreaterThan(4);
    expect(confirmed).toEqual(confirmed.toSorted((a, b) => a - b));
    expect(await server.metric('logboom_lumberjack_events_total')).toBe(2_048);
    expect(memory()).toBeLessThan(500 * MiB);
  },
);
