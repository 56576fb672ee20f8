import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Status } from '../../../src/telemetry/api/status.ts';
import { freePort } from '../../support/ports.ts';
import { eventually, type PeerProcess, startProcess } from './processes.ts';

const main = fileURLToPath(new URL('../../../dist/main.js', import.meta.url));

export interface RealLogboom {
  /** `127.0.0.1:5044`, as `output.logstash.hosts` takes it. */
  readonly lumberjack: string;
  /** The embedded store's address, where no `elasticsearch` is configured. */
  readonly store: string;
  /** Its data folder. */
  readonly data: string;
  log(): string;
  status(): Promise<Status>;
  /** The sum of a metric over its labels; 0 where there is none. */
  metric(name: string): Promise<number>;
  /** Kills it as a power cut would. What it had stays for `restart`. */
  kill(): Promise<void>;
  restart(): Promise<void>;
  /** Ends it as a service manager does, and rejects where that did not go well. */
  stop(): Promise<void>;
  /** Removes what it had, whatever state it is in. */
  discard(): Promise<void>;
}

/** Starts the built server as a user does: `logboom run --config …`, with a data folder and ports of its own. */
export async function startLogboom(config: Config = {}): Promise<RealLogboom> {
  const folder = await mkdtemp(join(tmpdir(), 'logboom-server-'));
  const [lumberjack, store, api] = [await freePort(), await freePort(), await freePort()];
  const file = join(folder, 'logboom.yml');
  // JSON is YAML.
  await writeFile(file, JSON.stringify(configOf(config, folder, { lumberjack, store, api }), null, 2));
  const log = join(folder, 'logboom.log');
  const url = `http://127.0.0.1:${api}`;
  async function launch(): Promise<PeerProcess> {
    const options = { log, cwd: folder, env: { PATH: process.env.PATH ?? '' } };
    const server = startProcess(process.execPath, [main, 'run', '--config', file], options);
    await up(server, url);
    return server;
  }
  let running = await launch();
  return {
    lumberjack: `127.0.0.1:${lumberjack}`,
    store: `http://127.0.0.1:${store}`,
    data: join(folder, 'data'),
    log: () => running.output(),
    status: async () => (await fetch(`${url}/status`)).json() as Promise<Status>,
    metric: async (name) => sumOf(name, await (await fetch(`${url}/metrics`)).text()),
    kill: () => running.end('SIGKILL'),
    async restart() {
      running = await launch();
    },
    stop: () => stopWell(running),
    async discard() {
      if (running.running) await running.end('SIGKILL');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Sections of `logboom.yml`. */
export type Config = Record<string, object>;

function configOf(config: Config, data: string, ports: Record<'lumberjack' | 'store' | 'api', number>) {
  const { lumberjack, ...sections } = config;
  return {
    data: join(data, 'data'),
    inputs: { lumberjack: { port: ports.lumberjack, ...lumberjack } },
    store: { port: ports.store },
    api: { port: ports.api },
    log: { format: 'json' },
    ...sections,
  };
}

async function stopWell(server: PeerProcess): Promise<void> {
  await server.end();
  const last = server.output().trimEnd().split('\n').at(-1);
  if (!last?.includes('"message":"stopped"')) throw new Error(`logboom did not stop well:\n${last}`);
}

async function up(server: PeerProcess, url: string): Promise<void> {
  await eventually('logboom is up', async () => {
    if (!server.running) throw new Error(`logboom ended:\n${server.output().slice(-3000)}`);
    return fetch(`${url}/status`).then(
      ({ ok }) => ok,
      () => false,
    );
  });
}

function sumOf(name: string, metrics: string): number {
  return metrics
    .split('\n')
    .filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`))
    .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}
