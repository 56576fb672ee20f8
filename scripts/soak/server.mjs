// The built server as a process: started, stopped and killed, always on the same data and the same ports.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openJournalReader } from '../../dist/journal/reader.js';
import { openPayload } from '../../dist/journal/record.js';

const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

export class Server {
  folder = mkdtempSync(join(tmpdir(), 'logboom-soak-'));
  data = join(this.folder, 'data');
  log = join(this.folder, 'logboom.log');
  startedAt = 0;
  child;
  ports;

  /** `config`: settings of the server; `input`: those of its Lumberjack input. */
  static async with(config, input = {}) {
    const server = new Server();
    server.ports = { lumberjack: await freePort(), store: await freePort(), api: await freePort() };
    const { lumberjack, store, api } = server.ports;
    const own = {
      data: server.data,
      inputs: { lumberjack: { ...input, port: lumberjack } },
      api: { port: api },
    };
    const all = { ...own, store: { port: store }, log: { level: 'info', format: 'json' }, ...config };
    writeFileSync(join(server.folder, 'logboom.yml'), JSON.stringify(all));
    return server;
  }

  /** Does not wait until it serves. */
  launch() {
    this.startedAt = Date.now();
    const child = spawn(process.execPath, [main, 'run', '--config', join(this.folder, 'logboom.yml')], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr])
      stream.pipe(createWriteStream(this.log, { flags: 'a' }), { end: false });
    this.child = child;
    // Whoever ends this run ends the server with it.
    const orphaned = () => child.kill('SIGKILL');
    process.once('exit', orphaned);
    child.once('exit', () => process.off('exit', orphaned));
    this.exited = once(child, 'exit').then(([code, signal]) => ({ code, signal }));
  }

  get isRunning() {
    return this.child?.exitCode === null && this.child.signalCode === null;
  }

  async ready() {
    while (!(await this.status().catch(() => undefined))) {
      if (!this.isRunning) throw new Error(`the server ended:\n${this.tail()}`);
      await after(20);
    }
  }

  /** Signals it and resolves with how it ended. */
  async end(signal) {
    this.child.kill(signal);
    return this.exited;
  }

  async status() {
    return (await fetch(`http://127.0.0.1:${this.ports.api}/status`)).json();
  }

  async metric(name) {
    const text = await (await fetch(`http://127.0.0.1:${this.ports.api}/metrics`)).text();
    const lines = text
      .split('\n')
      .filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`));
    return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
  }

  /** Bytes that are the process's own, and bytes of files that are mapped; undefined where the system does not tell. */
  get memory() {
    try {
      const status = readFileSync(`/proc/${this.child.pid}/status`, 'utf8');
      const of = (name) => Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)[1]) * 1024;
      return { own: of('RssAnon'), mapped: of('RssFile') };
    } catch {
      return undefined;
    }
  }

  tail() {
    return readFileSync(this.log, 'utf8').slice(-3_000);
  }

  errors() {
    const lines = readFileSync(this.log, 'utf8').split('\n');
    return lines.filter(
      (line) => line.includes('"log.level":"error"') || line.includes('"log.level":"fatal"'),
    );
  }

  /** Numbers of the lines that the journal holds beyond a position, and its end. Nobody may write it meanwhile. */
  journaled(beyond) {
    let journal;
    try {
      journal = openJournalReader(join(this.data, 'journal'));
    } catch {
      // It was killed before there was one.
      return { numbers: new Set(), newest: beyond };
    }
    const numbers = new Set();
    let newest = beyond;
    for (
      let records = journal.read(newest, 2 ** 24);
      records.length > 0;
      records = journal.read(newest, 2 ** 24)
    ) {
      for (const record of records) if (record.kind === 'events') addNumbers(record, numbers);
      newest = records.at(-1).position;
    }
    void journal.close();
    return { numbers, newest };
  }

  async remove() {
    if (this.isRunning) await this.end('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  }
}

function addNumbers(record, numbers) {
  const { bytes, spans, count } = openPayload(record);
  for (let index = 0; index < count; index += 1)
    numbers.add(JSON.parse(bytes.toString('utf8', spans[2 * index], spans[2 * index + 1])).number);
}
