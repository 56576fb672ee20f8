// The server as `logboom run` starts it, with its default settings and rules, in a folder of its own.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { memoryOf } from '../child.mjs';

const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const ticks = 100;

export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}

/** CPU seconds of a process by the names of its threads. `node` are those of the runtime: zlib, files, and the garbage collector. */
export function cpuByThread(pid) {
  const seconds = { main: 0, node: 0 };
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    const stat = readFileSync(`/proc/${pid}/task/${task}/stat`, 'utf8');
    const numbers = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const name = Number(task) === pid ? 'main' : stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'));
    seconds[name] = (seconds[name] ?? 0) + (Number(numbers[11]) + Number(numbers[12])) / ticks;
  }
  return seconds;
}

function certificate(folder) {
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  const given = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-subj', '/CN=localhost', '-days', '2'];
  const { status, stderr } = spawnSync('openssl', [...given, '-keyout', key, '-out', cert], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`openssl failed: ${stderr}`);
  return { ssl_enabled: true, ssl_certificate: cert, ssl_key: key };
}

/** `elasticsearch`: the settings of the section; without them documents go to the embedded store. */
export async function startServer({ elasticsearch, tls = false, settings = {}, execArgv = [] } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'logboom-bench-'));
  const [port, store, api] = [await freePort(), await freePort(), await freePort()];
  const config = {
    data: join(folder, 'data'),
    inputs: { lumberjack: { port, ...(tls && certificate(folder)) } },
    store: { port: store },
    api: { port: api },
    ...(elasticsearch && { elasticsearch }),
    ...settings,
  };
  writeFileSync(join(folder, 'logboom.yml'), JSON.stringify(config));
  const began = performance.now();
  const child = spawn(process.execPath, [...execArgv, main, 'run', '--config', join(folder, 'logboom.yml')], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (text) => {
      output = `${output}${text}`.slice(-5000);
    });
  const ask = async (path) => (await fetch(`http://127.0.0.1:${api}${path}`)).json();
  const status = () => ask('/status');
  while (
    !(await status().then(
      () => true,
      () => false,
    ))
  ) {
    if (child.exitCode !== null) throw new Error(`the server did not start:\n${output}`);
    await pause(50);
  }
  return {
    ...{ pid: child.pid, port, status, folder },
    startMillis: performance.now() - began,
    storeUrl: `http://127.0.0.1:${store}`,
    cpu: () => cpuByThread(child.pid),
    memory: () => memoryOf(child.pid),
    /** Resolves when every reader has read all that was acknowledged, and documents have arrived. */
    async caughtUp() {
      for (;;) {
        const { readers } = await status();
        if (Object.values(readers).every(({ lag }) => lag.records === 0)) return;
        // A status costs the main thread a millisecond.
        await pause(1000);
      }
    },
    async stop() {
      const ended = child.exitCode === null ? once(child, 'exit') : undefined;
      child.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
