import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cached, recipes } from './cache.ts';
import { jdkFolder, run } from './commands.ts';

export type ElasticsearchMajor = '7' | '8' | '9' | 'opensearch';

interface Release {
  product: 'elasticsearch' | 'opensearch';
  version: string;
  jdks: number[];
  /** Class file version that our module is compiled to; without it the release needs none. */
  target?: string;
}

export const releases: Record<ElasticsearchMajor, Release> = {
  '7': { product: 'elasticsearch', version: '7.17.29', jdks: [17] },
  '8': { product: 'elasticsearch', version: '8.19.21', jdks: [17], target: '17' },
  '9': { product: 'elasticsearch', version: '9.5.3', jdks: [25, 24, 23, 22, 21], target: '21' },
  opensearch: { product: 'opensearch', version: '3.6.0', jdks: [25, 24, 23, 22, 21] },
};

/**
 * The folder of a real Elasticsearch. Maven holds the server as Elastic's own integration tests use it, with few
 * modules; one of ours stands in for those that our tests miss.
 */
export function ensureElasticsearch(major: ElasticsearchMajor): Promise<string> {
  const release = releases[major];
  return cached(`${release.product}-${release.version}`, async (folder) => {
    await unpack(release, folder);
    if (release.target) await addModule(major, release.target, release, folder);
  });
}

async function unpack({ product, version }: Release, folder: string): Promise<void> {
  const artifact = `org.${product}.distribution.integ-test-zip:${product}:${version}:zip`;
  const fetched = join(folder, 'fetched');
  await run('mvn', [
    '-q',
    '-B',
    '-ntp',
    'dependency:copy',
    `-Dartifact=${artifact}`,
    `-DoutputDirectory=${fetched}`,
  ]);
  await run('unzip', ['-q', join(fetched, `${product}-${version}.zip`), '-d', fetched]);
  const unpacked = join(fetched, `${product}-${version}`);
  for (const name of await readdir(unpacked)) await rename(join(unpacked, name), join(folder, name));
  await rm(fetched, { recursive: true });
}

async function addModule(
  major: ElasticsearchMajor,
  target: string,
  { version, jdks }: Release,
  home: string,
) {
  const jdk = jdkFolder(jdks);
  const module = join(home, 'modules', 'logboom-peer');
  const classes = join(module, 'classes');
  await mkdir(classes, { recursive: true });
  const sources = await sourcesOf(major);
  const libraries = join(home, 'lib', '*');
  const flags = ['--release', target, '-nowarn', '-proc:none', '-cp', libraries, '-d', classes];
  await run(join(jdk, 'bin', 'javac'), [...flags, ...sources]);
  await run(join(jdk, 'bin', 'jar'), ['cf', join(module, 'logboom-peer.jar'), '-C', classes, '.']);
  await rm(classes, { recursive: true });
  await writeFile(join(module, 'plugin-descriptor.properties'), descriptor(version, target));
}

async function sourcesOf(major: ElasticsearchMajor): Promise<string[]> {
  const folders = ['common', major].map((name) => join(recipes, 'elasticsearch-module', name));
  const found = await Promise.all(
    folders.map(async (folder) => (await readdir(folder)).map((name) => join(folder, name))),
  );
  return found.flat();
}

function descriptor(version: string, target: string): string {
  const properties = {
    description: 'What the integration-test distribution lacks',
    name: 'logboom-peer',
    version,
    'elasticsearch.version': version,
    'java.version': target,
    classname: 'logboom.peer.PeerModule',
  };
  return Object.entries(properties)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}

/** The JVM's options as shipped, with the log of its garbage collector in the node's own folder. */
export async function jvmOptions(home: string, logs: string): Promise<string> {
  const shipped = await readFile(join(home, 'config', 'jvm.options'), 'utf8');
  return shipped.replaceAll(/file=(logs\/)?gc\.log/g, `file=${logs}/gc.log`);
}
