// How many Combined lines a second `logboom backtest` takes through one threshold rule, beside reading the same file's
// lines alone: node:readline, as a script would, and splitting strings, the least that any tool in JavaScript can do.
import { createReadStream, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { schema } from '../dist/config/schema/schema.js';
import { backtest } from '../dist/replay/backtest.js';

const fixture = fileURLToPath(new URL('../test/fixtures/apache-combined.log', import.meta.url));
const count = Number(process.argv[2] ?? 1_000_000);
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** The real lines again and again, 50 a second of event time. */
function writeLog(path) {
  const lines = readFileSync(fixture, 'utf8').trim().split('\n');
  const file = openSync(path, 'w');
  for (let at = 0; at < count; at += 10_000) {
    const part = lines.map((line, index) => {
      const iso = new Date(Date.UTC(2026, 0, 1) + (at + index) * 20).toISOString();
      const month = months[Number(iso.slice(5, 7)) - 1];
      return line.replace(
        /\[[^\]]*\]/,
        `[${iso.slice(8, 10)}/${month}/${iso.slice(0, 4)}:${iso.slice(11, 19)} +0000]`,
      );
    });
    writeSync(file, `${part.join('\n')}\n`);
  }
}

async function readLines(path) {
  let events = 0;
  for await (const line of createInterface({ input: createReadStream(path) })) if (line !== '') events += 1;
  return events;
}

async function splitStrings(path) {
  let events = 0;
  for await (const chunk of createReadStream(path, { encoding: 'latin1', highWaterMark: 2 ** 19 }))
    events += chunk.split('\n').length - 1;
  return events;
}

const config = schema.parse({
  rules: [{ name: 'errors', where: 'http.response.status_code >= 400', over: '1m', when: '>= 500' }],
});
const every = schema.parse({ rules: [{ name: 'all', over: '1m', every: '1s', when: '>= 5000' }] });
const run = async (path, of) =>
  (await backtest({ config: of, inputs: [path], receivedAt: Date.now() })).events;

const folder = mkdtempSync(`${tmpdir()}/logboom-bench-`);
const path = `${folder}/access.log`;
writeLog(path);
const runs = {
  'backtest, count >= 5000': (file) => run(file, every),
  'backtest, status >= 400': (file) => run(file, config),
  'node:readline, lines only': readLines,
  'String.split, lines only': splitStrings,
};
console.log(`${count.toLocaleString('en')} Combined lines, best of three; one core is what CPU seconds tell`);
for (const [name, measured] of Object.entries(runs)) {
  let best = { wall: Number.POSITIVE_INFINITY, cpu: Number.POSITIVE_INFINITY };
  for (let turn = 0; turn < 3; turn += 1) {
    const [start, before] = [performance.now(), process.cpuUsage()];
    const events = await measured(path);
    const { user, system } = process.cpuUsage(before);
    if (events !== count) throw new Error(`${name}: ${events} events`);
    best = {
      wall: Math.min(best.wall, (performance.now() - start) / 1_000),
      cpu: Math.min(best.cpu, (user + system) / 1e6),
    };
  }
  const rate = (seconds) =>
    Math.round(count / seconds)
      .toLocaleString('en')
      .padStart(10);
  console.log(`  ${name.padEnd(27)}${rate(best.wall)} lines/s${rate(best.cpu)} lines per CPU second`);
}
rmSync(folder, { recursive: true });
