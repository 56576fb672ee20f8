// `npm run bench -- whole [--full]`: what an event costs on its whole way, from the socket to Elasticsearch or to the embedded store, with
// all that `logboom run` does by default. CPU seconds are compared, in the same run, with JSON.parse of the same events on one core,
// with go-lumber's server that only decodes them, and with the Filebeat that ships them. A run fails unless all documents arrived.
import { cpuOf, startModule, startProgram } from '../child.mjs';
import { megabytes, print } from '../table.mjs';
import { buildGoLumber } from '../throughput.mjs';
import { startElasticsearch } from './elasticsearch.mjs';
import { kinds } from './events.mjs';
import { hasFilebeat, shipLines } from './filebeat.mjs';
import { startServer } from './server.mjs';

export const usual = { kind: '1 KB', level: 3, connections: 8, tls: false };
const isMany = ({ connections }) => connections > 100;

/** How much is sent: with many connections in smaller windows, so that each has some. The first part only warms up. */
function loadOf(given) {
  const size = isMany(given) ? 128 : 2048;
  const events = { '0.3 KB': 180_000, '1 KB': 120_000, '4 KB': 36_000 }[given.kind];
  const count = Math.ceil(events / size);
  return { ...given, size, count, warmUp: Math.ceil(count / 3) };
}

const eventsIn = ({ count, warmUp, size }) => (count - warmUp) * size;

/** Starts the senders of a case, with windows made beforehand. */
export async function sending(given, run) {
  const load = loadOf(given);
  const sender = startModule('./whole/sender.mjs', [JSON.stringify(load)]);
  try {
    await sender.first;
    return await run(sender, load);
  } finally {
    await sender.stop();
  }
}

/** One run of the whole server. `target` names where documents go, and gives the settings for it. */
export async function runServer(sender, load, target) {
  const before = await target.prepare();
  const server = await startServer({ ...target.server, tls: load.tls });
  try {
    await sender.ask({ port: server.port, from: 0, to: load.warmUp });
    await server.caughtUp();
    const [first, began] = [server.cpu(), performance.now()];
    await sender.ask({ port: server.port, from: load.warmUp, to: load.count });
    await server.caughtUp();
    const [last, seconds] = [server.cpu(), (performance.now() - began) / 1000];
    await target.verify(server, load.count * load.size, before);
    const threads = Object.keys(last).map((name) => [name, last[name] - (first[name] ?? 0)]);
    const cpu = threads.reduce((sum, [, used]) => sum + used, 0);
    return {
      perCpuSecond: eventsIn(load) / cpu,
      perSecond: eventsIn(load) / seconds,
      micros: Object.fromEntries(threads.map(([name, used]) => [name, (used / eventsIn(load)) * 1e6])),
      peak: server.memory().peak,
    };
  } finally {
    await server.stop();
  }
}

async function runGoLumber(sender, load, program) {
  const server = await startProgram(program);
  await sender.ask({ port: server.port, from: 0, to: load.warmUp });
  const before = cpuOf(server.pid);
  await sender.ask({ port: server.port, from: load.warmUp, to: load.count });
  const perCpuSecond = eventsIn(load) / (cpuOf(server.pid) - before);
  const [decoded] = await server.stop();
  if (Number(decoded) !== load.count * load.size) throw new Error(`go-lumber decoded ${decoded} events`);
  return perCpuSecond;
}

/** Counts what arrives; the settings choose whether it is sent compressed. */
export function standIn(sink, url, compression, settings = {}) {
  const counted = async () => (await sink.ask('count')).counted;
  return {
    server: { elasticsearch: { hosts: [url], compression }, settings },
    prepare: counted,
    async verify(_, events, before) {
      const arrived = (await counted()) - before;
      if (arrived < events) throw new Error(`${arrived} of ${events} documents arrived`);
    },
  };
}

/** Counts documents of events. Alerts about logboom itself, which a slow machine causes, are left out. */
const documentsAt = async (url) => {
  await fetch(`${url}/_refresh`, { method: 'POST' });
  return (await (await fetch(`${url}/logs-*,-logs-logboom.*/_count`)).json()).count;
};

async function verifyCount(url, events, before) {
  const arrived = (await documentsAt(url)) - before;
  if (arrived !== events) throw new Error(`${arrived} of ${events} documents are in the index`);
}

export const store = {
  server: {},
  prepare: () => 0,
  verify: ({ storeUrl }, events) => verifyCount(storeUrl, events, 0),
};

const realElasticsearch = (url) => ({
  server: { elasticsearch: { hosts: [url] } },
  prepare: () => documentsAt(url),
  verify: (_, events, before) => verifyCount(url, events, before),
});

const columns = ['main', 'analyser', 'indexer', 'store', 'node'];

function rowOf(name, { perCpuSecond, perSecond, micros, peak }, parsed, goLumber) {
  return [
    name,
    `${Math.round(perSecond / 100) / 10} k`,
    `${Math.round(perCpuSecond / 100) / 10} k`,
    (perCpuSecond / parsed).toFixed(2),
    goLumber === undefined ? '–' : (perCpuSecond / goLumber).toFixed(1),
    (1e6 / perCpuSecond).toFixed(1),
    ...columns.map((column) => (micros[column] === undefined ? '–' : micros[column].toFixed(1))),
    megabytes(peak),
  ];
}

