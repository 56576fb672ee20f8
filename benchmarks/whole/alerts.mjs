// `npm run bench -- alerts`: how long it takes from the write of a window on the socket until the document of an alert that an event in it
// raises is in the bulk request that a stand-in for Elasticsearch receives: at 1,000 events a second, and at most of what the server sustains.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createConnection } from 'node:net';
import { loadavg } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { encodeWindow } from '../../dist/lumberjack/encoder.js';
import { random } from '../access-lines.mjs';
import { print } from '../table.mjs';
import { eventAt } from './events.mjs';
import { startServer } from './server.mjs';

const headers = { 'x-elastic-product': 'Elasticsearch', 'content-type': 'application/json' };
const version = { number: '8.19.0', build_flavor: 'default', lucene_version: '9.12.0' };
const rule = { name: 'failed', kind: 'match', where: 'url.path : /failed/*', by: ['url.path'] };
const next = random(5);

/** Notes when the alert of each path came, and counts documents. */
async function standIn() {
  const arrived = new Map();
  let counted = 0;
  const server = createServer(async (request, response) => {
    const chunks = [];
    // The server closes its connections at its end.
    request.on('error', () => {});
    request.on('data', (chunk) => chunks.push(chunk));
    if (!(await once(request, 'end').catch(() => undefined))) return;
    const at = performance.now();
    const body = Buffer.concat(chunks).toString();
    const isBulk = request.url.startsWith('/_bulk');
    const lines = isBulk ? body.trimEnd().split('\n') : [];
    if (isBulk && body.includes('logboom.alerts'))
      for (let line = 0; line < lines.length; line += 2) {
        const path = lines[line].includes('logboom.alerts') && /\/failed\/[\w-]+/.exec(lines[line + 1])?.[0];
        if (path && !arrived.has(path)) arrived.set(path, at);
      }
    counted += lines.length / 2;
    const items = Array(lines.length / 2).fill({ create: { status: 201 } });
    const info = {
      name: 'stand-in',
      cluster_name: 's',
      cluster_uuid: 's',
      version,
      tagline: 'You Know, for Search',
    };
    const license = { license: { uid: 's', type: 'basic', status: 'active', expiry_date_in_millis: 4e12 } };
    const answer =
      request.url === '/' ? info : request.url.startsWith('/_license') ? license : { acknowledged: true };
    response.writeHead(200, headers);
    response.end(JSON.stringify(isBulk ? { took: 1, errors: false, items } : answer));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    arrived,
    counted: () => counted,
    url: `http://127.0.0.1:${server.address().port}`,
    close: () => server.close(),
  };
}

let number = 0;

/** A window in which one event raises an alert. */
function windowOf(size, path) {
  const documents = Array.from({ length: size }, () => {
    number += 1;
    return eventAt('1 KB', { time: Date.now(), number, next });
  });
  const place = Math.floor(next() * size);
  documents[place] = documents[place].replace(/(\\"[A-Z]+ )\S+/, (_, method) => `${method}${path}`);
  return encodeWindow(documents, { compressionLevel: 3 });
}

const windowsOf = (count, size, name) =>
  Array.from({ length: count }, (_, turn) => {
    const path = `/failed/${name}-${turn}`;
    return { path, bytes: windowOf(size, path) };
  });

/** Windows at a steady rate: one each 50 ms. Returns when each was written. */
async function steadily(socket, { rate, seconds, name }) {
  const windows = windowsOf(seconds * 20, Math.round(rate / 20), name);
  const written = new Map();
  const began = performance.now();
  for (const [turn, { path, bytes }] of windows.entries()) {
    await pause(Math.max(0, began + turn * 50 - performance.now()));
    written.set(path, performance.now());
    socket.write(bytes);
  }
  return written;
}

/** How many events a second pass, up to their documents, where all are written at once. */
async function highestRate(socket, counted) {
  const [count, size] = [60, 1024];
  const windows = windowsOf(count, size, 'full');
  const [before, began] = [counted(), performance.now()];
  for (const { bytes } of windows) socket.write(bytes);
  while (counted() < before + count * size) await pause(5);
  return (count * size) / ((performance.now() - began) / 1000);
}

/** Milliseconds of each alert, sorted; all must have come. */
async function timesOf(written, arrived) {
  for (let tries = 0; tries < 600 && [...written.keys()].some((path) => !arrived.has(path)); tries += 1)
    await pause(100);
  const times = [...written].map(([path, at]) => (arrived.get(path) ?? Number.NaN) - at);
  if (times.some(Number.isNaN)) throw new Error('an alert did not come');
  return times.sort((one, other) => one - other);
}

const sink = await standIn();
const server = await startServer({
  elasticsearch: { hosts: [sink.url] },
  settings: { rules: [rule], selfMonitoring: { notify: [] } },
});
const socket = createConnection({ host: '127.0.0.1', port: server.port, noDelay: true });
try {
  await once(socket, 'connect');
  socket.resume();
  const rows = [['', 'alerts', 'p50', 'p99', 'longest', 'load']];
  const note = (title, times) => {
    const at = (share) => times[Math.min(times.length - 1, Math.floor(share * times.length))].toFixed(1);
    rows.push([title, `${times.length}`, at(0.5), at(0.99), at(1), loadavg()[0].toFixed(1)]);
  };
  await timesOf(await steadily(socket, { rate: 1000, seconds: 10, name: 'first' }), sink.arrived);
  const steady = await steadily(socket, { rate: 1000, seconds: 20, name: 'steady' });
  note('1,000 events a second', await timesOf(steady, sink.arrived));
  const highest = await highestRate(socket, sink.counted);
  const rate = Math.floor(0.8 * highest);
  const high = await steadily(socket, { rate, seconds: 10, name: 'high' });
  note(`${rate} a second: 0.8 of the highest rate`, await timesOf(high, sink.arrived));
  print('From the write of an event to the document of its alert, in ms', rows);
} finally {
  socket.destroy();
  await server.stop();
  sink.close();
}
