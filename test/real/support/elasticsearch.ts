import { execFileSync } from 'node:child_process';
import { copyFile, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, fetch } from 'undici';
import { patience } from '../../support/patience.ts';
import { freePort } from '../../support/ports.ts';
import { jdkFolder, run, shortLived } from './commands.ts';
import { type ElasticsearchMajor, ensureElasticsearch, jvmOptions, releases } from './elasticsearch-build.ts';
import { eventually, type PeerProcess, startProcess } from './processes.ts';

export { type ElasticsearchMajor, ensureElasticsearch } from './elasticsearch-build.ts';

export interface ElasticsearchOptions {
  /** Switches security on, with this password for the user `elastic`. */
  password?: string;
  /** Serves HTTPS with these; needs a password, too. */
  tls?: { authority: string; certificate: string; key: string };
  /** Further lines of `elasticsearch.yml`. */
  settings?: Record<string, string | number | boolean>;
  /** Heap, such as `512m`. */
  heap?: string;
}

export interface RealElasticsearch {
  readonly url: string;
  readonly version: string;
  /** A request with JSON in and out, signed in as `elastic` where security is on. Rejects only without an answer. */
  request(method: string, path: string, body?: unknown): Promise<{ status: number; body: Answer }>;
  /** Kills it as a power cut would. What it had stays for `restart`. */
  kill(): Promise<void>;
  /** Starts it again on the same port with what it had. */
  restart(): Promise<void>;
  /** Ends it and removes what it had. Its log is kept, and named, where it did not come up. */
  stop(): Promise<void>;
  log(): string;
}

/** JSON of the server's, of whatever shape the test expects. */
// biome-ignore lint/suspicious/noExplicitAny: the shapes of the server's answers are what the tests check.
export type Answer = any;

/** Starts a real Elasticsearch on a free port and resolves when it takes requests. */
export async function startElasticsearch(
  major: ElasticsearchMajor,
  options: ElasticsearchOptions = {},
): Promise<RealElasticsearch> {
  const home = await ensureElasticsearch(major);
  const folder = await mkdtemp(join(tmpdir(), `logboom-elasticsearch-${major}-`));
  const port = await freePort();
  const { product, jdks } = releases[major];
  const node = { product, home, folder, jdk: jdkFolder(jdks) };
  await configure(node, port, options);
  const log = join(folder, 'output.log');
  const launch = () => startNode(node, log);
  const url = `${options.tls ? 'https' : 'http'}://127.0.0.1:${port}`;
  const authorization = options.password ? basic('elastic', options.password) : undefined;
  const dispatcher = new Agent({ connect: options.tls ? { ca: await readFile(options.tls.authority) } : {} });
  const request = (method: string, path: string, body?: unknown) =>
    ask(`${url}${path}`, method, body, { authorization, dispatcher });
  let running = launch();
  await ready(running, request, folder);
  return {
    url,
    version: releases[major].version,
    request,
    kill: () => running.end('SIGKILL'),
    async restart() {
      running = launch();
      await ready(running, request, folder);
    },
    async stop() {
      await running.end();
      await dispatcher.destroy();
      await rm(folder, { recursive: true, force: true });
    },
    log: () => running.output(),
  };
}

interface Node {
  product: 'elasticsearch' | 'opensearch';
  home: string;
  folder: string;
  jdk: string;
}

async function configure(node: Node, port: number, options: ElasticsearchOptions): Promise<void> {
  const { product, home, folder } = node;
  const config = join(folder, 'config');
  await cp(join(home, 'config'), config, { recursive: true });
  for (const name of ['data', 'logs', 'tmp', 'config/jvm.options.d'])
    await mkdir(join(folder, name), { recursive: true });
  const heap = options.heap ?? '512m';
  const flags = [`-Xms${heap}`, `-Xmx${heap}`, ...shortLived];
  await writeFile(join(config, 'jvm.options.d', 'tests.options'), flags.join('\n'));
  await writeFile(join(config, 'jvm.options'), await jvmOptions(home, join(folder, 'logs')));
  await writeFile(join(config, `${product}.yml`), await settingsOf(node, port, options));
  if (options.password) await storePassword(node, options.password);
  if (options.tls) await copyFile(options.tls.certificate, join(config, 'http.crt'));
  if (options.tls) await copyFile(options.tls.key, join(config, 'http.key'));
}

