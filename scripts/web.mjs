// Bundles the pages of the dashboard from web/ into dist/web. Names hold a hash of the content, so that browsers may keep the files.
// The folder is complete at each moment: a server that starts while a build runs reads the pages of before or those of after.
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const output = `${root}dist/web`;

export async function buildWeb() {
  // Not imported above: `ready.mjs` runs before the packages are installed.
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: { main: 'web/src/main.tsx' },
    outdir: output,
    entryNames: '[name]-[hash]',
    bundle: true,
    minify: true,
    format: 'esm',
    target: ['es2022'],
    jsx: 'automatic',
    jsxImportSource: 'preact',
    tsconfigRaw: '{}',
    legalComments: 'eof',
    write: false,
    // The notations that logboom shares with its store are read from their sources, as in the tests.
    alias: { '@logboom/common': `${root}packages/common/src/index.ts` },
  });
  const bundles = outputFiles.map(({ path, contents }) => ({ name: basename(path), contents }));
  const named = (ending) => bundles.find(({ name }) => name.endsWith(ending)).name;
  const page = readFileSync(`${root}web/index.html`, 'utf8')
    .replace('main.css', named('.css'))
    .replace('main.js', named('.js'));
  replaceFiles(output, [...bundles, { name: 'index.html', contents: page }]);
}

/**
 * Makes `files` the content of `folder`, in their order: the page comes last, because it names the others. A reader of the folder sees
 * whole files only: each is written beside the folder and renamed.
 */
export function replaceFiles(folder, files) {
  mkdirSync(folder, { recursive: true });
  for (const { name, contents } of files) {
    const written = `${folder}.${name}.${process.pid}`;
    writeFileSync(written, contents);
    renameSync(written, join(folder, name));
  }
  const names = new Set(files.map(({ name }) => name));
  for (const name of readdirSync(folder)) if (!names.has(name)) rmSync(join(folder, name), { force: true });
}
