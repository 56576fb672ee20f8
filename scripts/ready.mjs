// Makes a fresh clone ready: installs the packages where they are missing or out of date, then builds where a
// source is newer than its output. `npm run demo`, `npm start` and `npm test` begin with it.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from './build.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

function requireNode(major, minor) {
  const [haveMajor, haveMinor] = process.versions.node.split('.').map(Number);
  if (haveMajor > major || (haveMajor === major && haveMinor >= minor)) return;
  console.error(`logboom needs Node.js ${major}.${minor} or newer; this is ${process.versions.node}.`);
  process.exit(1);
}

/** npm writes what it installed to node_modules/.package-lock.json; a differing version there asks for `npm ci`. */
function packagesAreInstalled() {
  const installed = `${root}node_modules/.package-lock.json`;
  if (!existsSync(installed)) return false;
  const wanted = JSON.parse(readFileSync(`${root}package-lock.json`, 'utf8')).packages;
  const have = JSON.parse(readFileSync(installed, 'utf8')).packages;
  return Object.entries(wanted).every(
    ([path, entry]) => path === '' || entry.optional || have[path]?.version === entry.version,
  );
}

requireNode(20, 19);
/** Runs npm with what both ways to install have in common; `--ignore-scripts` because none of them is needed. */
function npm(command, stderr) {
  const quietly = ['--no-audit', '--no-fund', '--loglevel=error', '--ignore-scripts'];
  const { status } = spawnSync('npm', [...command, ...quietly], {
    cwd: root,
    stdio: ['ignore', 'ignore', stderr],
    shell: process.platform === 'win32',
  });
  return status ?? 1;
}

if (!packagesAreInstalled()) {
  console.error('Installing packages (once) …');
  // `npm ci` refuses a lock file that lacks other platforms' optional packages, as one written behind a mirror
  // does; `npm install` keeps to the same versions and checksums and does not mind.
  const status = npm(['ci'], 'ignore') && npm(['install', '--no-save'], 'inherit');
  if (status !== 0) process.exit(status);
}
build();