async function settingsOf(
  { product, folder }: Node,
  port: number,
  { password, tls, settings }: ElasticsearchOptions,
) {
  const all = {
    'cluster.name': 'logboom-test',
    'node.name': 'n1',
    'network.host': '127.0.0.1',
    'http.port': port,
    'transport.port': await freePort(),
    'discovery.type': 'single-node',
    'path.data': join(folder, 'data'),
    'path.logs': join(folder, 'logs'),
    ...(product === 'elasticsearch' && { 'xpack.security.enabled': password !== undefined }),
    'cluster.routing.allocation.disk.threshold_enabled': false,
    ...(tls && {
      'xpack.security.http.ssl.enabled': true,
      'xpack.security.http.ssl.certificate': 'http.crt',
      'xpack.security.http.ssl.key': 'http.key',
    }),
    ...settings,
  };
  return Object.entries(all)
    .map(([key, value]) => `${key}: ${JSON.stringify(value)}\n`)
    .join('');
}

function environment({ product, folder, jdk }: Node): Record<string, string> {
  const prefix = product === 'opensearch' ? 'OPENSEARCH' : 'ES';
  return {
    PATH: '/usr/bin:/bin',
    HOME: folder,
    HOSTNAME: 'logboom-test',
    [`${prefix}_JAVA_HOME`]: jdk,
    [`${prefix}_PATH_CONF`]: join(folder, 'config'),
    [`${prefix}_TMPDIR`]: join(folder, 'tmp'),
  };
}

async function storePassword(node: Node, password: string): Promise<void> {
  const keystore = join(node.home, 'bin', 'elasticsearch-keystore');
  const options = { env: environment(node), cwd: node.folder };
  await run(keystore, ['create'], options);
  await run(keystore, ['add', '-x', '-f', 'bootstrap.password'], { ...options, input: password });
}

function startNode(node: Node, log: string): PeerProcess {
  const [command, ...args] = [...asSomeoneElse(), join(node.home, 'bin', node.product)];
  return startProcess(command!, args, { log, cwd: node.folder, env: environment(node) });
}

/**
 * Elasticsearch refuses to run as root. In a user namespace of its own it sees another user, while the files in
 * root's folders stay within its reach and no account has to be made.
 */
function asSomeoneElse(): string[] {
  if (process.getuid?.() !== 0) return [];
  const unshare = ['unshare', '--user', '--map-user=1000', '--map-group=1000'];
  try {
    execFileSync(unshare[0]!, [...unshare.slice(1), 'true'], { stdio: 'ignore' });
    return unshare;
  } catch {
    throw new Error(
      'Elasticsearch refuses to run as root, and this machine allows no user namespaces: run the tests as another user.',
    );
  }
}

async function ready(node: PeerProcess, request: RealElasticsearch['request'], folder: string) {
  try {
    await eventually('Elasticsearch is up', () => isReady(node, request), 120_000 * patience);
  } catch (failure) {
    await node.end('SIGKILL');
    throw new Error(`${(failure as Error).message}; its log is in ${folder}:\n${node.output().slice(-3000)}`);
  }
}

async function isReady(node: PeerProcess, request: RealElasticsearch['request']): Promise<boolean> {
  if (!node.running) throw new Error('Elasticsearch ended');
  const path = '/_cluster/health?wait_for_status=yellow&timeout=2s';
  const answer = await request('GET', path).catch(() => undefined);
  return answer?.status === 200 && answer.body.timed_out === false;
}

export function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

interface Access {
  authorization: string | undefined;
  dispatcher: Agent;
}

async function ask(url: string, method: string, body: unknown, { authorization, dispatcher }: Access) {
  const response = await fetch(url, {
    method,
    dispatcher,
    headers: { 'content-type': 'application/json', ...(authorization && { authorization }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : parsed(text) };
}

/** The `_cat` requests answer in plain text. */
function parsed(text: string): Answer {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
