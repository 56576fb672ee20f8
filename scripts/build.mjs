// Compiles logboom and the packages beside it, each from its src into its dist, and bundles the program and the pages of the dashboard.
// tsc's own build information makes a second run nearly free.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundle } from './bundle.mjs';
import { buildWeb } from './web.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Without its entry an output is incomplete, and the build information in it is removed with it. */
const outputs = [
  ['packages/common/dist', 'index.js'],
  ['packages/store/dist', 'index.js'],
  ['dist', 'main.js'],
];

/** npm links the packages beside logboom into node_modules; an installation that is older than a package lacks its link. */
function requireLinks() {
  const missing = ['common', 'store'].filter((name) => !existsSync(`${root}node_modules/@logboom/${name}`));
  if (missing.length === 0) return;
  console.error(
    `node_modules lacks @logboom/${missing.join(' and @logboom/')}: run "npm ci", then build again.`,
  );
  process.exit(1);
}

/** What tsc writes for one source. */
const emitted = /\.(js|d\.ts)(\.map)?$/;

/** Folders of dist that hold bundles. */
const bundled = /^(chunks|web)[\\/]/;

/** Removes outputs whose source was moved or removed: tsc leaves them, and they would be shipped. Returns their paths in `output`. */
export function removeStale(source, output) {
  const stale = readdirSync(output, { recursive: true }).filter(
    (path) =>
      emitted.test(path) && !bundled.test(path) && !existsSync(join(source, path.replace(emitted, '.ts'))),
  );
  for (const path of stale) rmSync(join(output, path));
  return stale;
}

export async function build() {
  requireLinks();
  for (const [folder, entry] of outputs)
    if (!existsSync(`${root}${folder}/${entry}`))
      rmSync(`${root}${folder}`, { recursive: true, force: true });
  const tsc = spawnSync(
    process.execPath,
    [`${root}node_modules/typescript/bin/tsc`, '-b', `${root}tsconfig.json`],
    {
      cwd: root,
      stdio: 'inherit',
    },
  );
  if (tsc.status !== 0) process.exit(tsc.status ?? 1);
  for (const [folder] of outputs) removeStale(`${root}${folder.replace(/dist$/, 'src')}`, `${root}${folder}`);
  await bundle();
  await buildWeb();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await build();
