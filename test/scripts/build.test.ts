import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { aFolder } from '../support/folder.ts';

const { removeStale } = (await import(new URL('../../scripts/build.mjs', import.meta.url).href)) as {
  removeStale(source: string, output: string): string[];
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
