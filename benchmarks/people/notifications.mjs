// What becomes of many alerts at once, and how long a message takes. `node benchmarks/people/notifications.mjs [alerts] [messages]` starts the built server
// and a webhook. First so many alerts (10,000) open within one window of a sender, for a notifier with a limit of messages and for a route that
// groups: both must name each alert. Then single alerts are timed from the event on its way to the server, which is before the decision, and from
// its ACK, to the webhook. The load is printed beside it.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { connect } from '../../dist/generator/client.js';
import { megabytes, print } from '../table.mjs';
import { freePort } from '../whole/server.mjs';

const [alerts = 10_000, messages = 200] = process.argv.slice(2).map(Number);
const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'logboom-notifications-'));
const limit = { messages: 10, per: 5_000 };

/** The webhook: each message with its path and when it came. */
const received = [];
const webhook = createServer(async (request, response) => {
  let body = '';
  for await (const bytes of request) body += bytes;
  received.push({ path: request.url, at: performance.now(), bytes: body.length, document: JSON.parse(body) });
  response.end('{}');
}).listen(0, '127.0.0.1');
await once(webhook, 'listening');
const url = (path) => `http://127.0.0.1:${webhook.address().port}${path}`;

async function startServer() {
  const [port, api, store] = [await freePort(), await freePort(), await freePort()];
  const rule = (name, more) => ({
    ...{ name, kind: 'match', by: ['host.name'], quiet: '1h', maxGroups: 100_000, lateness: '0s' },
    ...more,
  });
  const config = {
    data: join(folder, 'data'),
    inputs: { lumberjack: { port } },
    api: { port: api },
    store: { port: store },
    parsers: { timestamp: '@timestamp' },
    selfMonitoring: { notify: [] },
    notifiers: {
      limited: { kind: 'webhook', url: url('/limited'), rate_limit: { messages: limit.messages, per: '5s' } },
      grouped: { kind: 'webhook', url: url('/grouped') },
      single: { kind: 'webhook', url: url('/single') },
    },
    routes: [{ notify: ['grouped'], group_by: ['rule'], group_wait: '1s', group_interval: '2s' }],
    rules: [
      rule('storm-limited', { where: 'kind: storm', notify: ['limited'] }),
      rule('storm-grouped', { where: 'kind: storm' }),
      rule('single', { where: 'kind: single', notify: ['single'] }),
    ],
  };
  writeFileSync(join(folder, 'logboom.yml'), JSON.stringify(config));
  const given = [join(root, 'dist/main.js'), 'run', '--config', join(folder, 'logboom.yml')];
  const child = spawn(process.execPath, given, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes) => (output += bytes));
  for (let tries = 0; !/API listens/.test(output); tries += 1) {
    if (tries > 600 || child.exitCode !== null) throw new Error(`it did not start:\n${output.slice(-3000)}`);
    await pause(100);
  }
  return { child, port, api };
}

const peakMemory = ({ pid }) =>
  Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;
const event = (kind, host) =>
  JSON.stringify({ '@timestamp': new Date().toISOString(), kind, host: { name: host }, agent: { id: 'b' } });
const of = (path) => received.filter((one) => one.path === path);
/** Alerts that messages about several, and others, name as active; those of a group by its last message. */
const numberIn = ({ document: { group } }) => (group ? group.active + group.ended : 1);
const namedBy = {
  '/limited': () => of('/limited').reduce((sum, one) => sum + numberIn(one), 0),
  '/grouped': () => Math.max(0, ...of('/grouped').map(numberIn)),
};

/** The most messages within one time of the limit. */
function most(times) {
  return Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + limit.per).length));
}

async function storm(client, { child, api }) {
  const before = performance.now();
  const events = Array.from({ length: alerts }, (_, n) => event('storm', `web-${n}`));
  for (let at = 0; at < alerts; at += 2_000) await client.send(events.slice(at, at + 2_000));
  const isDone = () => Object.values(namedBy).every((named) => named() >= alerts);
  for (let tries = 0; tries < 3_000 && !isDone(); tries += 1) await pause(100);
  const rows = Object.keys(namedBy).map((path) => {
    const found = of(path);
    const seconds = (Math.max(...found.map(({ at }) => at)) - before) / 1000;
    const largest = Math.max(...found.map(({ bytes }) => bytes));
    return [
      path.slice(1),
      `${namedBy[path]()}`,
      `${found.length}`,
      `${most(found.map(({ at }) => at))}`,
      `${(largest / 1024).toFixed(1)} kB`,
      `${seconds.toFixed(1)} s`,
    ];
  });
  const { notifiers } = await (await fetch(`http://127.0.0.1:${api}/status`)).json();
  const left = Object.values(notifiers).reduce((sum, { pending }) => sum + pending, 0);
  print(`${alerts} alerts at once; ${left} messages left, peak memory ${megabytes(peakMemory(child))}`, [
    ['notifier', 'alerts named', 'messages', `most in ${limit.per / 1000} s`, 'largest', 'until the last'],
    ...rows,
  ]);
}

async function latency(client) {
  const sent = new Map();
  for (let n = 0; n < messages + 20; n += 1) {
    const host = `one-${n}`;
    const from = performance.now();
    await client.send([event('single', host)]);
    sent.set(host, { from, acknowledged: performance.now() });
    // Not in step with anything that has a period.
    await pause(50 + Math.random() * 50);
  }
  for (let tries = 0; tries < 300 && of('/single').length < messages + 20; tries += 1) await pause(100);
  // The first ones open the connection and warm everything up.
  const measured = of('/single').slice(20);
  const row = (name, begin) => {
    const took = measured.map(({ at, document }) => at - sent.get(document.alert.group)[begin]);
    took.sort((a, b) => a - b);
    const share = (part) => took[Math.min(took.length - 1, Math.floor(part * took.length))].toFixed(1);
    return [name, `${took.length}`, share(0.5), share(0.99), share(1)];
  };
  const load = `load ${loadavg()[0].toFixed(1)} of ${cpus().length} cores`;
  print(`To the webhook of a single alert, in ms; ${load}`, [
    ['from', 'alerts', 'p50', 'p99', 'longest'],
    row('the event, before the decision', 'from'),
    row('its ACK', 'acknowledged'),
  ]);
}

const server = await startServer();
try {
  const client = await connect({ host: '127.0.0.1', port: server.port });
  await latency(client);
  await storm(client, server);
  client.close();
} finally {
  server.child.kill('SIGTERM');
  await Promise.race([once(server.child, 'exit'), pause(10_000)]);
  webhook.close();
  webhook.closeAllConnections();
  rmSync(folder, { recursive: true, force: true });
}
