import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from './support/commands.ts';
import {
  ensureFilebeat,
  eventually,
  freePort,
  type RealElasticsearch,
  startElasticsearch,
} from './support/peers.ts';
import { type PeerProcess, startProcess } from './support/processes.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const main = join(root, 'dist/main.js');
const read = (path: string) => readFileSync(join(root, path), 'utf8');

let folder: string;
let filebeat: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'logboom-stack-'));
  filebeat = await ensureFilebeat();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Filebeat takes no configuration that others may write to, as files in a clone may be. */
async function filebeatFolder(path: string): Promise<string[]> {
  const home = await mkdtemp(join(folder, 'filebeat-'));
  await writeFile(join(home, 'filebeat.yml'), read(path), { mode: 0o600 });
  return ['-c', join(home, 'filebeat.yml'), '--path.home', home, '--path.data', join(home, 'data')];
}

describe('the Filebeat configurations', () => {
  it.each(['examples/filebeat.yml', 'docker/filebeat.yml'])('%s is one that Filebeat takes', async (path) => {
    expect(await run(filebeat, ['test', 'config', ...(await filebeatFolder(path))])).toContain('Config OK');
  });
});

describe('the stack, its parts run beside one another instead of in containers', () => {
  const processes: PeerProcess[] = [];
  let elasticsearch: RealElasticsearch;
  let nginxPort: number;
  let api: string;

  beforeAll(async () => {
    elasticsearch = await startElasticsearch('9');
    const [lumberjack, apiPort] = [await freePort(), await freePort()];
    api = `http://127.0.0.1:${apiPort}`;
    nginxPort = await freePort();
    const logs = join(folder, 'logs');
    await mkdir(logs);
    const logboom = {
      LOGBOOM_DATA: join(folder, 'data'),
      LOGBOOM_INPUTS_LUMBERJACK_HOST: '127.0.0.1',
      LOGBOOM_INPUTS_LUMBERJACK_PORT: String(lumberjack),
      LOGBOOM_API_PORT: String(apiPort),
      LOGBOOM_ELASTICSEARCH_HOSTS: elasticsearch.url,
    };
    const config = join(root, 'docker/logboom.yml');
    start('logboom', process.execPath, [main, 'run', '--config', config], logboom);
    await eventually('logboom is up', () =>
      fetch(api).then(
        () => true,
        () => false,
      ),
    );
    start('nginx', 'nginx', ['-p', folder, '-c', await nginxConfig(logs), '-g', 'daemon off;'], {
      PATH: `${process.env.PATH}:/usr/sbin`,
    });
    await eventually('nginx is up', () =>
      visit('/').then(
        () => true,
        () => false,
      ),
    );
    const options = await filebeatFolder('docker/filebeat.yml');
    start('filebeat', filebeat, ['run', '-e', ...options], {
      LOGS: logs,
      LOGBOOM: `127.0.0.1:${lumberjack}`,
    });
  });
  afterAll(async () => {
    for (const process of processes.reverse()) await process.end();
    await elasticsearch?.stop();
  });

  function start(name: string, command: string, args: string[], env: Record<string, string>): void {
    const log = join(folder, `${name}.log`);
    processes.push(
      startProcess(command, args, { log, cwd: folder, env: { PATH: process.env.PATH!, ...env } }),
    );
  }

  /** The file of the stack with a free port, and folders of the test's own. */
  async function nginxConfig(logs: string): Promise<string> {
    const path = join(folder, 'nginx.conf');
    const own = `pid ${folder}/nginx.pid;\nerror_log ${folder}/nginx-errors.log;\n`;
    const text = read('docker/nginx.conf')
      .replace('listen 80;', `listen 127.0.0.1:${nginxPort};`)
      .replace('/logs/', `${logs}/`)
      .replace(
        'http {',
        `http {\n  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${folder}/${kind};`).join('\n  ')}`,
      );
    await writeFile(path, own + text);
    return path;
  }

  const visit = (path: string) => fetch(`http://127.0.0.1:${nginxPort}${path}`);
  const count = async (index: string, query: string): Promise<number> => {
    const { body } = await elasticsearch.request(
      'GET',
      `/${index}/_count?ignore_unavailable=true&q=${encodeURIComponent(query)}`,
    );
    return body.count ?? 0;
  };

  it('nginx takes its configuration', async () => {
    const path = `${process.env.PATH}:/usr/sbin`;
    await run('nginx', ['-t', '-p', folder, '-c', join(folder, 'nginx.conf')], { env: { PATH: path } });
  });

  it('each visit is a document, read as what it is', async () => {
    expect((await visit('/')).status).toBe(200);
    expect((await visit('/error')).status).toBe(500);
    expect((await visit('/nowhere?a=b')).status).toBe(404);
    const found = async (status: number) =>
      (await count('logs-nginx.access-default', `http.response.status_code:${status}`)) > 0;
    await eventually(
      'all three are indexed',
      async () => (await found(200)) && (await found(500)) && (await found(404)),
      60_000,
    );
  });

  it('many visits within a second are an alert', async () => {
    await Promise.all(Array.from({ length: 20 }, () => visit('/')));
    await eventually(
      'the alert is there',
      async () => (await count('alerts', 'rule.name:traffic-burst')) > 0,
      60_000,
    );
  });

  it('logboom is healthy', async () => {
    expect(await (await fetch(`${api}/health`)).json()).toMatchObject({ healthy: true });
  });
});
