import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { patience } from '../support/patience.ts';
import { Server } from '../support/server.ts';

const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const isRoot = process.getuid?.() === 0;

/** A second server on the same configuration, to its end. Root may write anywhere, so somebody else can try. */
function start(server: Server, asSomebodyElse = false) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [main, 'run', '--config', join(server.folder, 'logboom.yml')],
    { encoding: 'utf8', timeout: 60_000 * patience, ...(asSomebodyElse && { uid: 65_534, gid: 65_534 }) },
  );
  return { status, said: stdout + stderr };
}

const rules = { rules: [{ name: 'counted', over: '1s' }] };
const aServer = () => Server.withConfig(rules);

/** One that every test leaves as it was: stopped, with data that can be used. */

let stopped: Server;
beforeAll(async () => {
  stopped = await Server.shared(rules);
  await stopped.start();
  expect(await stopped.stop()).toBe(0);
});
afterAll(() => stopped.end());

describe('a start on data that cannot be used ends with 1 and says why', () => {
  it('where another logboom has it, on whatever ports', async () => {
    const server = await aServer();
    await server.start();
    const { inputs: _, store: __, api: ___, ...config } = server.read();
    server.write({ ...config, inputs: { lumberjack: { port: 1 } }, store: { port: 2 }, api: { port: 3 } });
    const { status, said } = start(server);
    expect(status).toBe(1);
    expect(said).toContain(`The data in ${server.data} is held by process ${server.child!.pid}.`);
    expect((await server.get('/health')).status).toBe(200);
    expect(await server.stop()).toBe(0);
  });

  it('where a newer logboom wrote it', async () => {
    const path = join(stopped.data, 'analysis', 'format.json');
    const written = readFileSync(path);
    writeFileSync(path, '{"format":2,"logboom":"9.9.9"}');
    const { status, said } = start(stopped);
    writeFileSync(path, written);
    expect(status).toBe(1);
    expect(said).toContain('Run logboom 9.9.9 or newer, which wrote it, or set another data folder.');
  });

  it.each(['journal/journal.mdb', 'analysis/results.mdb', 'outbox/outbox.mdb', 'store/store.mdb'])(
    'where %s was cut short, and goes on without it',
    async (file) => {
      const path = join(stopped.data, file);
      truncateSync(path, 10_000);
      const { status, said } = start(stopped);
      expect(status).toBe(1);
      expect(said).toContain(`${path} is damaged: it is cut short`);
      rmSync(join(path, '..'), { recursive: true });
      await stopped.start();
      expect((await stopped.get('/health')).status).toBe(200);
      expect(await stopped.stop()).toBe(0);
    },
  );

  it.skipIf(process.platform === 'win32')('where it may not write', async () => {
    const server = await aServer();
    mkdirSync(server.data, { recursive: true });
    chmodSync(server.folder, 0o755);
    chmodSync(server.data, 0o555);
    const { status, said } = start(server, isRoot);
    chmodSync(server.data, 0o700);
    expect(status).toBe(1);
    expect(said).toMatch(
      /Cannot write to the data folder .*EACCES.*Give the user of logboom write permission/,
    );
  });
});
