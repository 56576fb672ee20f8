// `npm run bench -- growth [--svg=FOLDER] [--only=rules]`: how the cost of an event grows with its size, and with the number of
// connections, rules, groups and stored documents. The whole server runs with its default settings; documents go to the stand-in, or to
// the embedded store. Each table is also drawn as a chart where a folder is named.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startModule } from '../child.mjs';
import { megabytes, print } from '../table.mjs';
import { lineChart } from './chart.mjs';
import { runServer, sending, standIn, store, usual } from './matrix.mjs';
import { startServer } from './server.mjs';

const bytesOf = { '0.3 KB': 300, '1 KB': 1_002, '4 KB': 4_000 };
/** Rules of which none can be looked up, so that each sees every event. */
const rulesFor = (count) =>
  Array.from({ length: count }, (_, number) => ({
    name: `rule-${number}`,
    where: `http.response.status_code >= ${400 + (number % 100)}`,
    over: '1m',
    when: '>= 1000000000',
  }));
const grouped = { name: 'users', by: ['user.name'], over: '1m', when: '>= 1000000000', maxGroups: 200_000 };

/** For each dimension its points: a label, what is sent, and the settings of the server. */
const dimensions = {
  size: ['Size of an event', ['0.3 KB', '1 KB', '4 KB'].map((kind) => [kind, { ...usual, kind }, {}])],
  connections: [
    'Connections',
    [1, 8, 64, 200].map((connections) => [connections, { ...usual, connections }, {}]),
  ],
  rules: [
    'Rules that see every event',
    [0, 1, 10, 100].map((count) => [count, usual, { rules: rulesFor(count) }]),
  ],
  groups: [
    'Groups of one rule',
    [1, 100, 10_000, 100_000].map((groups) => [groups, { ...usual, groups }, { rules: [grouped] }]),
  ],
};

const head = ['', 'µs an event', 'events/s a core', 'GB a day and core', 'peak'];

function rowOf(label, { micros, peak }, kind) {
  const perSecond = 1e6 / micros;
  const perDay = (perSecond * bytesOf[kind] * 86_400) / 1e9;
  return [
    String(label),
    micros.toFixed(1),
    String(Math.round(perSecond)),
    String(Math.round(perDay)),
    megabytes(peak),
  ];
}

async function measure(title, points, targetOf) {
  const rows = [head];
  const charted = [];
  for (const [label, given, settings] of points) {
    const found = await sending(given, (sender, load) => runServer(sender, load, targetOf(settings)));
    const figures = { micros: 1e6 / found.perCpuSecond, peak: found.peak };
    process.stderr.write(`${title}: ${label}: ${figures.micros.toFixed(1)} µs\n`);
    rows.push(rowOf(label, figures, given.kind));
    charted.push([label, figures.micros]);
  }
  print(title, rows);
  return charted;
}

const cpuOf = (server) => Object.values(server.cpu()).reduce((sum, seconds) => sum + seconds, 0);

/** The cost of a document, by the number of documents that the server has stored already. */
async function stored() {
  const [parts, perPart, size] = [5, 30, 2048];
  const load = { ...usual, size, count: parts * perPart };
  const sender = startModule('./whole/sender.mjs', [JSON.stringify(load)]);
  await sender.first;
  const server = await startServer();
  const rows = [head];
  const charted = [];
  try {
    for (let part = 0; part < parts; part += 1) {
      const before = cpuOf(server);
      await sender.ask({ port: server.port, from: part * perPart, to: (part + 1) * perPart });
      await server.caughtUp();
      const micros = ((cpuOf(server) - before) / (perPart * size)) * 1e6;
      const documents = `${Math.round((part * perPart * size) / 1000)} k`;
      rows.push(rowOf(documents, { micros, peak: server.memory().peak }, usual.kind));
      charted.push([documents, micros]);
    }
    await store.verify(server, load.count * size);
  } finally {
    await server.stop();
    await sender.stop();
  }
  print('Documents that are in the embedded store', rows);
  return charted;
}

export async function growth({ svg, only }) {
  const sink = startModule('./sink.mjs', ['answering']);
  const { url } = await sink.first;
  const draw = (name, title, points) => {
    if (!svg) return;
    mkdirSync(svg, { recursive: true });
    writeFileSync(join(svg, `${name}.svg`), lineChart({ title, unit: 'µs of CPU an event', points }));
  };
  try {
    for (const [name, [title, points]] of Object.entries(dimensions))
      if (!only || only === name)
        draw(name, title, await measure(title, points, (settings) => standIn(sink, url, false, settings)));
    if (!only || only === 'stored')
      draw('stored', 'Documents that are in the embedded store', await stored());
  } finally {
    await sink.stop();
  }
}
