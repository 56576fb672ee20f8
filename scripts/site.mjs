// Builds the documentation as a static site into site/dist, by VitePress, and checks every link of the built pages: to pages, anchors,
// pictures and files of the repository, which are copied beside the pages. `npm run site`; exits with 1 and names each dead link.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkLinks } from './site-links.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const site = join(root, 'site');
const dist = join(site, 'dist');

function run(command, given) {
  const { status } = spawnSync(command, given, {
    cwd: site,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (status !== 0) process.exit(status ?? 1);
}

/** What is shown: the pages of the repository and their pictures. */
const shown = [
  'README.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'docs',
  'docker/README.md',
  'kibana/README.md',
];
for (const name of ['common', 'store']) shown.push(`packages/${name}/README.md`);

function copyPages() {
  rmSync(join(site, 'pages'), { recursive: true, force: true });
  for (const path of shown) cpSync(join(root, path), join(site, 'pages', path), { recursive: true });
}

if (!existsSync(join(site, 'node_modules/vitepress')))
  run('npm', ['ci', '--ignore-scripts', '--loglevel=error']);
copyPages();
run(process.execPath, [join(site, 'node_modules/vitepress/bin/vitepress.js'), 'build']);
const { pages, dead } = checkLinks(dist, root);
for (const line of dead) console.error(line);
console.log(`${pages} pages in site/dist, ${dead.length === 0 ? 'no' : dead.length} dead links`);
process.exitCode = dead.length === 0 ? 0 : 1;
