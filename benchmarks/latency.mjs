// How long it takes from a line in a file to the webhook of its alert: real Filebeat with the settings of examples/filebeat.yml, and logboom
// with its defaults and the embedded store. `node benchmarks/latency.mjs FILEBEAT [lines]` prints the median and the 99th percentile in
// milliseconds; FILEBEAT is the path of its binary. It means little on a machine that does other work: the load is printed beside it.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parse, stringify } from 'yaml';
import { print } from './table.mjs';
import { freePort } from './whole/server.mjs';

const [filebeat, count = '100'] = process.argv.slice(2);
if (filebeat === undefined) throw new Error('usage: node benchmarks/latency.mjs FILEBEAT [lines]');
const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'logboom-latency-'));
const log = join(folder, 'access.log');
const ended = [];
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

function start(name, command, given) {
  const child = spawn(command, given, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes) => (output += bytes));
  ended.push(async () => {
    child.kill('SIGTERM');
    await Promise.race([once(child, 'exit'), pause(10_000)]);
  });
  return async (pattern) => {
    for (let tries = 0; tries < 600; tries += 1) {
      if (pattern.test(output)) return;
      if (child.exitCode !== null) break;
      await pause(100);
    }
    throw new Error(`${name} did not start:\n${output.slice(-3000)}`);
  };
}

/** An access-log line of the present second, with a path of its own. */
function line(path) {
  const [date, time] = new Date().toISOString().split('T');
  const [year, month, day] = date.split('-');
  const stamp = `${day}/${months[month - 1]}/${year}:${time.slice(0, 8)} +0000`;
  return `192.0.2.1 - - [${stamp}] "GET ${path} HTTP/1.1" 500 12 "-" "-"\n`;
}

/** When the webhook of each path came. */
async function receive() {
  const arrived = new Map();
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const bytes of request) body += bytes;
    const at = performance.now();
    response.end('{}');
    const { alert } = JSON.parse(body);
    if (alert.status === 'active' && !arrived.has(alert.group)) arrived.set(alert.group, at);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  ended.push(() => server.close());
  return { arrived, url: `http://127.0.0.1:${server.address().port}/` };
}

async function startLogboom(url) {
  const [port, store, api] = [await freePort(), await freePort(), await freePort()];
  const rule = { name: 'failed', kind: 'match', where: 'http.response.status_code >= 500', by: ['url.path'] };
  const config = {
    data: join(folder, 'data'),
    inputs: { lumberjack: { port } },
    api: { port: api },
    store: { port: store },
    notifiers: { hook: { kind: 'webhook', url } },
    selfMonitoring: { notify: [] },
    rules: [{ ...rule, notify: ['hook'] }],
  };
  writeFileSync(join(folder, 'logboom.yml'), stringify(config));
  const given = [join(root, 'dist/main.js'), 'run', '--config', join(folder, 'logboom.yml')];
  await start('logboom', process.execPath, given)(/API listens/);
  return port;
}

async function startFilebeat(port) {
  const config = parse(readFileSync(join(root, 'examples/filebeat.yml'), 'utf8'));
  config['filebeat.inputs'][0].paths = [log];
  config['output.logstash'].hosts = [`127.0.0.1:${port}`];
  writeFileSync(join(folder, 'filebeat.yml'), stringify(config), { mode: 0o600 });
  const paths = ['home', 'config', 'data', 'logs'].flatMap((name) => [
    `--path.${name}`,
    join(folder, 'beat'),
  ]);
  await start('Filebeat', filebeat, ['run', '-e', '-c', join(folder, 'filebeat.yml'), ...paths])(
    /start running|Harvester|Input filestream starting/i,
  );
}

async function measure(arrived, lines, name) {
  const written = new Map();
  for (let n = 0; n < lines; n += 1) {
    const path = `/${name}/${n}`;
    written.set(path, performance.now());
    appendFileSync(log, line(path));
    // Not in step with anything that has a period.
    await pause(200 + Math.random() * 200);
  }
  for (let tries = 0; tries < 300 && arrived.size < lines; tries += 1) await pause(100);
  return [...written].flatMap(([path, at]) => (arrived.has(path) ? [arrived.get(path) - at] : []));
}

try {
  const { arrived, url } = await receive();
  writeFileSync(log, '');
  await startFilebeat(await startLogboom(url));
  // The first lines open the connection and warm everything up.
  await measure(arrived, 20, 'first');
  arrived.clear();
  const load = loadavg()[0].toFixed(1);
  const took = (await measure(arrived, Number(count), 'measured')).sort((a, b) => a - b);
  const at = (share) => took[Math.min(took.length - 1, Math.floor(share * took.length))].toFixed(0);
  print('From a line in a file to the webhook of its alert, in ms', [
    ['lines', 'alerts', 'p50', 'p99', 'longest', `load of ${cpus().length} cores`],
    [count, `${took.length}`, at(0.5), at(0.99), at(1), load],
  ]);
} finally {
  for (const end of ended.reverse()) await end();
  rmSync(folder, { recursive: true, force: true });
}