const head = [
  ...['', 'events/s', 'events/CPU s', 'of JSON.parse', 'of go-lumber', 'µs an event'],
  ...['main', 'analyser', 'indexer', 'store', 'runtime', 'peak'],
];

const describe = ({ kind, level, connections, tls }) =>
  `${kind}, level ${level}, ${connections} connection${connections === 1 ? '' : 's'}${tls ? ', TLS' : ''}`;

const titleOf = (given, name) => `${describe(given)}: ${name}`;

async function parseSpeed(kind) {
  const child = startModule('./whole/parse.mjs', [kind]);
  const { perCpuSecond } = await child.first;
  await child.stop();
  return perCpuSecond;
}

/** Each target with its name; the embedded store and a real Elasticsearch come after the stand-in. */
const namedTargets = ({ withGzip, plain, elasticsearch }) => [
  ['stand-in, gzip', withGzip],
  ['stand-in, no gzip', plain],
  ['embedded store', store],
  ...(elasticsearch === undefined ? [] : [['Elasticsearch', elasticsearch]]),
];

function shortCases(targets) {
  const all = namedTargets(targets);
  return [
    [usual, all],
    [{ ...usual, kind: '0.3 KB' }, all.slice(0, 3)],
    [{ ...usual, kind: '4 KB' }, all.slice(0, 3)],
  ];
}

function fullCases(targets) {
  const all = namedTargets(targets);
  return Object.keys(kinds).flatMap((kind) =>
    [3, 0].flatMap((level) =>
      [1, 8, 200].flatMap((connections) =>
        [false, true].map((tls) => [
          { kind, level, connections, tls },
          tls || connections === 1 ? all.slice(0, 2) : all,
        ]),
      ),
    ),
  );
}

/** The rows of all cases, and each case's share of JSON.parse. */
async function measureCases(cases, goLumber, only) {
  const rows = [head];
  const shares = {};
  const parsed = {};
  for (const [given, targets] of cases) {
    const chosen = targets.filter(([name]) => titleOf(given, name).startsWith(only));
    if (chosen.length === 0) continue;
    parsed[given.kind] ??= await parseSpeed(given.kind);
    await sending(given, async (sender, load) => {
      const peer = goLumber && !given.tls ? await runGoLumber(sender, load, goLumber) : undefined;
      for (const [name, target] of chosen) {
        const found = await runServer(sender, load, target);
        const title = titleOf(given, name);
        rows.push(rowOf(title, found, parsed[given.kind], peer));
        process.stderr.write(`${title}: ${(1e6 / found.perCpuSecond).toFixed(1)} µs\n`);
        shares[title] = found.perCpuSecond / parsed[given.kind];
      }
    });
  }
  return { rows, shares, parsed };
}

function printFilebeat({ shipping, server, direct }) {
  const micros = (value) => value.toFixed(1);
  print('Microseconds of CPU for each line of a file, Filebeat 7.17 with add_host_metadata', [
    ['', 'Filebeat', 'logboom'],
    ['Filebeat to logboom to the stand-in', micros(shipping), micros(server)],
    ['Filebeat to the stand-in (output.elasticsearch)', micros(direct), '–'],
  ]);
}

/** Those that run already, each with how it is ended; Elasticsearch only where the tests have fetched one. */
async function startTargets(sink, peers) {
  const { url } = await sink.first;
  const elasticsearch = peers
    ? await startElasticsearch().catch((error) => console.log(error.message))
    : undefined;
  if (peers && !elasticsearch) console.log('Elasticsearch is left out: `npm run test:real` fetches it.');
  return {
    url,
    elasticsearch: elasticsearch && realElasticsearch(elasticsearch.url),
    withGzip: standIn(sink, url, true),
    plain: standIn(sink, url, false),
    stop: async () => elasticsearch?.stop(),
  };
}

/** Prints the tables; returns the shares of JSON.parse by case. `only`: cases whose title begins with this text. */
export async function wholeWay({ full = false, only = '', peers = true } = {}) {
  const goLumber = peers ? buildGoLumber() : undefined;
  if (peers && !goLumber) console.log('go-lumber is left out: there is no Go here.');
  const sink = startModule('./sink.mjs', ['answering']);
  const targets = await startTargets(sink, peers);
  try {
    const cases = full ? fullCases(targets) : shortCases(targets);
    const { rows, shares, parsed } = await measureCases(cases, goLumber, only);
    print('The whole server, with its default settings', rows);
    const speeds = Object.entries(parsed).map(([kind, speed]) => [kind, `${Math.round(speed / 1000)} k`]);
    print('JSON.parse, events a CPU second', [['', ''], ...speeds]);
    if (peers && !hasFilebeat) console.log('Filebeat is left out: `npm run test:real` builds it.');
    if (peers && hasFilebeat && only === '')
      printFilebeat(await shipLines(sink, targets.url, full ? 400_000 : 150_000));
    return shares;
  } finally {
    await targets.stop();
    await sink.stop();
  }
}
