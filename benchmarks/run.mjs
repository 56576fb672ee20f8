// `npm run bench`: all figures of docs/performance.md in one run, medians of RUNS (3). CPU seconds and memory are read from /proc,
// so this needs Linux. Nothing else should be running; a shared machine changes events a second more than events a CPU second.
import { cpus, totalmem } from 'node:os';
import { medians, megabytes, print, thousands } from './table.mjs';
import { buildGoLumber, runGoLumber, runLogboom, startSender } from './throughput.mjs';

const runs = Number(process.env.RUNS ?? 3);

async function throughput(title, windows, level, goLumber) {
  const sender = startSender(windows, level);
  await sender.first;
  const logboom = await medians(runs, () => runLogboom(sender, windows));
  const peer = goLumber && (await medians(runs, () => runGoLumber(sender, windows, goLumber)));
  await sender.stop();
  const row = (name, figures) => [
    name,
    thousands(figures.perSecond),
    thousands(figures.perCpuSecond),
    peer ? (figures.perCpuSecond / peer.perCpuSecond).toFixed(1) : '–',
    megabytes(figures.peak),
  ];
  const heads = ['', 'events/s', 'events/CPU s', 'of go-lumber', 'peak memory'];
  const peers = peer ? [row('go-lumber, decoded', peer)] : [];
  print(title, [heads, row('logboom, on disk and counted', logboom), ...peers]);
}

console.log(
  `${cpus().length} × ${cpus()[0].model}, ${Math.round(totalmem() / 2 ** 30)} GB, Node ${process.versions.node}, medians of ${runs}`,
);
const goLumber = buildGoLumber();
if (!goLumber) console.log('go-lumber is left out: there is no Go here.');
await throughput('Compressed windows (level 3), 2,048 events of 1 KB each', 400, 3, goLumber);
await throughput('Bare windows', 200, 0, goLumber);
