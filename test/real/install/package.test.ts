import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../..', import.meta.url));

/** The package as users get it, installed from the registry into an empty folder with an empty home. */
describe('the package', () => {
  let folder: string;
  let files: string[];
  let logboom: (...words: string[]) => Promise<{ stdout: string; stderr: string }>;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'logboom-package-'));
    const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', folder], { cwd: root });
    files = JSON.parse(stdout.slice(stdout.indexOf('[\n')))[0].files.map(
      ({ path }: { path: string }) => path,
    );
    const archive = readdirSync(folder).find((name) => name.endsWith('.tgz'))!;
    const home = join(folder, 'home');
    mkdirSync(home);
    const options = ['--no-audit', '--no-fund', '--omit=optional', '--prefix', join(folder, 'global')];
    await run('npm', ['install', '--global', ...options, join(folder, archive)], { cwd: home });
    const env = { ...process.env, HOME: home };
    logboom = (...words) => run(join(folder, 'global/bin/logboom'), words, { cwd: home, env });
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('holds what is built, the documentation and the licences, and neither sources nor source maps', () => {
    for (const wanted of ['dist/main.js', 'dist/web/index.html', 'README.md', 'CHANGELOG.md', 'LICENSE'])
      expect(files).toContain(wanted);
    expect(files.filter((path) => /\.map$|\.tsbuildinfo$|^(src|test|benchmarks)\//.test(path))).toEqual([]);
  });

  it('runs from a global installation', async () => {
    expect((await logboom('version')).stdout).toMatch(/^\d+\.\d+\.\d+\n/);
    expect((await logboom('--help')).stdout).toContain('logboom demo');
  });

  it('runs the demo to its end', async () => {
    const { stdout } = await logboom('demo', '--fast', '--once');
    expect(stdout).toMatch(/High traffic|alert/);
  });
});
