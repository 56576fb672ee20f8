import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Engine } from '../../src/engine.ts';
import { Retention } from '../../src/retention.ts';
import { compact } from '../../src/storage/compaction.ts';
import { type StoreTelemetry, silentTelemetry } from '../../src/telemetry.ts';
import { writeItem } from '../../src/write-item.ts';
import { newFolder } from '../support.ts';

const day = 86_400_000;

function harness(keepSize = 2 ** 40, folder = newFolder(), keep: { alerts?: string } = {}) {
  const clock = { now: Date.parse('2026-11-20T00:00:00Z') };
  const engine = new Engine(folder, () => clock.now);
  const expired: [index: string, documents: number, reason: string][] = [];
  const telemetry: StoreTelemetry = {
    ...silentTelemetry,
    expired: (...entry) => expired.push(entry),
    retentionFailed: (error) => {
      throw error;
    },
  };
  const retention = new Retention(engine, { keepAge: 7 * day, keepSize, ...keep }, telemetry);
  const write = (index: string, count: number, prefix = '', text = 'x') =>
    engine.write(() => {
      for (let at = 0; at < count; at++) {
        const source = Buffer.from(JSON.stringify({ '@timestamp': '2020-01-01T00:00:00Z', text }));
        writeItem(engine, { action: 'index', index, id: `${prefix}${at}`, source });
      }
    });
  const count = (index: string) => engine.open(index).shard.count;
  return { clock, engine, expired, retention, write, count, folder };
}

describe('retention by age', () => {
  it('counts from the write, not from the timestamp: old logs that arrive today stay', async () => {
    const { engine, retention, write, count } = harness();
    await write('old', 10);
    await retention.run();
    expect(count('old')).toBe(10);
    await engine.close();
  });

  it('takes documents away soon after their age, and their ids with them', async () => {
    const { clock, engine, expired, retention, write, count } = harness();
    await write('a', 1500, 'first');
    clock.now += day;
    await retention.run();
    await write('a', 10, 'second');
    clock.now += 6.5 * day;
    await retention.run();
    expect(count('a')).toBe(10);
    expect(expired).toEqual([['a', 1500, 'age']]);
    expect(engine.open('a').shard.find('first0')).toBeUndefined();
    expect(engine.open('a').shard.find('second0')).toBeDefined();
    expect([...engine.files.documents.getKeys()]).toHaveLength(10);
    expect([...engine.files.ids.getKeys()]).toHaveLength(10);
    await write('a', 5, 'first');
    expect(count('a')).toBe(15);
    await engine.close();
  });

  it('takes alerts away, too, by age', async () => {
    const { clock, engine, retention, write, count } = harness();
    await write('alerts', 3);
    for (const days of [1, 8]) {
      clock.now += days * day;
      await retention.run();
    }
    expect(count('alerts')).toBe(0);
    await engine.close();
  });

  it('goes on with what a restart interrupted', async () => {
    const { clock, engine, write, folder } = harness();
    await write('a', 3000);
    await engine.write(() => engine.deleteIndex(engine.open('a').record));
    await engine.close();
    const again = harness(2 ** 40, folder);
    again.clock.now = clock.now;
    expect([...again.engine.files.documents.getKeys()]).toHaveLength(3000);
    await again.retention.run();
    for (const database of ['documents', 'ids', 'columns', 'segments'] as const)
      expect([database, [...again.engine.files[database].getKeys()].length]).toEqual([database, 0]);
    expect(again.engine.catalog.all('trash')).toEqual([]);
    await again.engine.close();
  });
});

