import { describe, expect, it } from 'vitest';
import {
  builtFilesIn,
  circlesIn,
  importGraph,
  packageOf,
  parseSource,
  targetOf,
  usedExports,
} from '../support/source-tree.ts';

const tree = (files: Record<string, string>) =>
  Object.entries(files).map(([path, text]) => parseSource(path, text));
const importsOf = (text: string) => parseSource('src/a.ts', text).imports;
const exportsOf = (text: string) => parseSource('src/a.ts', text).exports;

describe('an import', () => {
  it.each<[string, object]>([
    ["import { a, type B as C } from './b.ts';", { specifier: './b.ts', names: ['a', 'B'] }],
    ["import {\n  a,\n  b,\n} from './b.ts';", { specifier: './b.ts', names: ['a', 'b'] }],
    ["import type { A } from './b.ts';", { specifier: './b.ts', names: ['A'] }],
    [
      "import Fastify, { type Server } from 'fastify';",
      { specifier: 'fastify', names: ['default', 'Server'] },
    ],
    ["import * as all from './b.ts';", { specifier: './b.ts', names: ['*'] }],
    ["import './b.ts';", { specifier: './b.ts', names: [] }],
    ["const { a } = await import('./b.ts');", { specifier: './b.ts', names: ['*'] }],
    ["run((await import('./b.ts')).start);", { specifier: './b.ts', names: ['start'] }],
    ["type Config = import('./b.ts').Config;", { specifier: './b.ts', names: ['Config'] }],
    ["export { a as b } from './b.ts';", { specifier: './b.ts', names: [], exported: [['b', 'a']] }],
    ["export type * from './b.ts';", { specifier: './b.ts', names: ['*'], exported: [['*', '*']] }],
  ])('is read from %j', (text, expected) => {
    expect(importsOf(text)).toEqual([expected]);
  });

  it.each([
    "// import { a } from './b.ts';",
    "/** import { a } from './b.ts'; */",
    "  /*\nimport './b.ts';\n*/",
  ])('is not read from the comment %j', (text) => {
    expect(importsOf(text)).toEqual([]);
  });

  it.each([
    ['src/a/b.ts', './c.ts', 'src/a/c.ts'],
    ['src/a/b.ts', '../c.ts', 'src/c.ts'],
    ['test/a.test.ts', '../src/c.ts', 'src/c.ts'],
    ['scripts/a.mjs', '../dist/x/y.js', 'src/x/y.ts'],
    ['src/a.ts', 'zod', undefined],
  ])('in %s of %s means %s', (from, specifier, target) => {
    expect(targetOf(from, specifier)).toBe(target);
  });

  it.each([
    ['zod', 'zod'],
    ['vitest/node', 'vitest'],
    ['@elastic/elasticsearch/lib/api', '@elastic/elasticsearch'],
    ['node:fs', undefined],
    ['./b.ts', undefined],
  ])('of %s is of the package %s', (specifier, name) => {
    expect(packageOf(specifier)).toBe(name);
  });
});

describe('an export', () => {
  it.each([
    ['export const a = 1;', ['a']],
    ['export async function* read() {}', ['read']],
    ['export abstract class Base {}', ['Base']],
    ['export type { A, B as C };', ['A', 'C']],
    ["export { a, type B } from './b.ts';", ['a', 'B']],
    ['const a = 1;', []],
  ])('is read from %j', (text, names) => {
    expect(exportsOf(text)).toEqual(names);
  });

  it('is used where a file takes it through another that passes it on', () => {
    const files = tree({
      'src/a.ts': "import { y } from './index.ts';",
      'src/index.ts': "export { x as y, z } from './b.ts';\nexport * from './c.ts';",
      'src/b.ts': 'export const x = 1;\nexport const z = 2;',
      'src/c.ts': 'export const w = 1;',
    });
    const used = usedExports(files, files);
    expect([...used.get('src/index.ts')!]).toEqual(['y']);
    expect([...used.get('src/b.ts')!]).toEqual(['x']);
  });

  it('is used by code for another process that names the built file', () => {
    const outside = tree({ 'test/a.test.ts': 'run(`await import("../dist/b.js")`);' });
    const used = usedExports(outside, tree({ 'src/b.ts': 'export const x = 1;' }));
    expect([...used.get('src/b.ts')!]).toEqual(['*']);
    expect(builtFilesIn('"../dist/store/store.js"')).toEqual(['src/store/store.ts']);
  });
});

describe('a circle', () => {
  const circlesOf = (files: Record<string, string>) => circlesIn(importGraph(tree(files)));

  it('is found whatever the kind of its imports', () => {
    const files = {
      'src/a.ts': "import { b } from './b.ts';",
      'src/b.ts': "import type { C } from './c.ts';",
      'src/c.ts': "const { a } = await import('./a.ts');",
      'src/d.ts': "import { a } from './a.ts';",
    };
    expect(circlesOf(files)).toEqual([['src/a.ts', 'src/b.ts', 'src/c.ts']]);
  });

  it('is none where two files import the same third', () => {
    const files = {
      'src/a.ts': "import './b.ts';\nimport './c.ts';",
      'src/b.ts': "import './c.ts';",
      'src/c.ts': '',
    };
    expect(circlesOf(files)).toEqual([]);
  });

  it('may be a file that imports itself', () => {
    expect(circlesOf({ 'src/a.ts': "import './a.ts';" })).toEqual([['src/a.ts']]);
  });
});
