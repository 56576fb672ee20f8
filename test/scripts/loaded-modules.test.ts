import { isBuiltin } from 'node:module';
import { type BuildOptions, build, type Metafile } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';

const { options } = (await import(new URL('../../scripts/bundle.mjs', import.meta.url).href)) as {
  options: BuildOptions;
};

/** The modules of which a chunk holds code. */
const modulesIn = ({ inputs }: Metafile['outputs'][string]): string[] =>
  Object.entries(inputs).flatMap(([path, { bytesInOutput }]) => (bytesInOutput > 0 ? [path] : []));

/** What loads at once with a module: packages by name, and folders or files of src. */
function loadedWith(entry: string, { outputs }: Metafile): { packages: string[]; parts: string[] } {
  const chunks = new Set(Object.keys(outputs).filter((path) => outputs[path]!.entryPoint === entry));
  expect(chunks.size, `${entry} is loaded late, or is an entry`).toBe(1);
  for (const path of chunks)
    for (const { path: next, kind, external } of outputs[path]!.imports)
      if (kind !== 'dynamic-import' && !external) chunks.add(next);
  const modules = [...chunks].flatMap((path) => modulesIn(outputs[path]!));
  const external = [...chunks].flatMap((path) =>
    outputs[path]!.imports.flatMap(({ path: name, kind, external: outside }) =>
      outside && kind !== 'dynamic-import' && !isBuiltin(name) ? [name] : [],
    ),
  );
  const packages = modules.flatMap((path) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []);
  const parts = modules.flatMap((path) => /^src\/([^/]+)/.exec(path)?.[1] ?? []);
  const sorted = (names: string[]) => [...new Set(names)].sort();
  return { packages: sorted([...packages, ...external]), parts: sorted(parts) };
}

/** Parts that hold no engine, input or sink. */
const light = ['cli', 'errors.ts', 'model', 'model.ts', 'util'];
const client = [...light, 'config', 'dashboards', 'listeners', 'parsers', 'telemetry'];

describe('what a command loads', () => {
  let metafile: Metafile;
  beforeAll(async () => {
    ({ metafile } = await build({ ...options, metafile: true, write: false, logLevel: 'error' }));
  });

  it.each([
    ['version, help and the definitions of all commands', 'cli/main', ['citty'], [...light, 'parsers']],
    ['status', 'cli/commands/status', [], client],
    ['reload', 'cli/commands/reload', [], client],
    ['alerts', 'cli/commands/alerts', [], client],
    ['silence', 'cli/commands/silence', [], client],
    ['the address of a server', 'cli/api-settings', ['picomatch', 'yaml', 'zod'], client],
  ])('is for %s no more than it needs', (_, entry, packages, parts) => {
    const loaded = loadedWith(`src/${entry}.ts`, metafile);
    expect(loaded.packages.filter((name) => !packages.includes(name))).toEqual([]);
    expect(loaded.parts.filter((name) => !parts.includes(name))).toEqual([]);
  });

  it.each([
    ['the main thread of a server', 'app/app', ['@elastic/elasticsearch', 'nodemailer', 'kafkajs']],
    ['the analyser', 'readers/analyser/worker', ['@elastic/elasticsearch', 'nodemailer', 'fastify', 'yaml']],
    ['the indexer', 'readers/indexer/worker', ['nodemailer', 'fastify', 'yaml']],
    ['the store', 'app/store-worker', ['@elastic/elasticsearch', 'zod', 'yaml']],
  ])('leaves out of %s what is needed later, or by other threads', (_, entry, others) => {
    const { packages } = loadedWith(`src/${entry}.ts`, metafile);
    expect(packages).toContain('pino');
    expect(packages.filter((name) => others.includes(name))).toEqual([]);
  });

  it('has no texts of zod in other languages: `import * as z` leaves them out, and `import { z }` does not', () => {
    const locales = Object.values(metafile.outputs).flatMap((output) =>
      modulesIn(output).flatMap((path) => /zod\/v4\/locales\/(\w+)\.js/.exec(path)?.[1] ?? []),
    );
    expect([...new Set(locales)]).toEqual(['en']);
  });
});
