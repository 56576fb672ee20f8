import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { connect, type LumberjackClient } from '../../src/generator/client.ts';
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
  }, 30_000);
  afterAll(async () => {
    client.close();
    await server.kill();
    spawnSync('umount', [server.data]);
    await server.end();
  });

  it('ends no process, acknowledges nothing that it does not hold, and is used again when there is room', {
    timeout: 90_000,
  }, async () => {
    let acknowledged = 0;
    const sends: Promise<void>[] = [];
    for (let window = 0; window < 40; window += 1) {
      const events = Array.from({ length: 10 }, (_, index) =>
        JSON.stringify({ number: window * 10 + index, message: 'x'.repeat(100_000) }),
      );
      const sent = client.send(events).then(() => {
        acknowledged += 1;
      });
      sent.catch(() => undefined);
      sends.push(sent);
    }
    // 40 MB do not fit into 24.
    await vi.waitFor(() => expect(server.text).toContain('the disk is full'), { timeout: 20_000 });
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    expect(acknowledged).toBeLessThan(40);
    expect(server.child!.exitCode).toBeNull();
    expect((await server.get('/status')).status).toBe(200);

    expect(mount('-o', 'remount,size=400m', server.data)).toBe(true);
    await Promise.all(sends);
    expect(acknowledged).toBe(40);
    await vi.waitFor(
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
