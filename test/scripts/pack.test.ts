import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
let paths: string[];

/** What npm would pack, without packing it. */
beforeAll(() => {
  const { stdout } = spawnSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: root,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  const [packed] = JSON.parse(stdout) as { files: { path: string }[] }[];
  paths = packed!.files.map(({ path }) => path);
}, 90_000);

describe('the package as npm packs it', () => {
  it.each([
    'dist/main.js',
    'dist/app/store-worker.js',
    'dist/chunks/LICENSES.txt',
    'assets/chart-font.ttf',
    'node_modules/@logboom/store/package.json',
    'node_modules/@logboom/store/dist/index.js',
    'node_modules/@logboom/common/package.json',
    'node_modules/@logboom/common/dist/index.js',
  ])('contains %s', (path) => {
    expect(paths).toContain(path);
  });

  it('bundles the packages of the repository, and no others', () => {
    const bundled = paths.filter((path) => path.startsWith('node_modules/'));
    expect(bundled.filter((path) => !path.startsWith('node_modules/@logboom/'))).toEqual([]);
  });

  it('contains no source maps and no build information', () => {
    expect(paths.filter((path) => /\.map$|\.tsbuildinfo$/.test(path))).toEqual([]);
  });

  it('contains no sources and no tests', () => {
    expect(paths.filter((path) => /(^|\/)(src|test)\//.test(path))).toEqual([]);
    expect(paths.filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts'))).toEqual([]);
  });
});
