import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect } from '../../src/generator/client.ts';
import { eventually } from '../support/eventually.ts';
import { Server } from '../support/server.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const run = promisify(execFile);

const rules = [
  {
    ...{ name: 'errors', by: ['host.name'], over: '10s', lateness: '0s', when: '>= 5' },
    // Some commands are about alerts that are open.
    keepActiveFor: '300d',
  },
];

/** Commands of the pages' blocks `sh`, without comments. */
function commandsOf(page: string): string[] {
  const text = readFileSync(join(root, 'docs', page), 'utf8');
  return [...text.matchAll(/^```sh\n([\s\S]*?)^```/gm)].flatMap(([, block]) =>
    block!
      .split('\n')
      .map((line) => line.replace(/\s+#\s.*$/, '').trim())
      .filter((line) => line !== ''),
  );
}

let server: Server;

/** A server whose journal has the alerts that the pages name, and the files beside its configuration. */
beforeAll(async () => {
  server = await Server.shared({ rules });
  const { folder } = server;
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  writeFileSync(join(bin, 'logboom'), `#!/bin/sh\nexec "${process.execPath}" "${root}dist/main.js" "$@"\n`);
  chmodSync(join(bin, 'logboom'), 0o755);
  // A tenth of the lines says as much, and many commands read all of them.
  const log = readFileSync(join(root, 'test/fixtures/apache-combined.log'), 'utf8')
    .split('\n')
    .slice(0, 1_000);
  const text = `${log.join('\n')}\n`;
  writeFileSync(join(folder, 'access.log'), text);
  const zipped = gzipSync(text);
  for (const name of ['access.log.gz', 'access.log.1.gz']) writeFileSync(join(folder, name), zipped);
  for (const name of ['rules.yml', 'next.yml']) writeFileSync(join(folder, name), JSON.stringify({ rules }));
  await server.start();
  const client = await connect({ host: '127.0.0.1', port: server.ports.lumberjack });
  const line = (time: string, name: string) =>
    JSON.stringify({
      ...{ '@timestamp': new Date(), host: { name }, agent: { id: 'a' } },
      message: `192.0.2.1 - - [${time} +0000] "GET /a HTTP/1.1" 500 12 "-" "-"`,
    });
  const lines = (minute: string, host: string) =>
    ['00:01', '00:02', '00:03', '00:04', '00:05', '01:00'].map((at) => line(`${minute}:${at}`, host));
  await client.send(lines('01/Jan/2026:00', 'web-1'));
  await client.send(lines('02/Jan/2026:08', 'web-2'));
  client.close();
  await eventually(async () => expect(await server.documents('alerts')).toHaveLength(2));
  await server.settled();
});
afterAll(() => server.end());

async function bash(command: string): Promise<string> {
  const env = { ...process.env, PATH: `${join(server.folder, 'bin')}:${process.env.PATH}` };
  const { stdout } = await run('bash', ['-c', command], { cwd: server.folder, env, maxBuffer: 2 ** 26 });
  return stdout;
}

/** What the reader puts in: addresses, paths, and ids that the commands before showed. */
async function written(command: string): Promise<string> {
  const at = `127.0.0.1:${server.ports.api}`;
  const own = command.replaceAll('localhost:9600', at).replaceAll('/var/log/nginx/', '');
  if (own.includes('8Zk…')) {
    const [event] = await server.documents('logs-*');
    return own.replace(/8Zk\S+/, event!._id);
  }
  if (!/\bID\b/.test(own)) return own;
  const isSilence = own.includes('silence');
  const { text } = await server.get(isSilence ? '/silences' : '/alerts');
  const list = Object.values(JSON.parse(text) as Record<string, { id: string }[]>).flat();
  return own.replace(/\bID\b/, `'${list[0]!.id}'`);
}

describe.each(['backtest.md', 'statistics.md', 'reports.md', 'noise-control.md'])('docs/%s', (page) => {
  const commands = commandsOf(page);

  it('has commands', () => expect(commands.length).toBeGreaterThan(1));

  it.each(commands)('%s', async (command) => {
    const given = await written(command);
    const said = await bash(given.replace(/^curl /, 'curl -sSf '));
    if (!given.includes('--write')) expect(said.trim(), given).not.toBe('');
  });
});
