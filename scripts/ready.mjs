// Makes a fresh clone ready: installs the packages where they are missing or out of date, then builds where a
// source is newer than its output. `npm run demo`, `npm start` and `npm test` begin with it.
import { spawn } from 'node:child_process';
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
const isWindows = process.platform === 'win32';

/** Runs npm with what both ways to install have in common; `--ignore-scripts` because none of them is needed. Resolves with its exit code. */
function npm(command, stderr) {
  const quietly = ['--no-audit', '--no-fund', '--loglevel=error', '--ignore-scripts'];
  const child = spawn('npm', [...command, ...quietly], {
    cwd: root,
    stdio: ['ignore', 'ignore', stderr],
    shell: isWindows,
  });
  return new Promise((resolve) =>
    child.on('error', () => resolve(1)).on('close', (code) => resolve(code ?? 1)),
  );
}

/** Whether the package registry answers a small question, by npm's own settings of registry and proxy. */
async function registryAnswers() {
  const asked = ['view', 'zod', 'version', '--fetch-retries=0', `--fetch-timeout=${answersWithin}`];
  return (await npm(asked, 'ignore')) === 0;
}
const answersWithin = 12_000;

/** Shows that something is under way: in place each second on a terminal, a line each ten seconds elsewhere. */
function progress(what) {
  const begin = Date.now();
  const { isTTY } = process.stderr;
  const show = () => {
    const seconds = Math.round((Date.now() - begin) / 1_000);
    process.stderr.write(isTTY ? `\r${what} … ${seconds} s` : `${what} … ${seconds} s\n`);
  };
  process.stderr.write(isTTY ? `${what} …` : `${what} …\n`);
  const timer = setInterval(show, isTTY ? 1_000 : 10_000);
  return () => {
    clearInterval(timer);
    if (isTTY) process.stderr.write('\n');
  };
}

async function install() {
  const done = progress('Installing packages (once; about 300 MB on disk)');
  let isDone = false;
  void registryAnswers().then((answers) => {
    if (!answers && !isDone)
      process.stderr.write(
        '\nThe package registry does not answer. `npm config get registry` shows its address; behind a proxy set\n' +
          'HTTPS_PROXY or `npm config set proxy`. npm keeps trying; Ctrl-C ends it.\n',
      );
  });
  // `npm ci` refuses a lock file that lacks other platforms' optional packages, as one written behind a mirror
  // does; `npm install` keeps to the same versions and checksums and does not mind.
  const status = (await npm(['ci'], 'ignore')) && (await npm(['install', '--no-save'], 'inherit'));
  isDone = true;
  done();
  if (status !== 0) process.exit(status);
}

if (!packagesAreInstalled()) await install();
await build();
// The question to the registry may still be open.
process.exit();
