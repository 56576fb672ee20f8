import { mkdirSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { Directories } from '../../../src/inputs/file/directories.ts';
import { Discovery } from '../../../src/inputs/file/discovery.ts';
import { type Fingerprint, fingerprintOf } from '../../../src/inputs/file/fingerprint.ts';
import { FingerprintIndex } from '../../../src/inputs/file/fingerprint-index.ts';
import { FrugalHeap } from '../../../src/inputs/file/frugal-heap.ts';
import { eventually } from '../../support/eventually.ts';
import { aFolder } from '../../support/folder.ts';
import { append, numbered, reading } from './support.ts';

describe('of more files than may be open', () => {
  it('those are closed to which nothing is added, and those stay open that grow again and again', async () => {
    const folder = aFolder();
    const names = numbered('file', 0, 12);
    for (const name of names) append(`${folder}/${name}.log`, name);
    const { stored, input } = await reading({ paths: [`${folder}/*.log`], maxOpen: 4 });
    await stored(names);
    await eventually(() => expect(input.stats().files!.open).toBe(0));
    const written = [...names];
    for (let round = 0; round < 3; round += 1) {
      append(`${folder}/file 3.log`, `again ${round}`);
      written.push(`again ${round}`);
      await stored(written);
    }
    await eventually(() => expect(input.stats().files!.open).toBe(1));
  });

  it('one with an incomplete event is kept until the event is complete', async () => {
    const folder = aFolder();
    for (const name of numbered('file', 0, 6)) append(`${folder}/${name}.log`, name, '  more');
    const { stored } = await reading({
      paths: [`${folder}/*.log`],
      maxOpen: 2,
      multiline: { language: 'python', timeout: '300ms' },
    });
    await stored(numbered('file', 0, 6).map((name) => `${name}\n  more`));
  });
});

const item = (path: string, text: string) => ({
  state: { path, fingerprint: fingerprintOf(Buffer.from(text)) },
});

describe('the index of fingerprints', () => {
  it('finds one, two and three files that begin alike, and those that are left', () => {
    const index = new FingerprintIndex<{ state: { path: string; fingerprint: Fingerprint } }>();
    const head = Buffer.from('x'.repeat(1_024));
    const items = ['/a.log', '/b.log', '/c.log'].map((path) => item(path, head.toString()));
    const found = () =>
      index
        .find('/any', head)
        .map(({ state }) => state.path)
        .sort();
    expect(found()).toEqual([]);
    index.add(items[0]!);
    index.add(items[0]!);
    expect(found()).toEqual(['/a.log']);
    index.add(items[1]!);
    index.add(items[2]!);
    expect(found()).toEqual(['/a.log', '/b.log', '/c.log']);
    index.delete(items[1]!);
    expect(found()).toEqual(['/a.log', '/c.log']);
    index.delete(items[0]!);
    index.delete(items[0]!);
    expect(found()).toEqual(['/c.log']);
    index.delete(items[2]!);
    expect(found()).toEqual([]);
    index.delete(item('/d.log', head.toString()));
    index.add(items[1]!);
    expect(found()).toEqual(['/b.log']);
  });

  it('does not remove another file that begins alike', () => {
    const index = new FingerprintIndex<{ state: { path: string; fingerprint: Fingerprint } }>();
    const head = Buffer.from('y'.repeat(1_024));
    const [one, other] = [item('/a.log', head.toString()), item('/b.log', head.toString())];
    index.add(one);
    index.delete(other);
    expect(index.find('/any', head)).toEqual([one]);
  });
});

/** A folder whose time is so old that a listing of it is trusted. */
function anOldFolder(files: number): string {
  const folder = aFolder();
  for (let number = 0; number < files; number += 1) writeFileSync(`${folder}/${number}.log`, '');
  age(folder);
  return folder;
}
const age = (folder: string) => utimesSync(folder, 1_600_000_000, 1_600_000_000);

describe('a directory', () => {
  it.each([
    [10, true],
    [1_000, false],
  ])('of %d files that is listed again because of its age counts as changed: %s', async (files, changed) => {
    const folder = anOldFolder(files);
    let now = Date.now();
    const directories = new Directories(false, () => now);
    const look = async () => {
      const listing = await directories.list(folder);
      return typeof listing === 'object' && listing.changed;
    };
    expect(await look()).toBe(true);
    expect(await look()).toBe(false);
    now += 11_000;
    expect(await look()).toBe(changed);
    expect(await look()).toBe(false);
    now += 61_000;
    expect(await look()).toBe(true);
  });

  it('of many files counts as changed when a name moves, whatever its time says', async () => {
    const folder = anOldFolder(1_000);
    let now = Date.now();
    const directories = new Directories(false, () => now);
    await directories.list(folder);
    renameSync(`${folder}/7.log`, `${folder}/7.old`);
    age(folder);
    now += 11_000;
    expect(await directories.list(folder)).toMatchObject({ changed: true });
  });
});

describe('a look at directories that hold what they held', () => {
  const discovery = (...paths: string[]) =>
    new Discovery({ paths, exclude: [], symlinks: false, now: Date.now });

  it('finds the same without matching names again', async () => {
    const folder = anOldFolder(3);
    const looking = discovery(`${folder}/*.log`);
    await looking.look();
    const second = await looking.look();
    expect([...second.values()].map(({ changed }) => changed)).toEqual([false, false, false]);
    expect(await looking.look()).toBe(second);
    writeFileSync(`${folder}/new.log`, '');
    expect((await looking.look()).has(`${folder}/new.log`)).toBe(true);
  });

  it('sees what was expired, what appears below, and what is gone', async () => {
    const folder = anOldFolder(1);
    const looking = discovery(`${folder}/**/*.log`);
    for (let round = 0; round < 3; round += 1) await looking.look();
    looking.expire(`${folder}/0.log`);
    expect([...(await looking.look()).values()]).toEqual([{ path: `${folder}/0.log`, changed: true }]);
    mkdirSync(`${folder}/below`);
    writeFileSync(`${folder}/below/x.log`, '');
    expect((await looking.look()).size).toBe(2);
    rmSync(`${folder}/below`, { recursive: true });
    expect((await looking.look()).size).toBe(1);
  });

  it('finds a directory that was missing before', async () => {
    const folder = anOldFolder(1);
    const looking = discovery(`${folder}/*.log`, `${folder}-later/*.log`);
    for (let round = 0; round < 3; round += 1) await looking.look();
    mkdirSync(`${folder}-later`);
    writeFileSync(`${folder}-later/x.log`, '');
    expect((await looking.look()).size).toBe(2);
    rmSync(`${folder}-later`, { recursive: true });
    expect((await looking.look()).size).toBe(1);
    expect(statSync(folder).isDirectory()).toBe(true);
  });
});

describe('a small heap', () => {
  it('can be asked for by several inputs, and leaves no function behind', () => {
    const heaps = [new FrugalHeap(), new FrugalHeap()];
    for (const heap of heaps) {
      heap.report(10);
      heap.report(5_000);
      heap.report(6_000);
    }
    for (const heap of heaps) {
      heap.report(4_999);
      heap.release();
      heap.release();
    }
    expect(runInNewContext('typeof gc')).toBe('undefined');
  });
});
