// How many events of about 1 KB, as Filebeat sends them, one core reads in a second of CPU time: against dist, beside
// JSON.parse of every event in the same run. `node benchmarks/walk.mjs [file of log lines]`
import { readFileSync } from 'node:fs';
import { schema } from '../dist/config/schema/schema.js';
import { EventView } from '../dist/events/index.js';
import { EventReader } from '../dist/parsers/event.js';

const COUNT = 2048;
const ROUNDS = 40;
const fixture = new URL('../test/fixtures/apache-combined.log', import.meta.url);
const lines = readFileSync(process.argv[2] ?? fixture, 'utf8')
  .trim()
  .split('\n');

let seed = 7;
const random = (below) => {
  seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
  return Math.floor((seed / 0x80000000) * below);
};

/** Go begins a small map at a random place and goes round, so an object's keys come in as many orders as it has keys. */
function rotated(object) {
  const keys = Object.keys(object);
  const first = random(keys.length);
  return Object.fromEntries(
    keys.map((_, i) => keys[(first + i) % keys.length]).map((key) => [key, object[key]]),
  );
}

/** A map of more than eight has several buckets: some sixty orders. */
const hostOrders = Array.from({ length: 56 }, () => [0, 1, 2, 3, 4, 5, 6, 7].sort(() => random(3) - 1));
function host() {
  const fields = Object.entries({
    name: 'vm',
    hostname: 'vm',
    architecture: 'x86_64',
    containerized: false,
    id: '0123456789abcdef0123456789abcdef',
    ip: ['10.0.0.2', 'fe80::1'],
    mac: ['00:11:22:33:44:55'],
    os: rotated({
      codename: 'bookworm',
      family: 'debian',
      kernel: '6.1.0-18-amd64',
      name: 'Debian GNU/Linux',
      platform: 'debian',
      type: 'linux',
      version: '12 (bookworm)',
    }),
  });
  return Object.fromEntries(hostOrders[random(56)].map((i) => fields[i]));
}

const agent = {
  type: 'filebeat',
  version: '7.17.29',
  hostname: 'vm',
  ephemeral_id: 'f1a0d975-4553-4664-a279-19f8bde5317d',
  id: '6e88d53e-af97-4bce-852b-14410d51ea9d',
  name: 'vm',
};

function event(index) {
  return JSON.stringify({
    '@timestamp': new Date(1.79e12 + index).toISOString(),
    '@metadata': { beat: 'filebeat', type: '_doc', version: '7.17.29' },
    ...rotated({
      message: lines[index % lines.length],
      input: { type: 'filestream' },
      ecs: { version: '1.12.0' },
      agent: rotated(agent),
      host: host(),
      log: rotated({ offset: index * 230, file: { path: '/var/log/nginx/access.log' } }),
    }),
  });
}

/** As in a Lumberjack window: documents with ten bytes of frame before each. */
function block() {
  const documents = Array.from({ length: COUNT }, (_, index) => Buffer.from(event(index)));
  const spans = new Uint32Array(COUNT * 2);
  let at = 0;
  documents.forEach((document, index) => {
    spans[2 * index] = at + 10;
    at += 10 + document.length;
    spans[2 * index + 1] = at;
  });
  return {
    bytes: Buffer.concat(documents.flatMap((document) => [Buffer.alloc(10, 0x32), document])),
    spans,
    count: COUNT,
  };
}

const events = block();
const batch = {
  origin: { input: 'bench', connection: 'bench#1', address: '127.0.0.1' },
  receivedAt: 1.79e12,
};
const { parsers, time } = schema.parse({});
const options = { parsers, time };

function everyEvent(use) {
  const reader = new EventReader(options);
  return () => {
    reader.open(events, batch);
    for (let next = reader.next(); next !== undefined; next = reader.next()) use(next);
  };
}

/** Kept, so that nothing is optimised away. */
let sink = 0;
const tasks = {
  'strict walk': (() => {
    const view = new EventView();
    return () => {
      view.open(events);
      for (let i = 0; i < COUNT; i += 1) {
        view.read(i);
        if (view.problem !== undefined) throw new Error(view.problem);
      }
    };
  })(),
  'walk, access time': everyEvent((next) => {
    sink += next.time;
  }),
  'walk, access time, status code': everyEvent((next) => {
    sink += next.time + next.get('http.response.status_code');
  }),
  'walk, access time, url.path, host.name': everyEvent((next) => {
    sink += next.time + next.get('url.path').length + next.get('host.name').length;
  }),
  'walk, access time, source': everyEvent((next) => {
    sink += next.time + next.source.length;
  }),
  'document for Elasticsearch': everyEvent((next) => {
    sink += next.document().length;
  }),
  'JSON.parse of every event': () => {
    for (let i = 0; i < COUNT; i += 1)
      sink += JSON.parse(events.bytes.toString('utf8', events.spans[2 * i], events.spans[2 * i + 1])).message
        .length;
  },
};

// A third argument names the tasks to run, for a profiler.
const [only] = process.argv.slice(3);
const rates = {};
for (const [name, task] of Object.entries(tasks)) {
  if (only !== undefined && !name.includes(only)) continue;
  for (let round = 0; round < ROUNDS; round += 1) task();
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = process.cpuUsage();
    for (let i = 0; i < 4; i += 1) task();
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, user + system);
  }
  rates[name] = (4 * COUNT) / (best / 1e6);
}

console.log(
  `${COUNT} events of ${Math.round(events.bytes.length / COUNT - 10)} bytes; events per CPU second, best of ${ROUNDS}`,
);
const base = rates['JSON.parse of every event'];
for (const [name, rate] of Object.entries(rates)) {
  const ratio = base === undefined ? '' : `${(rate / base).toFixed(1)} × JSON.parse`;
  console.log(`${name.padEnd(42)} ${Math.round(rate).toLocaleString('en').padStart(10)}  ${ratio}`);
}
if (sink === 0) throw new Error('nothing was read');
