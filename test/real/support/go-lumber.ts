import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../support/ports.ts';
import { cached, recipes } from './cache.ts';
import { run } from './commands.ts';
import { eventually, type PeerProcess, startProcess } from './processes.ts';

/** The path of a server that is go-lumber's own, built on first use (some seconds). */
export async function ensureGoLumber(): Promise<string> {
  const folder = await cached('go-lumber-0.1.0', async (unfinished) => {
    for (const name of ['main.go', 'go.mod', 'go.sum'])
      await copyFile(join(recipes, 'go-lumber', name), join(unfinished, name));
    const env = { CGO_ENABLED: '0', GOFLAGS: '-buildvcs=false' };
    await run('go', ['build', '-mod=mod', '-trimpath', '-o', 'go-lumber', '.'], { cwd: unfinished, env });
  });
  return join(folder, 'go-lumber');
}

export interface GoLumberOptions {
  certificate?: string;
  key?: string;
  /** Pause before each ACK, as Go writes it: `20ms`. */
  delay?: string;
}

export interface RealGoLumber {
  /** `127.0.0.1:5044`, as `forward.hosts` takes it. It stays the same over restarts. */
  readonly address: string;
  /** The JSON of each event that it ever took, as it came and in the order in which it came. */
  events(): string[];
  kill(): Promise<void>;
  restart(): Promise<void>;
  /** Ends it and removes what it wrote. */
  stop(): Promise<void>;
}

export async function startGoLumber(options: GoLumberOptions = {}): Promise<RealGoLumber> {
  const binary = await ensureGoLumber();
  const folder = await mkdtemp(join(tmpdir(), 'logboom-go-lumber-'));
  const log = join(folder, 'go-lumber.log');
  const address = `127.0.0.1:${await freePort()}`;
  const flags = Object.entries({ address, ...options }).flatMap(([name, value]) => [`-${name}`, value]);
  let starts = 0;
  async function launch(): Promise<PeerProcess> {
    const server = startProcess(binary, flags, { log, cwd: folder, env: {} });
    starts += 1;
    await eventually('go-lumber listens', () => {
      if (!server.running) throw new Error(`go-lumber ended:\n${server.output().slice(-3000)}`);
      return linesOf(server).filter((line) => line === address).length === starts;
    });
    return server;
  }
  let running = await launch();
  return {
    address,
    events: () => linesOf(running).filter((line) => line.startsWith('{')),
    kill: () => running.end('SIGKILL'),
    async restart() {
      running = await launch();
    },
    async stop() {
      await running.end('SIGKILL');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const linesOf = (server: PeerProcess): string[] => server.output().split('\n');