describe('retention by size', () => {
  it('spares the index of episodes by the name that is configured for it', async () => {
    const { clock, engine, retention, write, count } = harness(1, newFolder(), { alerts: 'incidents' });
    for (const index of ['incidents', 'alerts']) {
      await write(index, 100);
      await engine.write(() => engine.open(index).shard.seal());
      clock.now += 1000;
    }
    await retention.run();
    expect(['incidents', 'alerts'].map(count)).toEqual([100, 0]);
    await engine.close();
  });

  it('takes what was written longest ago, of any index but the alerts', async () => {
    const text = 'x'.repeat(1000);
    const { clock, engine, expired, retention, write, count } = harness(590_000);
    for (const [at, index] of ['alerts', 'a', 'b', 'c'].entries()) {
      clock.now += 1000 * (at + 1);
      await write(index, 100, '', text);
    }
    await retention.run();
    expect(['alerts', 'a', 'b', 'c'].map(count)).toEqual([100, 0, 0, 100]);
    expect(expired.map(([index, , reason]) => [index, reason])).toEqual([
      ['a', 'size'],
      ['b', 'size'],
    ]);
    await engine.close();
  });

  it('keeps the file within a fifth of the size, whatever the documents and columns take', async () => {
    const keepSize = 24 * 2 ** 20;
    const { clock, engine, retention, write, folder } = harness(keepSize);
    const text = (part: number) =>
      Array.from({ length: 60 }, (_, at) => `word${(part * 31 + at * 7) % 4_001}`).join(' ');
    for (let part = 0; part < 60; part++) {
      clock.now += 1000;
      await write('a', 1_500, `p${part}-`, text(part));
      await retention.run();
    }
    const { size } = statSync(join(folder, 'store.mdb'));
    expect(size).toBeLessThan(1.2 * keepSize);
    // It is no empty shell either: most of the size is in use.
    expect(engine.open('a').shard.bytes).toBeGreaterThan(keepSize / 5);
    await engine.close();
  });

  it('counts no bytes of documents that were replaced once their segment is gone', async () => {
    const { clock, engine, retention, write, count } = harness();
    await write('alerts', 50);
    clock.now += day;
    await retention.run();
    await write('alerts', 50);
    await retention.run();
    expect(count('alerts')).toBe(50);
    expect(engine.open('alerts').shard.segments).toHaveLength(1);
    await engine.close();
  });
});

describe('the file', () => {
  it('takes new documents where old ones were, and grows no further', async () => {
    const { clock, engine, retention, write, count, folder } = harness();
    const text = 'a line of some length '.repeat(20);
    const sizes: number[] = [];
    for (let week = 0; week < 6; week++) {
      await write('a', 5_000, `w${week}-`, text);
      await retention.run();
      clock.now += 9 * day;
      await retention.run();
      expect(count('a')).toBe(0);
      sizes.push(statSync(join(folder, 'store.mdb')).size);
    }
    expect(sizes[5]).toBeLessThanOrEqual(sizes[2]! * 1.1);
    await engine.close();
  });

  it('gives back to the disk, at the next start, what is empty, and keeps every document', async () => {
    const { clock, engine, retention, write, count, folder } = harness();
    const text = 'a line of some length '.repeat(20);
    await write('a', 20_000, 'old-', text);
    clock.now += 9 * day;
    await write('a', 100, 'new-', text);
    await retention.run();
    // Pages are free for others only when nobody reads what was there, a transaction or two later.
    for (let at = 0; at < 4; at++) await write('b', 1, `${at}`);
    const kept = count('a');
    expect(kept).toBeLessThan(5_000);
    await engine.close();

    const { before, after } = (await compact(folder, 0))!;
    expect(after).toBeLessThan(before / 2);
    expect(statSync(join(folder, 'store.mdb')).size).toBe(after);
    const again = harness(2 ** 40, folder);
    expect([again.count('a'), again.count('b')]).toEqual([kept, 4]);
    await again.write('a', 5, 'newest-');
    expect(again.count('a')).toBe(kept + 5);
    await again.engine.close();
  });

  it('is left alone where it is full, where it is small, and where there is none', async () => {
    expect(await compact(newFolder(), 0)).toBeUndefined();
    const { engine, write, folder } = harness();
    await write('a', 5_000, '', 'a line of some length '.repeat(20));
    await engine.close();
    expect(await compact(folder, 0)).toBeUndefined();
    expect(await compact(folder)).toBeUndefined();
    const again = harness(2 ** 40, folder);
    expect(again.count('a')).toBe(5_000);
    await again.engine.close();
  });

  it('is not replaced by a copy that was begun before the process died', async () => {
    const { engine, write, folder } = harness();
    await write('a', 10);
    await engine.close();
    writeFileSync(join(folder, 'store.mdb.compact'), 'half of it');
    await compact(folder);
    expect(existsSync(join(folder, 'store.mdb.compact'))).toBe(false);
    const again = harness(2 ** 40, folder);
    expect(again.count('a')).toBe(10);
    await again.engine.close();
  });
});
