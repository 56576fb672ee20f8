// `node benchmarks/store.mjs`: what the embedded store takes and gives. EVENTS (1,000,000) access-log documents in bulk
// requests of 5,000, then searches over all of them with a large and a small cache of columns. The store is in a
// process of its own, so that its CPU seconds and its memory are its own.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cpuOf, memoryOf, startModule } from './child.mjs';
import { median, megabytes, print, thousands } from './table.mjs';

const events = Number(process.env.EVENTS ?? 1_000_000);
const runs = Number(process.env.RUNS ?? 30);
const warm = Math.floor(runs / 4);
const index = 'logs-bench-default';
const start = Date.UTC(2026, 0, 1);

const methods = ['GET', 'GET', 'GET', 'POST', 'HEAD'];
const codes = [200, 200, 200, 200, 304, 404, 500];

/** Every number of the document is a function of its place, so that each run indexes the same. */
function documentAt(at) {
  const path = `/shop/item/${(at * 7919) % 5000}`;
  const method = methods[at % 5];
  const code = codes[(at * 31) % 7];
  const ip = `10.${at % 4}.${(at >> 3) % 256}.${(at * 13) % 256}`;
  const bytes = (at * 104_729) % 60_000;
  return JSON.stringify({
    '@timestamp': new Date(start + at * 80).toISOString(),
    message: `${ip} - - "${method} ${path} HTTP/1.1" ${code} ${bytes} "-" "Mozilla/5.0 (X11; Linux x86_64)"`,
    event: { dataset: 'nginx.access', kind: 'event', category: ['web'] },
    host: { name: `web-${at % 3}` },
    http: { request: { method }, response: { status_code: code, body: { bytes } } },
    source: { ip },
    url: { path },
    log: { file: { path: '/var/log/nginx/access.log' }, offset: at * 180 },
  });
}

function bulk(from, count) {
  let body = '';
  for (let at = from; at < Math.min(from + count, events); at++)
    body += `{"create":{"_index":"${index}","_id":"${at.toString(36)}"}}\n${documentAt(at)}\n`;
  return body;
}

async function serve(folder, cacheSize) {
  const child = startModule('store-child.mjs', [folder, cacheSize]);
  return { ...child, url: await child.first };
}

async function fill({ url, pid }) {
  const before = cpuOf(pid);
  let spent = 0;
  let next = 0;
  for (let from = next; from < events; from = next) {
    next += 5_000;
    const body = bulk(from, 5_000);
    const began = performance.now();
    const response = await fetch(`${url}/_bulk?filter_path=errors`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body,
    });
    if ((await response.json()).errors) throw new Error('refused');
    spent += performance.now() - began;
  }
  return { perSecond: events / (spent / 1000), perCpuSecond: events / (cpuOf(pid) - before) };
}

const range = (from, to) => ({
  range: {
    '@timestamp': {
      gte: new Date(start + from * 80).toISOString(),
      lt: new Date(start + to * 80).toISOString(),
    },
  },
});
const perHour = { date_histogram: { field: '@timestamp', fixed_interval: '1h' } };
const searches = {
  'date histogram, filtered by a status': {
    query: { term: { 'http.response.status_code': 500 } },
    size: 0,
    aggs: { perHour },
  },
  'date histogram of all, by status': {
    size: 0,
    aggs: { perHour: { ...perHour, aggs: { status: { terms: { field: 'http.response.status_code' } } } } },
  },
  'ten most frequent of 5,000 paths': { size: 0, aggs: { paths: { terms: { field: 'url.path' } } } },
  'newest 100 of one host in a tenth of the time': {
    query: { bool: { filter: [{ term: { 'host.name': 'web-1' } }, range(0, events / 10)] } },
    sort: [{ '@timestamp': 'desc' }],
    size: 100,
  },
  'newest 10 of a word that all have': {
    query: { match: { message: 'Mozilla' } },
    sort: [{ '@timestamp': 'desc' }],
    size: 10,
  },
  'two words in the message, by score': {
    query: { match: { message: { query: 'POST 500', operator: 'and' } } },
  },
};

async function timed({ url, pid }, body) {
  const times = [];
  let before = 0;
  for (let run = 0; run < runs; run++) {
    // The first searches also read columns and compile the code.
    if (run === warm) before = cpuOf(pid);
    const began = performance.now();
    const response = await fetch(`${url}/${index}/_search`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (response.status !== 200) throw new Error(await response.text());
    await response.arrayBuffer();
    times.push(performance.now() - began);
  }
  return {
    first: times[0],
    usual: median(times.slice(1)),
    cpu: (1000 * (cpuOf(pid) - before)) / (runs - warm),
  };
}

const folder = await mkdtemp(join(tmpdir(), 'logboom-bench-store-'));
const ms = (value) => `${Math.round(value)} ms`;
try {
  const filling = await serve(folder, 128 * 2 ** 20);
  const filled = await fill(filling);
  const peak = memoryOf(filling.pid).peak;
  await filling.stop();
  print('Indexing', [
    ['', 'documents/s', 'documents/CPU s', 'peak memory'],
    [
      'bulk requests of 5,000, one by one',
      thousands(filled.perSecond),
      thousands(filled.perCpuSecond),
      megabytes(peak),
    ],
  ]);
  for (const cache of [384, 128, 32]) {
    const server = await serve(folder, cache * 2 ** 20);
    const rows = [];
    for (const [name, body] of Object.entries(searches)) {
      const { first, usual, cpu } = await timed(server, body);
      rows.push([name, ms(first), ms(usual), cpu.toFixed(1)]);
    }
    rows.push(['peak memory', megabytes(memoryOf(server.pid).peak), '', '']);
    await server.stop();
    print(`Searches over ${thousands(events)} documents, cache of ${cache} MB`, [
      ['', 'first', 'then (median)', 'CPU ms'],
      ...rows,
    ]);
  }
} finally {
  await rm(folder, { recursive: true });
}
