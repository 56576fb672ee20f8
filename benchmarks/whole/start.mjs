// `npm run bench -- start`: how long light commands take, and a server from its start until its Lumberjack input, and its API, take a
// connection. Each is repeated RUNS times (9); the median and the least are printed. CPU seconds are those of the server and its threads.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { median, print } from '../table.mjs';

const runs = Number(process.env.RUNS ?? 9);
const program = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'logboom-start-'));
const config = join(folder, 'logboom.yml');

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

async function accepts(port) {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

async function untilAccepted(port, server) {
  while (!(await accepts(port))) {
    if (server.exitCode !== null) throw new Error('the server ended before it listened');
    await pause(2);
  }
}

/** Seconds of CPU, in hundredths. */
function cpuOf({ pid }) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

async function startServer({ lumberjack, api }) {
  rmSync(join(folder, 'data'), { recursive: true, force: true });
  const began = performance.now();
  const server = spawn(process.execPath, [program, 'run', '--config', config], {
    cwd: folder,
    stdio: 'ignore',
  });
  await untilAccepted(lumberjack, server);
  const listening = performance.now() - began;
  await untilAccepted(api, server);
  const took = performance.now() - began;
  const cpu = cpuOf(server);
  return { server, listening, took, cpu };
}

async function stop({ server }) {
  server.kill();
  await once(server, 'exit');
}

function command(...args) {
  const began = performance.now();
  spawnSync(process.execPath, [program, ...args], { cwd: folder });
  return performance.now() - began;
}

const row = (name, values) => [name, median(values).toFixed(0), Math.min(...values).toFixed(0)];
const repeated = (measure) => Array.from({ length: runs }, measure);

try {
  const ports = { lumberjack: await freePort(), store: await freePort(), api: await freePort() };
  writeFileSync(
    config,
    `inputs: { lumberjack: { port: ${ports.lumberjack} } }\nstore: { port: ${ports.store} }\napi: { port: ${ports.api} }\n`,
  );
  const starts = [];
  for (let run = 0; run < runs; run += 1) {
    const start = await startServer(ports);
    starts.push(start);
    await stop(start);
  }
  const { server } = await startServer(ports);
  const commands = [
    row(
      'node -e 0',
      repeated(() => {
        const began = performance.now();
        spawnSync(process.execPath, ['-e', '0']);
        return performance.now() - began;
      }),
    ),
    ...['version', 'status', 'alerts'].map((name) =>
      row(
        `logboom ${name}`,
        repeated(() => command(name, ...(name === 'version' ? [] : ['--config', config]))),
      ),
    ),
  ];
  await stop({ server });
  print('Milliseconds', [
    ['', 'median', 'least'],
    ...commands,
    row(
      'logboom run, to its Lumberjack input',
      starts.map(({ listening }) => listening),
    ),
    row(
      'logboom run, to its API',
      starts.map(({ took }) => took),
    ),
    row(
      'logboom run, CPU of all threads by then',
      starts.map(({ cpu }) => cpu),
    ),
  ]);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
