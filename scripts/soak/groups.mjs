// A stream of groups that never return, under rules of every kind that keeps something for each group. It shows whether
// the memory of the server stays within what the configuration allows.
import { setTimeout as after } from 'node:timers/promises';
import { connect } from '../../dist/generator/client.js';
import { Server } from './server.mjs';

const WINDOW = 1_000;
const SAMPLE_EVERY = 5_000;
/** Event time passes faster than the clock on the wall: so much for each new group. */
const MS_PER_GROUP = 5;
const DAY = 24 * 3_600_000;

/** So many groups each rule may keep: the stream has many times more. */
const maxGroups = 1_000;

const groupRules = [
  { name: 'silent', kind: 'absence', by: ['host.name'], every: '1m', forget: '10m', notify: [] },
  { name: 'silent-for-long', kind: 'absence', by: ['host.name'], every: '5m' },
  { name: 'counted', by: ['host.name'], over: '1m', every: '10s', when: '>= 2', record: false },
  { name: 'share', by: ['host.name'], over: '1m', measure: 'share(url.path : "/a")', when: '> 0.9' },
  { name: 'paths', by: ['host.name'], over: '1m', kind: 'cardinality', field: 'url.path', max: 3 },
  { name: 'new-path', kind: 'new-term', by: ['host.name'], field: 'url.path', warmUp: '1m' },
  { name: 'new-host', kind: 'new-term', by: ['agent.id'], field: 'host.name', warmUp: '1m' },
  { name: 'changed', kind: 'change', by: ['host.name'], field: 'url.path' },
  { name: 'normal', kind: 'baseline', by: ['host.name'], over: '1m' },
  { name: 'spiking', kind: 'spike', by: ['host.name'], over: '1m', ratio: 3 },
  { name: 'slow', by: ['host.name'], over: '1m', measure: 'percentile(size, 95)', when: '> 100000' },
];

/** Documents of `WINDOW / 2` groups, each twice. */
function documents(first, start) {
  return Array.from({ length: WINDOW }, (_, index) => {
    const group = first + Math.floor(index / 2);
    const time = new Date(start + group * MS_PER_GROUP + (index % 2)).toISOString();
    return JSON.stringify({
      '@timestamp': time,
      message: `a line of host ${group}`,
      host: { name: `host-${group}` },
      agent: { id: `agent-${group}` },
      url: { path: `/${index % 7}/${group % 1_000}` },
      size: (group * 7919) % 50_000,
      log: { file: { path: `/var/log/${group}.log` }, offset: index },
    });
  });
}

/**
 * Sends `groups` groups within `seconds` and takes samples of memory. `configuration`: further settings of the server.
 * Resolves with the samples and with what `/status` says at the end.
 */
export async function runGroups({ groups, seconds, configuration = {}, tell = () => {} }) {
  const server = await Server.with({
    rules: groupRules.map((rule) => ({ maxGroups, ...rule })),
    limits: { values: 20_000 },
    // What late events can correct grows with event time, up to this limit: it is full after about 110,000 groups.
    time: { correctionMemory: '16mb' },
    parsers: { timestamp: '@timestamp' },
    ...configuration,
  });
  const samples = [];
  const began = Date.now();
  const start = began - 2 * DAY;
  try {
    server.launch();
    await server.ready();
    const sampler = setInterval(() => {
      const memory = server.memory;
      if (memory) samples.push({ after: Date.now() - began, ...memory });
    }, SAMPLE_EVERY);
    const client = await connect({ host: '127.0.0.1', port: server.ports.lumberjack, pipelining: 2 });
    const perWindow = WINDOW / 2;
    for (let first = 0; first < groups; first += perWindow) {
      await client.send(documents(first, start));
      const ahead = (first / groups) * seconds * 1000 - (Date.now() - began);
      if (ahead > 0) await after(ahead);
      if (first % (100 * perWindow) === 0)
        tell({ groups: first, after: Date.now() - began, ...server.memory });
    }
    await caughtUp(server);
    clearInterval(sampler);
    samples.push({ after: Date.now() - began, ...server.memory });
    client.close();
    const status = await server.status();
    const { code } = await server.end('SIGTERM');
    return { samples, status, exitCode: code, errors: server.errors() };
  } finally {
    await server.remove();
  }
}

async function caughtUp(server) {
  for (;;) {
    const { journal, readers } = await server.status();
    if (Object.values(readers).every(({ position }) => position >= journal.newest - 10)) return;
    await after(500);
  }
}

/** Memory may grow by so much from the second third to the last one. */
const tolerated = 1.1;
const megabytes = (bytes) => `${Math.round(bytes / 2 ** 20)} MB`;

/** The greatest own memory in each third of the run. */
export function thirdsOf(samples) {
  const end = samples.at(-1).after;
  return [1, 2, 3].map((third) =>
    samples
      .filter(({ after }) => after > ((third - 1) * end) / 3 && after <= (third * end) / 3)
      .reduce((most, { own }) => Math.max(most, own), 0),
  );
}

/** The result as text, and whether memory was flat after the first third. */
export function groupsSheet({ samples, status, exitCode, errors }) {
  const thirds = thirdsOf(samples);
  const isFlat = thirds[2] <= tolerated * thirds[1];
  // Absent where the analyser was too busy to answer.
  const { groups, values, exceeded } = status.kept ?? { exceeded: [] };
  const rows = exceeded.map(
    ({ rule, overflowed, forgotten }) =>
      `  ${rule}: ${overflowed} events beyond the limits, ${forgotten} forgotten`,
  );
  const text = [
    `greatest own memory in each third: ${thirds.map(megabytes).join(', ')}`,
    groups ? `kept: ${groups.kept} groups, ${values.kept} values` : 'kept: the analyser did not answer',
    ...rows,
    `${status.journal.events} events; ended with ${exitCode}; ${errors.length} errors in the log`,
    isFlat ? 'Memory is flat after the first third.' : 'MEMORY GROWS.',
  ].join('\n');
  return { text, isGood: isFlat && exitCode === 0 && errors.length === 0 };
}
