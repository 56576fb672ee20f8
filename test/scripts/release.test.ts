import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const { obstacles, billOf } = (await import(new URL('../../scripts/release.mjs', import.meta.url).href)) as {
  obstacles(state: object): string[];
  billOf(
    sbom: object,
    lock: object,
  ): {
    components: { name: string; group?: string }[];
    metadata: { timestamp?: string; component: { name: string } };
    serialNumber?: string;
  };
};

const root = fileURLToPath(new URL('../..', import.meta.url));
const ready = {
  version: '1.2.3',
  changelog: '# Changelog\n\n## [Unreleased]\n\n## [1.2.3] - 2026-11-30\n\n- A change.\n',
  manifests: { 'docker/kubernetes.yml': 'image: logboom:1.2.3' },
  status: '',
};

describe('a release', () => {
  it('is possible from a clean checkout with a section in the changelog', () => {
    expect(obstacles(ready)).toEqual([]);
  });

  it.each([
    ['a changed file', { status: ' M src/main.ts\n' }, /has changes/],
    [
      'no section of the version',
      { changelog: '## [Unreleased]\n\n- A change.\n' },
      /no section "## \[1\.2\.3\]/,
    ],
    ['a section without a date', { changelog: '## [1.2.3]\n' }, /no section/],
    ['a section of a longer version', { changelog: '## [1.2.34] - 2026-11-30\n' }, /no section/],
    [
      'another version in a manifest',
      { manifests: { 'docker/kubernetes.yml': 'logboom:1.2.2' } },
      /does not name version 1\.2\.3/,
    ],
  ])('is not possible with %s', (_, changes, reason) => {
    expect(obstacles({ ...ready, ...changes })).toEqual([expect.stringMatching(reason)]);
  });

  it('names everything at once', () => {
    expect(obstacles({ ...ready, status: ' M a\n', changelog: '' })).toHaveLength(2);
  });

  it('of the present state reports what is missing, and makes nothing', () => {
    const { status, stderr } = spawnSync(process.execPath, ['scripts/release.mjs', '--dry-run'], {
      cwd: root,
      encoding: 'utf8',
    });
    expect(status === 0 || /^release: /m.test(stderr)).toBe(true);
    expect(stderr).not.toContain('does not name version');
  });
});

describe('the bill of materials', () => {
  it('lists the packages that are installed in production, the same at each run', () => {
    const { stdout } = spawnSync('npm', ['sbom', '--sbom-format', 'cyclonedx'], {
      cwd: root,
      encoding: 'utf8',
      maxBuffer: 2 ** 26,
      shell: process.platform === 'win32',
    });
    const { components, metadata, serialNumber } = billOf(
      JSON.parse(stdout),
      JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')),
    );
    expect(serialNumber).toBeUndefined();
    expect(metadata.timestamp).toBeUndefined();
    expect(metadata.component.name).toBe('logboom');
    const names = components.map(({ name, group }) => (group ? `${group}/${name}` : name));
    const { dependencies, devDependencies, bundleDependencies } = JSON.parse(
      readFileSync(join(root, 'package.json'), 'utf8'),
    );
    for (const name of Object.keys(dependencies).filter((one) => !bundleDependencies.includes(one)))
      expect(names, name).toContain(name);
    for (const name of Object.keys(devDependencies)) {
      // msgpackr is a package of lmdb as well.
      if (name !== 'msgpackr' && name !== '@types/node') expect(names, name).not.toContain(name);
    }
  });
});
