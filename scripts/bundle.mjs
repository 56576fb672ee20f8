// Bundles the program and the threads that it starts, each over the file that tsc wrote for its entry. A start then reads a few files and
// not 1,500, in each of its threads; docs/decisions/0020 has the figures. Modules that are shared, or loaded late, go to dist/chunks.
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const chunks = `${root}dist/chunks`;
/** Written last: everything that a bundle depends on is older. */
const notices = `${chunks}/LICENSES.txt`;

/** Modules of src that a process or a thread starts with. */
export const entries = [
  'main',
  'app/store-worker',
  'readers/analyser/worker',
  'readers/indexer/worker',
  'readers/forwarder/worker',
  'replay/apart-worker',
  'replay/reporting/report-worker',
  'notifiers/module-worker',
];

/**
 * They hold machine code, are optional, or are looked up by name when they are needed. lmdb stays outside as a whole: bundled, its ranges
 * of keys read on without an end (see decision 20).
 */
export const external = ['lmdb', 'kafkajs', '@resvg/resvg-js', 'pino-pretty'];

/** Folders count too: their time changes when a file in them is added or removed. */
function newestIn(folder) {
  const paths = readdirSync(folder, { recursive: true }).map((path) => join(folder, path));
  return Math.max(...[folder, ...paths].map((path) => statSync(path).mtimeMs));
}

function isUpToDate() {
  if (!existsSync(notices)) return false;
  const files = [
    'scripts/bundle.mjs',
    'node_modules/.package-lock.json',
    ...entries.map((entry) => `dist/${entry}.js`),
  ];
  const folders = ['src', 'packages/common/src', 'packages/store/src'];
  const newest = [
    ...files.map((file) => statSync(root + file, { throwIfNoEntry: false })?.mtimeMs ?? 0),
    ...folders.map((folder) => newestIn(root + folder)),
  ];
  return Math.max(...newest) <= statSync(notices).mtimeMs;
}

/** The packages of which a bundle holds code, as paths within the repository. */
const packagesIn = (inputs) =>
  [
    ...new Set(Object.keys(inputs).flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path) ?? [])),
  ].sort();

/** Name, version and terms of a package. */
function noticeOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(`${root}${folder}/package.json`, 'utf8'));
  const file = readdirSync(root + folder).find((one) => /^licen[cs]e/i.test(one));
  const terms = file === undefined ? `License: ${license}` : readFileSync(`${root}${folder}/${file}`, 'utf8');
  return `${name} ${version}\n\n${terms.trim()}\n`;
}

/**
 * What packages load at the start and logboom never calls: in fastify the compilers of JSON schemas, for no route has one, and its requests
 * without a network. They stay out of the bundle: each thread with fastify would compile them.
 */
export const unused = {
  '@fastify/ajv-compiler': 'module.exports = () => missing;',
  '@fastify/fast-json-stringify-compiler': 'module.exports = () => missing;',
  'light-my-request': 'module.exports = missing;',
};

const unusedPackages = {
  name: 'unused-packages',
  setup(esbuild) {
    const filter = new RegExp(`^(${Object.keys(unused).join('|')})$`);
    esbuild.onResolve({ filter }, ({ path }) => ({ path, namespace: 'unused' }));
    esbuild.onLoad({ filter, namespace: 'unused' }, ({ path }) => ({
      contents: `const missing = () => { throw new Error('${path} is not bundled: see scripts/bundle.mjs'); };\n${unused[path]}`,
    }));
  },
};

/** logboom sends its requests by the transport of the client: its classes for each request, and its helpers, stay out. */
const transportOfClient = {
  name: 'transport-of-client',
  setup(esbuild) {
    esbuild.onResolve({ filter: /^\.\/(api|helpers)$/ }, ({ path, importer }) =>
      /@elastic[\\/]elasticsearch[\\/]lib[\\/]client\.js$/.test(importer)
        ? { path, namespace: 'unused-parts' }
        : undefined,
    );
    esbuild.onLoad({ filter: /./, namespace: 'unused-parts' }, () => ({
      contents: 'exports.__esModule = true; exports.default = class {};',
    }));
  },
};

/** Of its undici the client of Elasticsearch uses the pool alone; `index.js` loads a browser's API beside it. */
const poolOfClient = {
  name: 'pool-of-client',
  setup(esbuild) {
    esbuild.onResolve({ filter: /^undici$/ }, async ({ importer, kind, resolveDir, pluginData }) => {
      if (pluginData === poolOfClient || !/@elastic[\\/]transport/.test(importer)) return undefined;
      const { path } = await esbuild.resolve('undici', { kind, resolveDir, pluginData: poolOfClient });
      return { path: '@elastic/transport/undici', namespace: 'pool', pluginData: dirname(path) };
    });
    esbuild.onLoad({ filter: /./, namespace: 'pool' }, ({ pluginData: folder }) => ({
      resolveDir: folder,
      contents: `
        Object.assign(require('./lib/dispatcher/dispatcher').prototype, require('./lib/api'));
        exports.Pool = require('./lib/dispatcher/pool');
        exports.buildConnector = require('./lib/core/connect');`,
    }));
  },
};

/** Options of esbuild. */
export const options = {
  absWorkingDir: root,
  entryPoints: entries.map((entry) => `src/${entry}.ts`),
  outbase: 'src',
  outdir: 'dist',
  chunkNames: 'chunks/[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  // Names and lines stay, so that a stack trace says where an error arose.
  legalComments: 'none',
  metafile: true,
  external,
  plugins: [unusedPackages, transportOfClient, poolOfClient],
  alias: {
    '@logboom/common': `${root}packages/common/src/index.ts`,
    '@logboom/store': `${root}packages/store/src/index.ts`,
  },
  // Packages in CommonJS require parts of Node.js.
  banner: {
    js: "import { createRequire as requireFrom } from 'node:module';\nconst require = requireFrom(import.meta.url);",
  },
};

export async function bundle() {
  if (isUpToDate()) return;
  // Not imported above: `ready.mjs` runs before the packages are installed.
  const { build } = await import('esbuild');
  const { metafile } = await build(options);
  const written = new Set(Object.keys(metafile.outputs).map((path) => basename(path)));
  for (const name of readdirSync(chunks)) if (!written.has(name)) rmSync(join(chunks, name));
  writeFileSync(
    notices,
    packagesIn(metafile.inputs)
      .map(noticeOf)
      .join(`\n${'-'.repeat(80)}\n\n`),
  );
}
