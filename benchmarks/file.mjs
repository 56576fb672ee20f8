// Lines per CPU second of the file input, into the journal on disk, beside a real Filebeat that reads the same file with a
// filestream input and writes its events to /dev/null. Both encode each event as JSON; they run in turns. With `many`:
// memory for ten thousand files. LOGBOOM_PEERS names the folder of the Filebeat that `npm run test:real` builds.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { median, megabytes, print, thousands } from './table.mjs';
import { freePort } from './whole/server.mjs';

const lines = Number(process.env.LINES ?? 400_000);
const runs = Number(process.env.RUNS ?? 3);
const child = fileURLToPath(new URL('./file-child.mjs', import.meta.url));
const fixture = fileURLToPath(new URL('../test/fixtures/apache-combined.log', import.meta.url));
const filebeat = `${process.env.LOGBOOM_PEERS ?? `${homedir()}/.cache/logboom-peers`}/filebeat-7.17.29/filebeat`;
const folder = mkdtempSync(`${tmpdir()}/logboom-bench-`);

/** User and system time of a process in seconds, and its peak memory in bytes. */
function useOf(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1].split(' ');
  const peak = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))[1];
  return { cpu: (Number(fields[11]) + Number(fields[12])) / 100, peak: Number(peak) * 1024 };
}

async function end(process) {
  const gone = once(process, 'exit');
  process.kill('SIGKILL');
  await gone;
}

async function runLogboom(data, events, ...paths) {
  const process_ = spawn(process.execPath, [child, data, String(events), ...paths], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(process_.stdout, 'data');
  const use = useOf(process_.pid);
  await end(process_);
  return use;
}

async function runFilebeat(home, path) {
  const port = await freePort();
  mkdirSync(home, { recursive: true });
  const config = {
    'filebeat.inputs': [{ type: 'filestream', id: 'bench', paths: [path] }],
    'output.console': { enabled: true },
    'http.enabled': true,
    'http.port': port,
    'logging.level': 'error',
  };
  writeFileSync(`${home}/filebeat.yml`, JSON.stringify(config), { mode: 0o600 });
  const paths = ['--path.home', home, '--path.config', home, '--path.data', `${home}/data`];
  const process_ = spawn(filebeat, ['-e', ...paths], { stdio: 'ignore', cwd: home });
  for (let acked = 0; acked < lines; ) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    if (process_.exitCode !== null) throw new Error(`Filebeat ended with ${process_.exitCode}.`);
    const answer = await fetch(`http://127.0.0.1:${port}/stats`).catch(() => undefined);
    acked = (await answer?.json())?.libbeat?.output?.events?.acked ?? 0;
  }
  const use = useOf(process_.pid);
  await end(process_);
  return use;
}

async function throughput() {
  const path = `${folder}/access.log`;
  const text = readFileSync(fixture, 'utf8');
  for (let written = 0; written < lines; written += 10_000) appendFileSync(path, text);
  const [ours, theirs, ratios] = [[], [], []];
  for (let run = 0; run < runs; run += 1) {
    const data = `${folder}/logboom-${run}`;
    mkdirSync(data);
    const one = await runLogboom(data, lines, path);
    rmSync(data, { recursive: true });
    ours.push(one);
    if (!existsSync(filebeat)) continue;
    const other = await runFilebeat(`${folder}/filebeat-${run}`, path);
    theirs.push(other);
    ratios.push(other.cpu / one.cpu);
  }
  const row = (name, uses, ratio) => [
    name,
    thousands(lines / median(uses.map(({ cpu }) => cpu))),
    ratio,
    megabytes(median(uses.map(({ peak }) => peak)) / 2 ** 20),
  ];
  const title = `${lines.toLocaleString('en')} lines of an access log, start included`;
  const peer = theirs.length > 0 ? [row('Filebeat 7.17, to /dev/null', theirs, '1.0')] : [];
  const ratio = ratios.length > 0 ? median(ratios).toFixed(1) : '–';
  print(title, [
    ['', 'lines/CPU s', 'of Filebeat', 'peak memory'],
    row('logboom, journal on disk', ours, ratio),
    ...peer,
  ]);
}

async function many() {
  const files = 10_000;
  mkdirSync(`${folder}/many`);
  for (let number = 0; number < files; number += 1)
    writeFileSync(`${folder}/many/${number}.log`, `line ${number}\n`);
  mkdirSync(`${folder}/data`);
  const { peak, cpu } = await runLogboom(`${folder}/data`, files, `${folder}/many/*.log`);
  print('Ten thousand files of one line each', [
    ['', 'peak memory', 'CPU'],
    ['file input and journal', megabytes(peak / 2 ** 20), `${cpu.toFixed(1)} s`],
  ]);
}

try {
  if (process.argv[2] !== 'many') await throughput();
  if (process.argv[2] !== 'throughput') await many();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
