import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { aFolder } from '../support/folder.ts';

const { removeStale } = (await import(new URL('../../scripts/build.mjs', import.meta.url).href)) as {
  removeStale(source: string, output: string): string[];
};

const { replaceFiles } = (await import(new URL('../../scripts/web.mjs', import.meta.url).href)) as {
  replaceFiles(folder: string, files: { name: string; contents: string }[]): void;
};

/** Writes empty files and returns their folder. */
function aFolderWith(...paths: string[]): string {
  const folder = aFolder();
  for (const path of paths) {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), '');
  }
  return folder;
}

describe('outputs of a build', () => {
  const aSource = () => aFolderWith('main.ts', 'a/kept.ts');

  it('are removed where their source is gone', () => {
    const output = aFolderWith(
      'main.js',
      'main.js.map',
      'moved.js',
      'moved.js.map',
      'a/moved.d.ts',
      'a/kept.js',
    );
    expect(removeStale(aSource(), output).toSorted()).toEqual(['a/moved.d.ts', 'moved.js', 'moved.js.map']);
    expect(readdirSync(output).toSorted()).toEqual(['a', 'main.js', 'main.js.map']);
    expect(readdirSync(join(output, 'a'))).toEqual(['kept.js']);
  });

  it('are left alone where tsc did not write them', () => {
    const output = aFolderWith('main.js', '.tsbuildinfo', 'page.html', 'chunks/app-A1.js', 'web/main-B2.js');
    expect(removeStale(aSource(), output)).toEqual([]);
  });
});

describe('the folder of the pages', () => {
  const files = (hash: string) => [
    { name: `main-${hash}.js`, contents: `script ${hash}` },
    { name: 'index.html', contents: `page of ${hash}` },
  ];
  const contentOf = (folder: string) =>
    Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'utf8')]));

  it('holds the files of the last build and no others', () => {
    const folder = join(aFolder(), 'web');
    replaceFiles(folder, files('A1'));
    expect(contentOf(folder)).toEqual({ 'main-A1.js': 'script A1', 'index.html': 'page of A1' });
    replaceFiles(folder, files('B2'));
    expect(contentOf(folder)).toEqual({ 'main-B2.js': 'script B2', 'index.html': 'page of B2' });
    expect(readdirSync(join(folder, '..'))).toEqual(['web']);
  });

  it('keeps its page while a build fails half-way', () => {
    const folder = join(aFolder(), 'web');
    replaceFiles(folder, files('A1'));
    const unwritable = { name: 'no-such-folder/main.css', contents: '' };
    expect(() => replaceFiles(folder, [unwritable, ...files('B2')])).toThrow(/ENOENT/);
    expect(contentOf(folder)).toEqual({ 'main-A1.js': 'script A1', 'index.html': 'page of A1' });
  });
});
