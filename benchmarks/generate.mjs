// Lines a second that the generator writes to a file, in one process: node benchmarks/generate.mjs [LINES]
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openOutput, parseScenario } from '../dist/generator/scenario/load.js';
import { runScenario } from '../dist/generator/scenario/run.js';

const count = Number(process.argv[2] ?? 2_000_000);
const folder = mkdtempSync(join(tmpdir(), 'logboom-generate-'));
try {
  for (const format of ['combined', 'common', 'nginx', 'json', 'syslog', 'python', 'logfmt']) {
    const path = join(folder, `${format}.log`);
    const text = JSON.stringify({
      clock: 'simulated',
      count,
      streams: [{ name: 'bench', format, traffic: { shape: 'poisson', rate: 10_000 } }],
      output: { kind: 'file', path },
    });
    const scenario = parseScenario(text, 'benchmark');
    const output = await openOutput(scenario.output, () => {});
    const before = process.cpuUsage();
    const began = performance.now();
    const { lines } = await runScenario({ scenario, output });
    const { user, system } = process.cpuUsage(before);
    const seconds = (performance.now() - began) / 1_000;
    const perCpu = Math.round((lines * 1e6) / (user + system));
    const bytes = statSync(path).size;
    console.log(
      `${format}: ${perCpu.toLocaleString('en')} lines per CPU second, ${Math.round(lines / seconds).toLocaleString('en')} lines a second, ${(bytes / 1e6 / seconds).toFixed(0)} MB/s`,
    );
    rmSync(path);
  }
} finally {
  rmSync(folder, { recursive: true });
}
