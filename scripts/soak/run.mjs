// Load, kills and restarts, and at the end everything beside its brute-force truth.
import { setTimeout as after } from 'node:timers/promises';
import { seededRandom } from '../../dist/generator/random.js';
import { compare, isBalanced, isComplete, requestsTo } from './compare.mjs';
import { startReceiver } from './receiver.mjs';
import { Sender } from './sender.mjs';
import { Server } from './server.mjs';
import { rules, Traffic } from './traffic.mjs';

const SAMPLE_EVERY = 5_000;

/** What happens to the server until it is gone: by chance while it starts, under load, and while it stops. */
const faults = {
  async 'killed at the start'(server, random) {
    await after(random() * 900);
    await server.end('SIGKILL');
  },
  async 'killed under load'(server, random, longest) {
    await served(server, random, longest);
    await server.end('SIGKILL');
  },
  async 'killed while it stopped'(server, random, longest) {
    await served(server, random, longest);
    server.child.kill('SIGTERM');
    await after(random() * 250);
    await server.end('SIGKILL');
  },
  async 'frozen, then killed'(server, random, longest) {
    await served(server, random, longest);
    server.child.kill('SIGSTOP');
    await after(1_000 + random() * 4_000);
    server.child.kill('SIGCONT');
    await after(random() * 1_000);
    await server.end('SIGKILL');
  },
  async stopped(server, random, longest) {
    await served(server, random, longest);
    const { code } = await server.end('SIGTERM');
    if (code !== 0) throw new Error(`it ended with ${code} when it was asked to stop`);
  },
};

/** No fault: one life of the whole time, in which a leak would show. It is none of those that come by chance. */
export const calm = 'left alone, then stopped';
faults[calm] = async (server, _random, longest) => {
  await server.ready();
  await after(longest);
  const { code } = await server.end('SIGTERM');
  if (code !== 0) throw new Error(`it ended with ${code} when it was asked to stop`);
};

async function served(server, random, longest) {
  await server.ready();
  await after(random() * longest);
}

export const kills = ['killed under load', 'killed at the start', 'killed while it stopped'];
export const allFaults = Object.keys(faults).filter((name) => name !== calm);
const any = (random, of) => of[Math.floor(random() * of.length)];

/**
 * @param options `times` and `until` (wall time) say how long, `of` which faults there are; `elasticsearch` is a URL,
 * or else the embedded store is used; `uptime` is the longest time in milliseconds that it is left alone; `rate` is
 * lines a second; `failing` the share of notifications that the receiver refuses; `density` makes more lines of the same time.
 */
export async function run(options) {
  const {
    times = Number.POSITIVE_INFINITY,
    until = Number.POSITIVE_INFINITY,
    uptime = 800,
    of = kills,
  } = options;
  const { rate = 1_000, seed = Date.now() % 2 ** 31, failing = 0, tell = () => {}, density } = options;
  const random = seededRandom(seed);
  const traffic = new Traffic(seed, density);
  const receiver = await startReceiver(random, failing);
  const server = await Server.with(configOf(options, receiver.url));
  const sender = new Sender(traffic, { rate });
  const done = { faults: {}, times: 0, memory: [] };
  const began = Date.now();
  let comparing = false;
  const sampler = setInterval(() => sample(server, done.memory, began, comparing), SAMPLE_EVERY);
  let newest = 0;
  try {
    while (done.times < times && Date.now() < until) {
      const fault = any(random, of);
      server.launch();
      sender.attach(server.ports.lumberjack);
      await faults[fault](server, random, Math.min(uptime, Math.max(0, until - Date.now())));
      await sender.detach();
      const journaled = server.journaled(newest);
      newest = journaled.newest;
      sender.countKept((number) => journaled.numbers.has(number));
      done.times += 1;
      done.faults[fault] = (done.faults[fault] ?? 0) + 1;
      tell(done, traffic);
    }
    server.launch();
    await server.ready();
    sender.attach(server.ports.lumberjack);
    await sender.end();
    comparing = true;
    const request = requestsTo(options.elasticsearch ?? `http://127.0.0.1:${server.ports.store}`);
    const found = await settled(server, request, traffic, receiver, options.patience);
    const told = await totals(server);
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
      ...told,
      errors: server.errors(),
      exitCode: code,
      balanced: isBalanced({ ...found, ...told, sent: traffic.sent }) && code === 0,
    };
  } catch (error) {
    throw new Error(`seed ${seed}, after ${done.times} faults: ${error.message}\n${server.tail()}`, {
      cause: error,
    });
  } finally {
    clearInterval(sampler);
    await sender.detach();
    await receiver.stop();
    await server.remove();
  }
}

/** What the server says of itself: counts over all its lives. */
async function totals(server) {
  const { journal, notifiers } = await server.status();
  return { journaled: journal.events, delivered: notifiers.ops.delivered };
}

function sample(server, into, began, comparing) {
  const memory = server.isRunning ? server.memory : undefined;
  const now = Date.now();
  if (memory) into.push({ after: now - began, sinceStart: now - server.startedAt, comparing, ...memory });
}

const configOf = ({ elasticsearch }, webhook) => ({
  rules,
  parsers: { timestamp: '@timestamp' },
  // Only events move the event clock, so that what comes out depends on the lines alone.
  // What late events can correct grows with event time, which passes fast here: it is full before the first third is over.
  time: { idleAfter: '1h', correctionMemory: '8mb' },
  journal: { tick: '50ms' },
  // The lines are a month old: that is no news, and its alerts would be among those of the rules.
  selfMonitoring: { sourceClock: '0s' },
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
    if (isComplete(found) || Date.now() - since > patience) return found;
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
