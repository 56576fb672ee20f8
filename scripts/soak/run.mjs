// Load, kills and restarts, and at the end everything beside its brute-force truth.
import { setTimeout as after } from 'node:timers/promises';
import { seededRandom } from '../../dist/generator/random.js';
import { compare, isBalanced, requestsTo } from './compare.mjs';
import { startReceiver } from './receiver.mjs';
import { Sender } from './sender.mjs';
import { Server } from './server.mjs';
import { rules, Traffic } from './traffic.mjs';

/** When the process is killed, by chance: while it starts, under load, and while it stops. */
const moments = {
  async starting(_server, random) {
    await after(random() * 900);
  },
  async loaded(server, random, longest) {
    await server.ready();
    await after(random() * longest);
  },
  async stopping(server, random, longest) {
    await moments.loaded(server, random, longest);
    server.child.kill('SIGTERM');
    await after(random() * 250);
  },
};
const momentOf = (random) => ['loaded', 'loaded', 'loaded', 'starting', 'stopping'][Math.floor(random() * 5)];

/**
 * @param options `kills` and `until` (wall time) say how long; `elasticsearch` is a URL, or else the embedded store
 * is used; `uptime` is the longest time in milliseconds that it is left alone; `rate` is lines a second; `failing` the
 * share of notifications that the receiver refuses; `resend` sends windows again that the journal has already.
 */
export async function run(options) {
  const { kills = Number.POSITIVE_INFINITY, until = Number.POSITIVE_INFINITY, uptime = 800 } = options;
  const { rate = 1_000, seed = Date.now() % 2 ** 31, failing = 0, tell = () => {}, resend = false } = options;
  const random = seededRandom(seed);
  const traffic = new Traffic(seed);
  const receiver = await startReceiver(random, failing);
  const server = await Server.with(configOf(options, receiver.url));
  const sender = new Sender(traffic, { rate });
  const done = { kills: 0, moments: {}, memory: [] };
  const began = Date.now();
  let newest = 0;
  try {
    while (done.kills < kills && Date.now() < until) {
      const moment = momentOf(random);
      server.launch();
      sender.attach(server.ports.lumberjack);
      await moments[moment](server, random, Math.min(uptime, until - Date.now()));
      if (server.memory) done.memory.push({ after: Date.now() - began, bytes: server.memory });
      if (server.isRunning) await server.end('SIGKILL');
      await sender.detach();
      const journaled = server.journaled(newest);
      newest = journaled.newest;
      if (!resend) sender.leaveOut((number) => journaled.numbers.has(number));
      done.kills += 1;
      done.moments[moment] = (done.moments[moment] ?? 0) + 1;
      tell(done, traffic, sender, server);
    }
    server.launch();
    await server.ready();
    sender.attach(server.ports.lumberjack);
    await sender.end();
    const request = requestsTo(options.elasticsearch ?? `http://127.0.0.1:${server.ports.store}`);
    const found = await settled(server, request, traffic, receiver, options.patience);
    const { code } = await server.end('SIGTERM');
    return {
      seed,
      seconds: Math.round((Date.now() - began) / 1000),
      ...done,
      sent: traffic.sent,
      acknowledged: sender.acknowledged,
      keptUnacknowledged: sender.kept,
      resent: sender.resent,
      refused: receiver.told.refused,
      ...found,
      errors: server.errors(),
      exitCode: code,
      balanced: isBalanced(found) && code === 0,
    };
  } catch (error) {
    throw new Error(`seed ${seed}, after ${done.kills} kills: ${error.message}\n${server.tail()}`, {
      cause: error,
    });
  } finally {
    await sender.detach();
    await receiver.stop();
    await server.remove();
  }
}

const configOf = ({ elasticsearch }, webhook) => ({
  rules,
  parsers: { timestamp: '@timestamp' },
  // Only events move the event clock, so that what comes out depends on the lines alone.
  time: { idleAfter: '1h' },
  journal: { tick: '50ms' },
  indexing: { retryInitial: '100ms', retryMax: '1s' },
  notifiers: { ops: { kind: 'webhook', url: webhook } },
  ...(elasticsearch && { elasticsearch: { hosts: [elasticsearch] } }),
});

/** Compares again and again until all is there, or nothing has changed for a while. */
async function settled(server, request, traffic, receiver, patience = 15_000) {
  let last = '';
  let since = Date.now();
  for (;;) {
    await quiet(server);
    const found = await compare(request, traffic, receiver.messages);
    const text = JSON.stringify(found);
    if (text !== last) since = Date.now();
    last = text;
    if (isBalanced(found) || Date.now() - since > patience) return found;
    await after(500);
  }
}

/** Waits until the readers have read everything and no message waits. */
async function quiet(server) {
  for (;;) {
    const { journal, readers, notifiers } = await server.status();
    const behind = Object.values(readers).some(({ position }) => position < journal.newest - 10);
    if (!behind && Object.values(notifiers).every(({ pending }) => pending === 0)) return;
    if (!server.isRunning) throw new Error('the server ended');
    await after(200);
  }
}
