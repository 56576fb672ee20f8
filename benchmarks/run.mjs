// `npm run bench`: the figures of docs/performance.md in one run; `npm run bench -- memory`: only that part. Throughputs are medians of RUNS (3). CPU seconds and memory are
// read from /proc, so this needs Linux. On a machine that is shared, trust ratios: what is compared is run in turns.
import { execFileSync } from 'node:child_process';
import { cpus, loadavg, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import { memoryUnderLoad } from './memory.mjs';
import { partCosts } from './parts.mjs';
import { manyRules } from './rules.mjs';
import { median, medians, megabytes, print, thousands } from './table.mjs';
import { buildGoLumber, runGoLumber, runLogboom, startSender } from './throughput.mjs';
import { growth } from './whole/growth.mjs';
import { wholeWay } from './whole/matrix.mjs';
import { sliding } from './windows.mjs';

const runs = Number(process.env.RUNS ?? 3);

/** Each round runs both in turn; a ratio is that of one round. */
async function throughput(title, windows, level, goLumber) {
  const sender = startSender(windows, level);
  await sender.first;
  const ratios = [];
  const peers = [];
  const logboom = await medians(runs, async () => {
    const ours = await runLogboom(sender, windows);
    if (!goLumber) return ours;
    const peer = await runGoLumber(sender, windows, goLumber);
    peers.push(peer);
    ratios.push(ours.perCpuSecond / peer.perCpuSecond);
    return ours;
  });
  await sender.stop();
  const row = (name, { perSecond, perCpuSecond, peak }, ratio) => [
    name,
    thousands(perSecond),
    thousands(perCpuSecond),
    ratio,
    megabytes(peak),
  ];
  const rows = [row('logboom, on disk and counted', logboom, goLumber ? median(ratios).toFixed(1) : '–')];
  if (goLumber) rows.push(row('go-lumber, decoded', await medians(runs, async () => peers.shift()), '1.0'));
  print(title, [['', 'events/s', 'events/CPU s', 'of go-lumber', 'peak memory'], ...rows]);
}

async function parts() {
  const columns = [await partCosts(40, 3), await partCosts(40, 0)];
  const names = {
    decode: 'decoding windows, inflating among it',
    inflate: 'inflating again, where a reader must',
    append: 'journal, writing',
    read: 'journal, reading',
    walk: 'walking the fields, strictly',
    fields: 'time, source and dataset',
    windows: 'windows',
    engine: 'the engine: walk, time, source, rule, windows',
  };
  const rows = Object.entries(names).map(([part, name]) => [
    name,
    ...columns.map((costs) => costs[part].toFixed(2)),
  ]);
  print('Microseconds of CPU an event', [['', 'compressed', 'bare'], ...rows]);
}

async function memory() {
  const sender = startSender(100, 3);
  await sender.first;
  const names = {
    answering: 'a sink that answers',
    stalled: 'a sink that never answers',
    store: 'the embedded store',
  };
  const found = await memoryUnderLoad(sender, Number(process.env.LOAD ?? 1e9));
  await sender.stop();
  const rows = Object.entries(names).map(([kind, name]) => {
    const { peak, now, files } = found[kind];
    return [name, megabytes(peak), megabytes(now), megabytes(files)];
  });
  print('Resident memory of the whole server', [
    ['documents go to', 'peak', 'at the end', 'of it files'],
    ...rows,
  ]);
}

async function rules() {
  const { rows, kept } = await manyRules(runs);
  print('Rules of which an event concerns one', [
    ['', 'events/CPU s'],
    ...rows.map(({ rules: count, perCpuSecond }) => [`${count} rules`, thousands(perCpuSecond)]),
    ['left of it', `${Math.round(100 * kept)}%`],
  ]);
}

const { model } = cpus()[0];
const load = loadavg()[0].toFixed(1);
console.log(
  `${cpus().length} × ${model}, ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.versions.node}, load ${load}`,
);

async function throughputs() {
  const goLumber = buildGoLumber();
  if (!goLumber) console.log('go-lumber is left out: there is no Go here.');
  await throughput('Compressed windows (level 3), 2,048 events of 1 KB', 360, 3, goLumber);
  await throughput('Bare windows, 2,048 events of 1 KB', 180, 0, goLumber);
}

const options = process.argv.slice(2).filter((given) => given.startsWith('--'));
const full = options.includes('--full');
const only = options.find((given) => given.startsWith('--only='))?.slice('--only='.length);
const whole = () => wholeWay({ full, only });
const svg = options.find((given) => given.startsWith('--svg='))?.slice('--svg='.length);

/** A part that is a script of its own, for it prints what it measures itself. */
const script = (name) => () => {
  execFileSync(process.execPath, [fileURLToPath(new URL(name, import.meta.url))], { stdio: 'inherit' });
};
const scripts = {
  parsers: script('parsers.mjs'),
  generate: script('generate.mjs'),
  files: script('file.mjs'),
  start: script('whole/start.mjs'),
  alerts: script('whole/alerts.mjs'),
};
const all = {
  throughputs,
  whole,
  growth: () => growth({ svg, only }),
  parts,
  rules,
  sliding,
  memory,
  ...scripts,
};
const chosen = process.argv.slice(2).filter((given) => !given.startsWith('--'));
const unknown = chosen.filter((name) => !all[name]);
if (unknown.length > 0) throw new Error(`no such part: ${unknown}; there are ${Object.keys(all)}`);
for (const [name, run] of Object.entries(all)) if (chosen.length === 0 || chosen.includes(name)) await run();
