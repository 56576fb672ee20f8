// Makes a release in ./release: the package, its software bill of materials (CycloneDX), and checksums. It publishes nothing.
//   node scripts/release.mjs            of the version in package.json, from a clean checkout of a commit that CI has passed
//   node scripts/release.mjs --dry-run  only reports what is missing
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** What keeps a version from being released. `status`: what `git status --porcelain` prints. */
export function obstacles({ version, changelog, manifests, status }) {
  const found = [];
  if (status.trim() !== '') found.push('the checkout has changes: commit or stash them');
  if (!new RegExp(`^## \\[${version.replaceAll('.', '\\.')}\\] - \\d{4}-\\d{2}-\\d{2}$`, 'm').test(changelog))
    found.push(
      `CHANGELOG.md has no section "## [${version}] - YYYY-MM-DD": move what is under Unreleased there`,
    );
  for (const [path, text] of Object.entries(manifests))
    if (!text.includes(version)) found.push(`${path} does not name version ${version}`);
  return found;
}

const nameAt = (path) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);

/**
 * The bill of materials of an installation, without packages of development and without what differs between two runs on the same
 * lock file. `--omit dev` of npm also leaves out packages of production that a workspace names as a devDependency, so the lock
 * file decides.
 */
export function billOf(sbom, { packages }) {
  const installed = Object.entries(packages).map(([path, { dev, version }]) => ({
    dev,
    ref: `${nameAt(path)}@${version}`,
  }));
  // A package can be there twice in the same version, once for development alone.
  const production = new Set(installed.flatMap(({ dev, ref }) => (dev ? [] : [ref])));
  const development = new Set(
    installed.flatMap(({ dev, ref }) => (dev && !production.has(ref) ? [ref] : [])),
  );
  const components = sbom.components.filter((component) => !development.has(component['bom-ref']));
  const refs = new Set([sbom.metadata.component['bom-ref'], ...components.map((one) => one['bom-ref'])]);
  const dependencies = sbom.dependencies
    .filter(({ ref }) => refs.has(ref))
    .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((one) => refs.has(one)) }));
  const { timestamp: _, ...metadata } = sbom.metadata;
  return {
    ...{
      $schema: sbom.$schema,
      bomFormat: sbom.bomFormat,
      specVersion: sbom.specVersion,
      version: sbom.version,
    },
    metadata: { ...metadata, component: { ...metadata.component, name: 'logboom' } },
    components,
    dependencies,
  };
}

function output(command, ...words) {
  const { status, stdout, stderr } = spawnSync(command, words, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  if (status === 0) return stdout;
  console.error(`release: "${[command, ...words].join(' ')}" failed\n${stderr}`);
  process.exit(1);
}

const read = (path) => readFileSync(join(root, path), 'utf8');

function release(isDry) {
  const { version } = JSON.parse(read('package.json'));
  const paths = [
    'docker/kubernetes.yml',
    'docs/install.md',
    'packages/store/package.json',
    'packages/common/package.json',
  ];
  const manifests = Object.fromEntries(paths.map((path) => [path, read(path)]));
  const status = output('git', 'status', '--porcelain');
  const found = obstacles({ version, changelog: read('CHANGELOG.md'), manifests, status });
  for (const text of found) console.error(`release: ${text}`);
  if (found.length > 0 || isDry) process.exit(found.length > 0 ? 1 : 0);

  const folder = join(root, 'release');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  output('npm', 'ci', '--ignore-scripts', '--no-audit', '--no-fund');
  const [{ filename }] = JSON.parse(
    output('npm', 'pack', '--silent', '--json', '--pack-destination', folder),
  );
  const sbom = JSON.parse(output('npm', 'sbom', '--sbom-format', 'cyclonedx'));
  const names = [filename, `logboom-${version}.cdx.json`];
  writeFileSync(
    join(folder, names[1]),
    `${JSON.stringify(billOf(sbom, JSON.parse(read('package-lock.json'))), null, 2)}\n`,
  );
  const sums = names.map((name) => {
    const hash = createHash('sha256')
      .update(readFileSync(join(folder, name)))
      .digest('hex');
    return `${hash}  ${name}\n`;
  });
  writeFileSync(join(folder, 'SHA256SUMS'), sums.join(''));
  console.log(`release: ${[...names, 'SHA256SUMS'].join(', ')} are in ${folder}`);
  console.log(`release: next, git tag v${version}, and npm publish ${join('release', filename)}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) release(process.argv.includes('--dry-run'));
