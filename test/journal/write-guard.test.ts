import { FullDisk } from '@logboom/common';
import { describe, expect, it } from 'vitest';
import { WriteGuard } from '../../src/util/guards/write-guard.ts';

const mega = 2 ** 20;

/** A guard over a disk of the test, which counts the transactions that reach LMDB. */
function aGuard() {
  const disk = { free: 0, takes: false, now: 0, transactions: 0 };
  const full = new FullDisk(
    () => disk.free,
    () => disk.now,
  );
  const guard = new WriteGuard('folder', full);
  const write = () =>
    guard.write(async () => {
      disk.transactions += 1;
      if (!disk.takes) throw new Error(`no space (${disk.transactions})`);
    });
  return { disk, write };
}

describe('writes to a disk that is full', () => {
  it('do not reach LMDB again and again, and tell the same reason', async () => {
    const { disk, write } = aGuard();
    for (let time = 0; time < 100; time += 1) await expect(write()).rejects.toThrow('no space (1)');
    expect(disk.transactions).toBe(1);
  });

  it('are tried after pauses that double up to a minute, because LMDB may reuse pages', async () => {
    const { disk, write } = aGuard();
    for (; disk.now < 600_000; disk.now += 500) await write().catch(() => undefined);
    // After 1, 2, 4, 8, 16 and 32 s, and then once a minute.
    expect(disk.transactions).toBe(1 + 6 + 8);
    disk.now += 60_000;
    disk.takes = true;
    await write();
    disk.takes = false;
    await write().catch(() => undefined);
    disk.now += 1_000;
    disk.takes = true;
    await write();
  });

  it('are tried at once when there is more room', async () => {
    const { disk, write } = aGuard();
    await expect(write()).rejects.toThrow('no space (1)');
    Object.assign(disk, { free: mega - 1, takes: true });
    await expect(write()).rejects.toThrow('no space (1)');
    disk.free = mega;
    await write();
    await write();
    expect(disk.transactions).toBe(3);
  });
});

it('writes that fail on a disk with room are not held back', async () => {
  const { disk, write } = aGuard();
  disk.free = 64 * mega;
  for (let time = 1; time < 5; time += 1) await expect(write()).rejects.toThrow(`no space (${time})`);
});
