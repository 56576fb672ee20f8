import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { connect, type LumberjackClient } from '../../src/generator/client.ts';
import { eventually } from '../support/eventually.ts';
import { awaitedLater } from '../support/lumberjack/shipper.ts';
import { Server } from '../support/server.ts';

const mount = (...args: string[]) => spawnSync('mount', args, { encoding: 'utf8' }).status === 0;

/** A disk of its own needs the rights to mount one. */
function canMount(): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  const place = mkdtempSync(join(tmpdir(), 'logboom-mount-'));
  const can = mount('-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', place);
  if (can) spawnSync('umount', [place]);
  rmSync(place, { recursive: true });
  return can;
}

describe.skipIf(!canMount())('a disk that fills up', () => {
  let server: Server;
  let client: LumberjackClient;

  beforeAll(async () => {
    server = await Server.shared({
      elasticsearch: { hosts: ['http://127.0.0.1:1'], timeout: '1s' },
      rules: [{ name: 'burst', over: '1s', when: '>= 5', lateness: '0s', notify: ['log'] }],
    });
    mkdirSync(server.data, { recursive: true });
    expect(mount('-t', 'tmpfs', '-o', 'size=24m', 'tmpfs', server.data)).toBe(true);
    await server.start();
    const { lumberjack: port } = server.ports;
    client = await connect({ host: '127.0.0.1', port, reconnectAfter: 100, compressionLevel: 0 });
  });
  afterAll(async () => {
    client.close();
    await server.kill();
    spawnSync('umount', [server.data]);
    await server.end();
  });

  it('ends no process, acknowledges nothing that it does not hold, and is used again when there is room', async () => {
    let acknowledged = 0;
    const sends: Promise<void>[] = [];
    for (let window = 0; window < 40; window += 1) {
      const events = Array.from({ length: 10 }, (_, index) =>
        JSON.stringify({ number: window * 10 + index, message: 'x'.repeat(100_000) }),
      );
      const sent = client.send(events).then(() => {
        acknowledged += 1;
      });
      sends.push(awaitedLater(sent));
    }
    // 40 MB do not fit into 24.
    await eventually(() => expect(server.text).toContain('the disk is full'), { timeout: 20_000 });
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(acknowledged).toBeLessThan(40);
    expect(server.child!.exitCode).toBeNull();
    expect((await server.get('/status')).status).toBe(200);
    await eventually(async () => {
      const { status, text } = await server.get('/health');
      expect(text).toContain('journal takes nothing: Cannot write to the journal');
      expect(status).toBe(503);
    });

    // One state, told from memory; nothing is restarted for it.
    await eventually(async () => {
      const own = (await server.status()).alerts.own.map(({ rule }) => rule);
      expect(own).toContain('logboom-disk-full');
    });
    expect(server.text).toContain('logboom-disk-full');
    expect(server.text).not.toMatch(/it is started again/);

    expect(mount('-o', 'remount,size=400m', server.data)).toBe(true);
    await Promise.all(sends);
    expect(acknowledged).toBe(40);
    await eventually(
      async () => {
        const { readers, journal } = await server.status();
        expect(readers.analyser!.position).toBe(journal.newest);
      },
      { timeout: 60_000 },
    );
    expect((await server.get('/health')).status).toBe(200);
    expect(server.child!.exitCode).toBeNull();
    expect(await server.stop()).toBe(0);
  });
});

/** A limit on the size of files stands in for a full disk where none can be mounted: writes are cut short just so. */
const limitFiles = (pid: number, bytes: number | 'unlimited') =>
  spawnSync('prlimit', ['--pid', `${pid}`, `--fsize=${bytes}:`]).status === 0;

describe.skipIf(!limitFiles(process.pid, 'unlimited'))('files that may not grow', () => {
  it('hold the senders, make health say so, and are used again when they may', async () => {
    const server = await Server.withConfig({
      elasticsearch: { hosts: ['http://127.0.0.1:1'], timeout: '1s' },
      rules: [{ name: 'counted', over: '1s' }],
    });
    await server.start();
    expect(limitFiles(server.child!.pid!, 2 ** 20)).toBe(true);
    const { lumberjack: port } = server.ports;
    const client = await connect({ host: '127.0.0.1', port, reconnectAfter: 100, compressionLevel: 0 });
    onTestFinished(() => client.close());
    let acknowledged = 0;
    const event = JSON.stringify({ message: 'x'.repeat(100_000) });
    const send = async () => {
      await client.send([event]);
      acknowledged += 1;
    };
    const sends = Array.from({ length: 20 }, () => awaitedLater(send()));
    await eventually(async () => expect((await server.get('/health')).status).toBe(503), { timeout: 20_000 });
    expect((await server.get('/health')).text).toContain(
      'journal takes nothing: Cannot write to the journal',
    );
    expect(acknowledged).toBeLessThan(20);
    expect(limitFiles(server.child!.pid!, 'unlimited')).toBe(true);
    await Promise.all(sends);
    await eventually(async () => expect((await server.get('/health')).status).toBe(200), { timeout: 20_000 });
    expect((await server.status()).journal.newest).toBeGreaterThanOrEqual(20);
    expect(await server.stop()).toBe(0);
  });
});
