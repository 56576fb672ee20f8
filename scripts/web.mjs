// Bundles the pages of the dashboard from web/ into dist/web. Names hold a hash of the content, so that browsers may keep the files.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const output = `${root}dist/web`;

export async function buildWeb() {
  // Not imported above: `ready.mjs` runs before the packages are installed.
  const { build } = await import('esbuild');
  rmSync(output, { recursive: true, force: true });
  mkdirSync(output, { recursive: true });
  const { metafile } = await build({
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
    metafile: true,
    // The notations that logboom shares with its store are read from their sources, as in the tests.
    alias: { '@logboom/common': `${root}packages/common/src/index.ts` },
  });
  const names = Object.keys(metafile.outputs).map((path) => basename(path));
  const named = (ending) => names.find((name) => name.endsWith(ending));
  const page = readFileSync(`${root}web/index.html`, 'utf8');
  writeFileSync(
    `${output}/index.html`,
    page.replace('main.css', named('.css')).replace('main.js', named('.js')),
  );
}
