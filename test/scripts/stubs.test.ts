import { readdirSync, readFileSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root, sourcesIn } from '../support/source-tree.ts';

const require = createRequire(import.meta.url);
const textsIn = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.js'))
    .map((name) => readFileSync(join(root, folder, name), 'utf8'));

/** The names that compiled modules read of a package, and the modules of it that they load. */
function readOf(texts: readonly string[], name: string): { names: string[]; modules: string[] } {
  const load = new RegExp(`const (\\w+) = require\\("(${name}(?:/[^"]+)?)"\\)`);
  const names = new Set<string>();
  const modules = new Set<string>();
  for (const text of texts) {
    const [, variable, module] = load.exec(text) ?? [];
    if (variable === undefined) continue;
    modules.add(module!);
    for (const [, one] of text.matchAll(new RegExp(`\\b${variable}\\.(\\w+)`, 'g'))) names.add(one!);
  }
  return { names: [...names].toSorted(), modules: [...modules] };
}

describe('a package that stands in for a larger one', () => {
  it.each([
    ['apache-arrow', 'apache-arrow/Arrow.node', 'node_modules/@elastic/elasticsearch/lib'],
    [
      '@opentelemetry/semantic-conventions',
      '@opentelemetry/semantic-conventions',
      'node_modules/@opentelemetry/core/build/src',
    ],
  ])('%s has all that is read of it', (name, module, folder) => {
    const { names, modules } = readOf(textsIn(folder), name);
    expect(modules).toEqual([module]);
    expect(Object.keys(require(module) as object)).toEqual(expect.arrayContaining(names));
    expect(names.length).toBeGreaterThan(0);
  });

  it('is what is installed', () => {
    const links = ['apache-arrow', '@opentelemetry/semantic-conventions'];
    for (const name of links)
      expect(realpathSync(join(root, 'node_modules', name))).toContain(join(root, 'stubs'));
  });

  it('says what is missing where the part that needs it is used after all', () => {
    const { tableFromIPC } = require('apache-arrow/Arrow.node') as { tableFromIPC(): void };
    expect(() => tableFromIPC()).toThrow(
      'apache-arrow is not installed: remove "stubs/*" from the workspaces',
    );
  });

  it('is not needed: no source uses the ES|QL helper of the client', () => {
    const users = sourcesIn('src').filter(({ text }) => /\bhelpers\s*\.\s*esql\b|\.esql\b/.test(text));
    expect(users.map(({ path }) => path)).toEqual([]);
  });
});
