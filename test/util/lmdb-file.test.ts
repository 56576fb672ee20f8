import { copyFileSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import type { RootDatabase } from 'lmdb';
import { describe, expect, it, onTestFinished } from 'vitest';
import { findLmdbDamage, openLmdb, readMeta, referencesOf, untilWritten } from '../../src/util/lmdb.ts';
import { aFolder } from '../support/folder.ts';

const FILE = 'x.mdb';

function anEnvironment(folder = aFolder()) {
  const root = openLmdb(folder, FILE, { maxDbs: 4 });
  onTestFinished(() => root.close());
  const database = (name: string) => root.openDB<Buffer, number>({ name, encoding: 'binary' });
  return { root, path: join(folder, FILE), small: database('small'), large: database('large') };
}

/** An environment of two databases with a few transactions behind it, closed. */
async function aClosedFile(): Promise<string> {
  const { root, path, small, large } = anEnvironment();
  for (let round = 0; round < 20; round += 1)
    await untilWritten(
      small.batch(() => {
        for (let key = 0; key < 50; key += 1) void small.put(round * 50 + key, Buffer.alloc(100, 'x'));
        void large.put(round, Buffer.alloc(1 + round * 1_000, 'y'));
      }),
    );
  await root.close();
  return path;
}

const metasOf = (path: string) => {
  const bytes = readFileSync(path);
  const first = readMeta(bytes)!;
  return [first, readMeta(bytes.subarray(first.pageSize))!] as const;
};

function overwrite(path: string, at: number, bytes: Buffer): void {
  const whole = readFileSync(path);
  whole.set(bytes, at);
  writeFileSync(path, whole);
}

describe('a file of LMDB', () => {
  it('is whole when nobody touched it, and where there is none', async () => {
    expect(findLmdbDamage(await aClosedFile())).toBeUndefined();
    expect(findLmdbDamage(join(aFolder(), FILE))).toBeUndefined();
  });

  it('is whole when it was made and nothing was written', async () => {
    const { root, path } = anEnvironment();
    await root.close();
    expect(findLmdbDamage(path)).toBeUndefined();
  });

  it('is whole after any writes and removals, transaction by transaction', async () => {
    const write = fc.record({
      key: fc.nat(60),
      large: fc.boolean(),
      length: fc.oneof(fc.constant(0), fc.nat(200), fc.nat(40_000)),
    });
    const transactions = fc.array(fc.array(write, { minLength: 1, maxLength: 30 }), { maxLength: 15 });
    await fc.assert(
      fc.asyncProperty(transactions, async (all) => {
        const { root, path, small, large } = anEnvironment();
        for (const writes of all) {
          await untilWritten(
            small.batch(() => {
              for (const { key, large: isLarge, length } of writes) {
                const database = isLarge ? large : small;
                void (length === 0 ? database.remove(key) : database.put(key, Buffer.alloc(length, 'z')));
              }
            }),
          );
          expect(findLmdbDamage(path)).toBeUndefined();
        }
        await (root as RootDatabase).close();
      }),
      { numRuns: 10 },
    );
  });

  it('is told from one that is cut short, wherever that is', async () => {
    const path = await aClosedFile();
    const { size } = statSync(path);
    for (const length of [size - 1, size - 5_000, Math.floor(size / 2), 9_000, 5_000, 100]) {
      copyFileSync(path, `${path}.cut`);
      truncateSync(`${path}.cut`, length);
      expect(findLmdbDamage(`${path}.cut`), `${length} of ${size}`).toMatch(/cut short|header/);
    }
  });

  it('may be shorter than it once was, where the end was free', async () => {
    const path = await aClosedFile();
    const newest = metasOf(path).findIndex(({ transaction }, _, all) =>
      all.every((other) => other.transaction <= transaction),
    );
    const [{ pageSize, lastPage }] = metasOf(path);
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(BigInt(lastPage + 10));
    overwrite(path, newest * pageSize + 24 + 120, bytes);
    expect(findLmdbDamage(path)).toBeUndefined();
  });

  it.each([
    ['first', 0, 'its first page is no header of an LMDB file'],
    ['second', 1, 'its second header page is damaged'],
  ])('is told from one whose %s header page is damaged', async (_, page, fault) => {
    const path = await aClosedFile();
    overwrite(path, page * metasOf(path)[0].pageSize, Buffer.alloc(64, 0xff));
    expect(findLmdbDamage(path)).toBe(fault);
  });

  it('is told from one with a page of zeros or of garbage where the last transaction wrote', async () => {
    const path = await aClosedFile();
    const newest = metasOf(path).reduce((one, other) => (one.transaction > other.transaction ? one : other));
    const whole = readFileSync(path);
    const main = newest.roots[1]!;
    const mainPage = whole.subarray(main * newest.pageSize, (main + 1) * newest.pageSize);
    const trees = referencesOf(mainPage, newest.pageSize)!.map(({ page }) => page);
    expect(trees).toHaveLength(2);
    for (const page of [...newest.roots, ...trees])
      for (const value of [0, 0xff, 0x41]) {
        copyFileSync(path, `${path}.torn`);
        overwrite(`${path}.torn`, page * newest.pageSize, Buffer.alloc(newest.pageSize, value));
        expect(findLmdbDamage(`${path}.torn`)).toBe(`page ${page} is damaged`);
      }
  });

  it('has pages that no bytes can make it fail over', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 4_096, maxLength: 4_096 }), (bytes) => {
        const references = referencesOf(Buffer.from(bytes), 4_096);
        expect(references === undefined || Array.isArray(references)).toBe(true);
      }),
    );
  });
});
