import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { root, sourcesIn } from '../support/source-tree.ts';

const { entries, external, unused } = (await import(
  new URL('../../scripts/bundle.mjs', import.meta.url).href
)) as { entries: string[]; external: string[]; unused: Record<string, string> };
const src = sourcesIn('src');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  dependencies: Record<string, string>;
  optionalDependencies: Record<string, string>;
};
const textOf = (path: string) => readFileSync(join(root, path), 'utf8');

/** Modules from which a thread starts: those that are named in a call, and those of the readers. */
function threads(): string[] {
  const named = src.flatMap(({ text }) =>
    [...text.matchAll(/workerFile\('([^']+)'\)/g)].map(([, name]) => name!),
  );
  const readers = readdirSync(join(root, 'src/readers'), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `readers/${name}/worker`);
  return [...named, ...readers];
}

const sourcesBuilt = (...folders: string[]) =>
  folders.flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((name) => name.endsWith('.js'))
      .map((name) => textOf(`${folder}/${name}`)),
  );

/** What the chunk of a module exports that is loaded late. */
async function built(module: string): Promise<Record<string, unknown>> {
  const folder = join(root, 'dist/chunks');
  const chunks = readdirSync(folder).filter((name) => name.startsWith(`${module.split('/').at(-1)}-`));
  const [chunk] = chunks.filter((name) => textOf(`dist/chunks/${name}`).includes('export {'));
  return (await import(pathToFileURL(join(folder, chunk!)).href)) as Record<string, unknown>;
}

describe('the bundle', () => {
  it('has an entry for the program and for each thread, and no others', () => {
    expect(threads().length).toBeGreaterThan(6);
    expect([...entries].sort()).toEqual(['main', ...threads()].sort());
  });

  it.each(entries)('%s is built from a module, and loads chunks in place of modules', (entry) => {
    expect(existsSync(join(root, `src/${entry}.ts`))).toBe(true);
    const imports = [...textOf(`dist/${entry}.js`).matchAll(/(?:from |import\()"(\.[^"]+)"/g)];
    expect(imports.length).toBeGreaterThan(0);
    for (const [, specifier] of imports) expect(specifier).toMatch(/^(\.\.?\/)+chunks\//);
  });

  it('has no package outside itself but those that it names', () => {
    const own = [
      ...entries.map((entry) => `dist/${entry}.js`),
      ...readdirSync(join(root, 'dist/chunks'))
        .filter((name) => name.endsWith('.js'))
        .map((name) => `dist/chunks/${name}`),
    ];
    const outside = own.flatMap((path) =>
      [...textOf(path).matchAll(/^(?:import|\} from|import .* from) "([^"]+)";$/gm)].map(
        ([, specifier]) => specifier!,
      ),
    );
    expect(outside.length).toBeGreaterThan(entries.length);
    const packages = outside.filter((specifier) => !isBuiltin(specifier) && !specifier.startsWith('.'));
    expect(packages.filter((name) => !external.includes(name))).toEqual([]);
  });

  it('has no package that is loaded late by its own name: of CommonJS the names would be lost', () => {
    const late = [...src, ...sourcesIn('packages')].flatMap(({ path, text }) =>
      [...text.matchAll(/(?<!typeof )import\('([^.'][^']*)'\)/g)].map(([, name]) => ({ path, name: name! })),
    );
    expect(late.map(({ name }) => name)).toContain('kafkajs');
    const lost = late.filter(({ name }) => !external.includes(name));
    expect(lost, 'import it in a module that exports what is needed, as src/util/undici.ts does').toEqual([]);
  });

  it('exports what is loaded late', async () => {
    const { Agent, buildConnector, fetch, request } = await built('util/undici');
    const { createTransport } = await built('notifiers/email/nodemailer');
    for (const one of [Agent, buildConnector, fetch, request, createTransport])
      expect(one).toBeTypeOf('function');
  });

  it('has nothing of packages that are loaded and never called, and of the undici of Elasticsearch what its client takes', () => {
    const chunks = sourcesBuilt('dist/chunks', 'dist/app').join('\n');
    expect(chunks).toContain('// node_modules/fastify/fastify.js');
    for (const name of [...Object.keys(unused), 'ajv', 'fast-json-stringify/lib/validator'])
      expect(chunks).not.toContain(`// node_modules/${name}/`);
    const taken = readdirSync(join(root, 'node_modules/@elastic/transport/lib'), { recursive: true })
      .filter((name) => String(name).endsWith('.js'))
      .map((name) => textOf(`node_modules/@elastic/transport/lib/${name}`))
      .flatMap((text) => [...text.matchAll(/\bundici_\d+\.(\w+)/g)].map(([, name]) => name!));
    expect(new Set(taken)).toEqual(new Set(['buildConnector', 'Pool']));
    expect(chunks).not.toContain('// node_modules/@elastic/transport/node_modules/undici/index.js');
    expect(chunks).toContain('// node_modules/@elastic/elasticsearch/lib/client.js');
    for (const part of ['api/', 'helpers.js'])
      expect(chunks).not.toContain(`// node_modules/@elastic/elasticsearch/lib/${part}`);
    expect(chunks).not.toContain('// node_modules/lmdb/open.js');
  });

  it('names the licences of the packages of which it has code', () => {
    const notices = textOf('dist/chunks/LICENSES.txt');
    const bundled = Object.keys(manifest.dependencies).filter(
      (name) => !name.startsWith('@logboom/') && !external.includes(name),
    );
    expect(bundled.length).toBeGreaterThan(10);
    for (const name of bundled) expect(notices).toMatch(new RegExp(`^${name} \\d`, 'm'));
    for (const name of external) expect(notices).not.toMatch(new RegExp(`^${name} \\d`, 'm'));
  });
});
