// What the engine costs an event beside another version of this repository: `node benchmarks/engine/compare.mjs --against=COMMIT`. Both replay the same windows, each in
// a process of its own, with one rule, and with statistics and all else that the version does by default. Rounds alternate, and the ratio is the
// median of those of the rounds, so it can be relied on where the machine is shared. Options: --level=0 for bare windows, --rate=EVENTS received
// a second (statistics read the first 2,000 of a second, so few events a second cost more each), --pairs=N of processes, --rounds=N of each pair.
import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { startModule } from '../child.mjs';
import { windows } from '../stream.mjs';
import { median, print } from '../table.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { values: options } = parseArgs({
  options: {
    against: { type: 'string' },
    level: { type: 'string', default: '3' },
    rate: { type: 'string', default: '100000' },
    pairs: { type: 'string', default: '4' },
    rounds: { type: 'string', default: '8' },
    windows: { type: 'string', default: '40' },
  },
});

/** A folder with the build of a commit. It is made once and kept in the temporary folder. */
function buildOf(commit) {
  const hash = execFileSync('git', ['rev-parse', '--short=12', `${commit}^{commit}`], { cwd: root });
  const folder = join(tmpdir(), `logboom-engine-${String(hash).trim()}`);
  if (existsSync(join(folder, 'dist', 'main.js'))) return folder;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  const tar = execFileSync('git', ['archive', commit], { cwd: root, maxBuffer: 2 ** 30 });
  execFileSync('tar', ['-x', '-C', folder], { input: tar });
  // The packages of this version: installing others would need a registry, and the engine uses hardly any.
  cpSync(join(root, 'node_modules'), join(folder, 'node_modules'), {
    recursive: true,
    verbatimSymlinks: true,
    filter: (path) => !path.endsWith('.cache'),
  });
  const { status } = spawnSync(process.execPath, ['scripts/build.mjs'], { cwd: folder, stdio: 'inherit' });
  if (status !== 0) throw new Error(`${commit} could not be built in ${folder}`);
  return folder;
}

const folder = mkdtempSync(join(tmpdir(), 'logboom-bench-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const file = join(folder, 'windows');
const stream = [...windows(Number(options.windows), { compressionLevel: Number(options.level) })];
const length = (bytes) => {
  const head = Buffer.alloc(4);
  head.writeUInt32BE(bytes.length);
  return head;
};
writeFileSync(file, Buffer.concat(stream.flatMap((bytes) => [length(bytes), bytes])));

const sides = { present: root };
if (options.against) sides[options.against] = buildOf(options.against);
const found = Object.entries(sides).map(([name, path]) => ({ name, path, costs: [], outputs: new Set() }));

/** Both versions, each in a new process: how the code is compiled differs from process to process. */
async function pair() {
  const children = found.map((side) => {
    const child = startModule('./engine/side.mjs', [side.path, file, options.rate]);
    return { child, side };
  });
  for (const { child } of children) await child.first;
  // Three rounds to compile the code; the order turns with each round.
  for (let round = -3; round < Number(options.rounds); round += 1) {
    for (const { child, side } of round % 2 === 0 ? children : [...children].reverse()) {
      const { cost, outputs } = await child.ask('round');
      side.outputs.add(outputs);
      if (round >= 0) side.costs.push(cost);
    }
  }
  for (const { child } of children) await child.stop();
}

for (let number = 0; number < Number(options.pairs); number += 1) await pair();

const [present, other] = found;
const micros = ({ costs }) => median(costs).toFixed(2);
const rows = [[present.name, micros(present), '']];
// Of two rounds that follow each other: what else the machine does changes more slowly.
const ratio = () => median(present.costs.map((cost, round) => other.costs[round] / cost)).toFixed(2);
if (other) rows.push([other.name, micros(other), ratio()]);
print(`The engine alone (load ${loadavg()[0].toFixed(0)})`, [
  ['', 'CPU µs an event', 'throughput of it'],
  ...rows,
]);
if (new Set(found.flatMap(({ outputs }) => [...outputs])).size > 1)
  console.log('The outputs differ, so the versions do not do the same.');
