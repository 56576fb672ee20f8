import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Discovery } from '../../../src/inputs/file/discovery.ts';
import { pathPattern } from '../../../src/inputs/file/glob.ts';
import { aFolder } from '../../support/folder.ts';

function aTree(...paths: string[]): string {
  const folder = aFolder();
  for (const path of paths) {
    mkdirSync(`${folder}/${path}`.replace(/\/[^/]*$/, ''), { recursive: true });
    writeFileSync(`${folder}/${path}`, 'x');
  }
  return folder;
}

const discovery = (
  folder: string,
  paths: string[],
  changes: { exclude?: string[]; symlinks?: boolean; now?: () => number } = {},
) =>
  new Discovery({
    exclude: [],
    symlinks: false,
    now: Date.now,
    ...changes,
    paths: paths.map((path) => `${folder}/${path}`),
  });

const namesIn = async (looking: Discovery, folder: string) =>
  [...(await looking.look()).keys()].map((path) => path.slice(folder.length + 1)).sort();

describe('patterns of paths', () => {
  const tree = [
    'a.log',
    'b.txt',
    'app/x.log',
    'app/y.log.1',
    'app/deep/z.log',
    'web-1/x.log',
    'web-2/x.log',
    '.hidden.log',
  ];

  it.each([
    ['one file', ['a.log'], ['a.log']],
    ['a star', ['*.log'], ['.hidden.log', 'a.log']],
    ['a question mark', ['web-?/x.log'], ['web-1/x.log', 'web-2/x.log']],
    ['a class', ['web-[2-9]/*.log'], ['web-2/x.log']],
    ['alternatives', ['{app,web-1}/x.log'], ['app/x.log', 'web-1/x.log']],
    ['alternatives with folders', ['{app/deep/z,a}.log'], ['a.log', 'app/deep/z.log']],
    ['folders by a star', ['*/x.log'], ['app/x.log', 'web-1/x.log', 'web-2/x.log']],
    [
      'any depth',
      ['**/*.log'],
      ['.hidden.log', 'a.log', 'app/deep/z.log', 'app/x.log', 'web-1/x.log', 'web-2/x.log'],
    ],
    ['any depth below a folder', ['app/**'], ['app/deep/z.log', 'app/x.log', 'app/y.log.1']],
    ['several, each file once', ['*.log', 'a.*'], ['.hidden.log', 'a.log']],
    ['nothing that is there', ['nowhere/*.log'], []],
  ])('match %s', async (_, paths, expected) => {
    const folder = aTree(...tree);
    expect(await namesIn(discovery(folder, paths), folder)).toEqual(expected);
  });

  it('leave out by name or by path', async () => {
    const folder = aTree(...tree);
    const without = discovery(folder, ['**/*.log'], { exclude: ['x.log', `${folder}/app/**`] });
    expect(await namesIn(without, folder)).toEqual(['.hidden.log', 'a.log']);
  });

  it('go into no folder where nothing can match', () => {
    const pattern = pathPattern('/var/log/app-*/x.log');
    expect(pattern.base).toBe('/var/log');
    expect(['/var/log/app-1', '/var/log/web', '/var/log/app-1/deep'].map(pattern.mayHold)).toEqual([
      true,
      false,
      false,
    ]);
  });
});

describe('a look', () => {
  it('says which names may mean another file, and asks a quiet folder only for its time', async () => {
    const folder = aTree('a.log');
    let now = Date.now() + 60_000;
    const looking = discovery(folder, ['*.log'], { now: () => now });
    const first = await looking.look();
    expect([...first.values()].map(({ changed }) => changed)).toEqual([true]);
    now += 100;
    const second = await looking.look();
    expect([...second.values()].map(({ changed }) => changed)).toEqual([false]);
    renameSync(`${folder}/a.log`, `${folder}/b.log`);
    const third = await looking.look();
    expect([...third.values()]).toEqual([{ path: `${folder}/b.log`, changed: true }]);
  });

  it('lists a folder anew every ten seconds, for some file systems keep no times', async () => {
    const folder = aTree('a.log');
    let now = Date.now() + 60_000;
    const looking = discovery(folder, ['*.log'], { now: () => now });
    await looking.look();
    now += 10_000;
    expect([...(await looking.look()).values()][0]!.changed).toBe(true);
  });

  it('sees what two patterns share as changed for both', async () => {
    const folder = aTree('a.log', 'b.log');
    const looking = discovery(folder, ['a*', 'b*']);
    expect([...(await looking.look()).values()].map(({ changed }) => changed)).toEqual([true, true]);
  });

  it('forgets a folder that is gone, and finds it when it is back', async () => {
    const folder = aTree('app/a.log');
    const looking = discovery(folder, ['*/*.log']);
    expect(await namesIn(looking, folder)).toEqual(['app/a.log']);
    rmSync(`${folder}/app`, { recursive: true });
    expect(await namesIn(looking, folder)).toEqual([]);
    mkdirSync(`${folder}/app`);
    writeFileSync(`${folder}/app/a.log`, 'x');
    expect(await namesIn(looking, folder)).toEqual(['app/a.log']);
  });

  it('follows links where that is set, and ends where they go in circles', async () => {
    const folder = aTree('app/a.log');
    symlinkSync(folder, `${folder}/app/loop`);
    expect(await namesIn(discovery(folder, ['*/*.log']), folder)).toEqual(['app/a.log']);
    const names = await namesIn(discovery(folder, ['**/*.log'], { symlinks: true }), folder);
    expect(names).toContain('app/loop/app/a.log');
    expect(names.length).toBeLessThan(100);
  });
});
