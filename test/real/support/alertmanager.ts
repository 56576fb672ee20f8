import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../support/ports.ts';
import { cached } from './cache.ts';
import { run } from './commands.ts';
import { eventually, startProcess } from './processes.ts';

/** The Go modules of later versions lack the web page, and do not start without it. */
const version = '0.28.1';

/** The path of a real Alertmanager, built on first use (two to four minutes). */
export async function ensureAlertmanager(): Promise<string> {
  const folder = await cached(`alertmanager-${version}`, async (unfinished) => {
    const env = { CGO_ENABLED: '0', GOBIN: unfinished, GOFLAGS: '-buildvcs=false' };
    const module = `github.com/prometheus/alertmanager/cmd/alertmanager@v${version}`;
    await run('go', ['install', '-trimpath', module], { cwd: unfinished, env });
  });
  return join(folder, 'alertmanager');
}

export interface RealAlert {
  labels: Record<string, string>;
  annotations: Record<string, string>;
  endsAt: string;
  status: { state: string };
}

export interface RealAlertmanager {
  readonly url: string;
  /** The alerts that are open there. */
  alerts(): Promise<RealAlert[]>;
  /** Ends it and removes what it wrote. */
  stop(): Promise<void>;
}

export async function startAlertmanager(): Promise<RealAlertmanager> {
  const binary = await ensureAlertmanager();
  const folder = await mkdtemp(join(tmpdir(), 'logboom-alertmanager-'));
  const config = join(folder, 'alertmanager.yml');
  await writeFile(config, 'route: { receiver: none }\nreceivers: [{ name: none }]\n');
  const port = await freePort();
  const flags = [
    `--config.file=${config}`,
    `--storage.path=${join(folder, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--cluster.listen-address=',
  ];
  const server = startProcess(binary, flags, { log: join(folder, 'log'), cwd: folder, env: {} });
  const url = `http://127.0.0.1:${port}`;
  await eventually('Alertmanager is ready', async () => {
    if (!server.running) throw new Error(`Alertmanager ended:\n${server.output().slice(-3000)}`);
    return (await fetch(`${url}/-/ready`).catch(() => undefined))?.ok ?? false;
  });
  return {
    url,
    alerts: async () => (await fetch(`${url}/api/v2/alerts`)).json() as Promise<RealAlert[]>,
    async stop() {
      await server.end('SIGKILL');
      await rm(folder, { recursive: true, force: true });
    },
  };
}
