import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { Status } from '../../src/telemetry/api/status.ts';
import { eventually } from './eventually.ts';
import { patience } from './patience.ts';
import { freePort } from './ports.ts';

const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

export interface LogLine {
  'log.level': string;
  message: string;
  [field: string]: unknown;
}

export interface StoredDocument {
  _index: string;
  _id: string;
  _source: Record<string, unknown>;
}

interface Page {
  _scroll_id: string;
  hits: { hits: StoredDocument[] };
}

/** A list of inputs is taken as it is: it has a listener where the test names one. */
function withPort(inputs: unknown, port: number): unknown {
  if (Array.isArray(inputs)) return inputs;
  const written = (inputs ?? {}) as { lumberjack?: object };
  return { ...written, lumberjack: { ...written.lumberjack, port } };
}

/** Limits for what hangs, in milliseconds: with them a test says what it waited for, where its own limit would not. */
const answerWithin = 30_000 * patience;
const startWithin = 90_000 * patience;

export class Server {
  readonly folder = mkdtempSync(join(tmpdir(), 'logboom-server-'));
  readonly ports: { lumberjack: number; store: number; api: number };
  child: ChildProcess | undefined;
  /** Variables that it is started with beside the test's own. */
  env: Record<string, string> = {};
  /** Its standard input: none, a pipe, or an open file. */
  stdin: 'ignore' | 'pipe' | number = 'ignore';
  #output = '';

  private constructor(ports: Server['ports']) {
    this.ports = ports;
  }

  /** `config` is what the configuration says beside ports and the folder. It ends with the test. */
  static async withConfig(config: Record<string, unknown>): Promise<Server> {
    const server = await Server.shared(config);
    onTestFinished(() => server.end());
    return server;
  }

  /** A server for several tests; who asks for it ends it. */
  static async shared(config: Record<string, unknown>): Promise<Server> {
    const server = new Server({
      lumberjack: await freePort(),
      store: await freePort(),
      api: await freePort(),
    });
    const { lumberjack, store, api } = server.ports;
    mkdirSync(server.data, { recursive: true, mode: 0o700 });
    server.write({
      log: { level: 'info', format: 'json' },
      ...config,
      data: server.data,
      inputs: withPort(config.inputs, lumberjack),
      store: { port: store },
      api: { port: api },
    });
    return server;
  }

  async end(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  }

  get data(): string {
    return join(this.folder, 'data');
  }

  write(config: Record<string, unknown>): void {
    writeFileSync(join(this.folder, 'logboom.yml'), JSON.stringify(config));
  }

  read(): Record<string, unknown> {
    return JSON.parse(readFileSync(join(this.folder, 'logboom.yml'), 'utf8')) as Record<string, unknown>;
  }

  /** Starts it and waits until it serves. */
  async start(): Promise<void> {
    const args = [main, 'run', '--config', join(this.folder, 'logboom.yml')];
    const env = { ...process.env, ...this.env };
    const child = spawn(process.execPath, args, { stdio: [this.stdin, 'pipe', 'pipe'], env });
    this.child = child;
    for (const stream of [child.stdout, child.stderr])
      stream!.on('data', (chunk) => {
        this.#output += chunk;
      });
    const end = performance.now() + startWithin;
    while (!(await this.status().catch(() => undefined))) {
      if (performance.now() > end) throw new Error(`it does not serve: ${this.#output}`);
      const how = child.exitCode ?? child.signalCode;
      if (how !== null) throw new Error(`it ended with ${how}: ${this.#output}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  get log(): LogLine[] {
    return this.#output
      .split('\n')
      .filter((line) => line.startsWith('{') && line.endsWith('}'))
      .map((line) => JSON.parse(line) as LogLine);
  }

  /** Everything that it printed. */
  get text(): string {
    return this.#output;
  }

  /** Asks it to stop; its exit code. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
    const exit = once(child, 'exit') as Promise<[number | null]>;
    child.kill(signal);
    const [code] = await exit;
    return code;
  }

  kill(): Promise<number | null> {
    return this.stop('SIGKILL');
  }

  /** The most memory that it ever held, in bytes; undefined where the system does not tell. */
  get peakMemory(): number | undefined {
    if (process.platform !== 'linux') return undefined;
    const line = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${this.child!.pid}/status`, 'utf8'));
    return line ? Number(line[1]) * 1024 : undefined;
  }

  async get(path: string): Promise<{ status: number; text: string }> {
    const signal = AbortSignal.timeout(answerWithin);
    const response = await fetch(`http://127.0.0.1:${this.ports.api}${path}`, { signal });
    return { status: response.status, text: await response.text() };
  }

  async status(): Promise<Status> {
    return JSON.parse((await this.get('/status')).text) as Status;
  }

  async metric(name: string): Promise<number> {
    const line = (await this.get('/metrics')).text.split('\n').find((one) => one.startsWith(`${name} `));
    return line === undefined ? 0 : Number(line.slice(name.length + 1));
  }

  /** All documents of an index, in the order of time; none where there is no such index. */
  async documents(index: string): Promise<StoredDocument[]> {
    const size = 10_000;
    const query = { size, sort: [{ '@timestamp': 'asc' }] };
    const found = (await this.#search(`${index}/_search`, query))?.hits.hits ?? [];
    return found.length < size ? found : this.#scrolled(index, query);
  }

  /** Who scrolls is remembered by the store, so that is for many documents. */
  async #scrolled(index: string, query: object): Promise<StoredDocument[]> {
    const all: StoredDocument[] = [];
    let page = await this.#search(`${index}/_search?scroll=1m`, query);
    while (page && page.hits.hits.length > 0) {
      all.push(...page.hits.hits);
      page = await this.#search('_search/scroll', { scroll: '1m', scroll_id: page._scroll_id });
    }
    return all;
  }

  async #search(path: string, body: object): Promise<Page | undefined> {
    const response = await fetch(`http://127.0.0.1:${this.ports.store}/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(answerWithin),
    });
    const answer = (await response.json()) as Page;
    if (response.status === 404) return undefined;
    if (!response.ok) throw new Error(`${path}: ${JSON.stringify(answer)}`);
    return answer;
  }

  /** Waits until everything in the journal is read and delivered. */
  async settled(): Promise<void> {
    await eventually(
      async () => {
        const { journal, readers, notifiers } = await this.status();
        for (const reader of Object.values(readers))
          if (reader.position < journal.newest) throw new Error(`${reader.position} of ${journal.newest}`);
        for (const { pending } of Object.values(notifiers)) if (pending > 0) throw new Error('messages wait');
      },
      { timeout: 20_000, interval: 50 },
    );
  }
}
