import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../../support/ports.ts';
import { cached, recipes } from './cache.ts';
import { run } from './commands.ts';
import { eventually, type PeerProcess, startProcess } from './processes.ts';

/** The path of a real Filebeat 7.17.29, built from its own sources on first use (some minutes). */
export async function ensureFilebeat(): Promise<string> {
  const folder = await cached('filebeat-7.17.29', async (unfinished) => {
    for (const name of ['main.go', 'go.mod', 'go.sum'])
      await copyFile(join(recipes, 'filebeat', name), join(unfinished, name));
    const env = { CGO_ENABLED: '0', GOFLAGS: '-buildvcs=false' };
    const flags = ['-mod=mod', '-trimpath', '-ldflags=-s -w', '-o', 'filebeat', '.'];
    await run('go', ['build', ...flags], { cwd: unfinished, env });
  });
  return join(folder, 'filebeat');
}

/** The index template that Filebeat itself would install. */
export async function filebeatTemplate(): Promise<Record<string, unknown>> {
  const binary = await ensureFilebeat();
  const folder = await mkdtemp(join(tmpdir(), 'logboom-filebeat-'));
  try {
    await writeFile(join(folder, 'filebeat.yml'), '{}', { mode: 0o600 });
    const paths = ['--path.home', folder, '--path.config', folder];
    const { stdout } = await promisify(execFile)(
      binary,
      ['export', 'template', '-E', 'setup.ilm.enabled=false', ...paths],
      {
        maxBuffer: 16 * 2 ** 20,
      },
    );
    return JSON.parse(stdout) as Record<string, unknown>;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export interface FilebeatOptions {
  /** Files that one filestream input reads, from their beginning. */
  paths?: string[];
  /** Inputs as in `filebeat.yml`, instead of or beside `paths`. */
  inputs?: object[];
  /** `output.logstash.hosts`, such as `127.0.0.1:5044`. */
  hosts?: string[];
  /** Everything else of `output.logstash`, such as `compression_level`, `pipelining`, `bulk_max_size`, `ssl`. */
  logstash?: FilebeatLogstash;
  /** Further top-level settings; an `output.…` here takes the place of Logstash's. */
  config?: Record<string, unknown>;
}

export interface FilebeatLogstash {
  compression_level?: number;
  pipelining?: number;
  bulk_max_size?: number;
  slow_start?: boolean;
  loadbalance?: boolean;
  worker?: number;
  timeout?: string;
  ttl?: string;
  'backoff.init'?: string;
  'backoff.max'?: string;
  ssl?: Record<string, unknown>;
}

export interface RealFilebeat {
  readonly folder: string;
  readonly running: boolean;
  log(): string;
  /** Resolves with the first match of the pattern in its log. */
  logged(pattern: RegExp, within?: number): Promise<RegExpMatchArray>;
  /** Numbers of events as it counts them itself since it started. */
  events(): Promise<FilebeatEvents>;
  /** Resolves when the output has acknowledged at least so many events. */
  acked(count: number, within?: number): Promise<FilebeatEvents>;
  /** Kills it as a power cut would; `restart` goes on from its registry. */
  kill(): Promise<void>;
  restart(): Promise<void>;
  /** Ends it and removes its folder. */
  stop(): Promise<void>;
}

export interface FilebeatEvents {
  acked: number;
  failed: number;
  /** Read, and neither acknowledged nor given up. */
  active: number;
  /** Sent to the output, each sending of an event counted. */
  total: number;
}

/** Starts a real Filebeat with a registry of its own. Small batches leave at once, and new lines are seen soon. */
export async function startFilebeat(options: FilebeatOptions): Promise<RealFilebeat> {
  const binary = await ensureFilebeat();
  const folder = await mkdtemp(join(tmpdir(), 'logboom-filebeat-'));
  const port = await freePort();
  const config = join(folder, 'filebeat.yml');
  // JSON is YAML. Filebeat refuses a configuration that others may write to.
  await writeFile(config, JSON.stringify(configOf(options, port), null, 2), { mode: 0o600 });
  await mkdir(join(folder, 'data'));
  const log = join(folder, 'filebeat.log');
  let starts = 0;
  async function launch(): Promise<PeerProcess> {
    const filebeat = startProcess(binary, argumentsFor(folder, config), { log, cwd: folder, env: {} });
    await up(filebeat, folder, ++starts);
    return filebeat;
  }
  let running = await launch();
  const events = () => counts(port);
  return {
    folder,
    get running() {
      return running.running;
    },
    log: () => running.output(),
    logged: (pattern, within) =>
      eventually(`Filebeat logs ${pattern}`, () => running.output().match(pattern) ?? undefined, within),
    events,
    acked: (count, within = 60_000) =>
      eventually(`Filebeat has ${count} events acknowledged`, () => reached(events, count), within),
    kill: () => running.end('SIGKILL'),
    async restart() {
      await running.end();
      running = await launch();
    },
    async stop() {
      await running.end();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function argumentsFor(folder: string, config: string): string[] {
  const paths = ['home', 'data', 'logs', 'config'].map((name) => [
    `--path.${name}`,
    name === 'data' || name === 'logs' ? join(folder, name) : folder,
  ]);
  return ['run', '-e', '-c', config, ...paths.flat()];
}

function configOf({ paths, inputs = [], hosts, logstash, config }: FilebeatOptions, port: number): object {
  const files = paths ? [filestream(paths)] : [];
  return {
    'filebeat.inputs': [...files, ...inputs],
    ...(hosts && { 'output.logstash': { hosts, ...logstash } }),
    'queue.mem.flush.timeout': '50ms',
    'http.enabled': true,
    'http.host': '127.0.0.1',
    'http.port': port,
    'logging.level': 'info',
    'setup.template.enabled': false,
    'setup.ilm.enabled': false,
    ...config,
  };
}

/** By default it would look for new lines after up to ten seconds. */
function filestream(paths: string[]): object {
  return {
    type: 'filestream',
    id: 'files',
    paths,
    'prospector.scanner.check_interval': '200ms',
    'backoff.init': '50ms',
    'backoff.max': '200ms',
  };
}

/** Its log goes on over restarts, so it is up when it has said so once for each start. */
async function up(filebeat: PeerProcess, folder: string, starts: number): Promise<void> {
  const started = () => {
    if (!filebeat.running)
      throw new Error(`Filebeat ended; see ${folder}:\n${filebeat.output().slice(-3000)}`);
    return filebeat.output().split('filebeat start running').length > starts;
  };
  await eventually('Filebeat is up', started);
}

async function reached(events: () => Promise<FilebeatEvents>, count: number) {
  const now = await events().catch(() => undefined);
  return now && now.acked >= count ? now : undefined;
}

async function counts(port: number): Promise<FilebeatEvents> {
  const response = await fetch(`http://127.0.0.1:${port}/stats`);
  const stats = (await response.json()) as { libbeat?: { output?: { events?: Partial<FilebeatEvents> } } };
  const { acked = 0, failed = 0, active = 0, total = 0 } = stats.libbeat?.output?.events ?? {};
  return { acked, failed, active, total };
}
