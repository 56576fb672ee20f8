import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exportsForTests, knownOffenders } from './support/known-offenders.ts';
import {
  circlesIn,
  importGraph,
  packageOf,
  root,
  type SourceFile,
  sourcesIn,
  targetOf,
  usedExports,
} from './support/source-tree.ts';

/**
 * Places of src, inner layers first: a folder, a folder within it that is a layer of its own, or a file. A file imports its own
 * place and the layers before it, never a sibling or an outer layer.
 */
const layers = [
  ['model', 'errors', 'util'],
  ['lumberjack', 'events', 'listeners'],
  ['telemetry', 'config'],
  [
    'inputs',
    'journal',
    'parsers',
    'windows',
    'alerts',
    'sinks',
    'notifiers',
    'reports',
    'sources',
    'statistics',
  ],
  ['rules'],
  ['processors'],
  ['engine'],
  ['readers'],
  ['readers/analyser', 'readers/indexer', 'readers/forwarder'],
  ['monitoring', 'generator', 'kibana', 'convert'],
  ['replay', 'dashboards'],
  ['app'],
  ['cli'],
  ['main'],
];
/** In the innermost layer errors and util may use the vocabulary. */
const granted = new Set(['errors → model', 'util → model', 'util → errors', 'config → util']);

/**
 * Each kind of rule and of notifier declares its settings in its own place, and the configuration takes them from the tables
 * of kinds. The tables use nothing of the configuration that depends on rules or notifiers.
 */
const grantedFiles = new Set([
  'src/config/schema/rules.ts → src/rules/kinds/index.ts',
  'src/config/schema/notifiers.ts → src/notifiers/kinds/index.ts',
]);

const mostFiles = 25;
const mostLines = { src: 250, others: 400 };

interface Manifest {
  dependencies?: Record<string, string>;
  devDependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  bundleDependencies?: string[];
}
const manifestOf = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));

const src = sourcesIn('src');
/** The packages beside logboom, each with its sources and its tests. */
const packages = readdirSync(join(root, 'packages'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => ({
    name: `@logboom/${name}`,
    folder: `packages/${name}`,
    src: sourcesIn(`packages/${name}/src`),
    tests: sourcesIn(`packages/${name}/test`),
    manifest: manifestOf(`packages/${name}`),
  }));
const shipped = [...src, ...packages.flatMap((one) => one.src)];
const tests = [...sourcesIn('test'), ...packages.flatMap((one) => one.tests)];
/** The pages of the dashboard, which the build bundles: what they import is not installed in production. */
const pages = sourcesIn('web');
const others = [...tests, ...pages, ...sourcesIn('scripts', 'benchmarks')];
const manifest = manifestOf('.');

const nameOf = (path: string) => posix.basename(path);
const places = layers.flat();
/** The innermost place that holds the file. */
const placeOf = (path: string): string | undefined => {
  const inSrc = path.replace(/^src\//, '').replace(/\.ts$/, '');
  return places
    .filter((place) => inSrc === place || inSrc.startsWith(`${place}/`))
    .toSorted((a, b) => b.length - a.length)[0];
};
const rankOf = (place: string) => layers.findIndex((layer) => layer.includes(place));

interface Offence {
  /** How the list of known offenders names it. */
  key: string;
  text: string;
}

/** Fails for each offence that is not known, and for each known one that is mended. */
function expectOnly(offences: readonly Offence[], known: readonly string[], remedy: string): void {
  const keys = new Set(offences.map(({ key }) => key));
  const unknown = offences.filter(({ key }) => !known.includes(key)).map(({ text }) => `${text}: ${remedy}`);
  const mended = known.filter((key) => !keys.has(key));
  const stale = mended.map((key) => `${key} is mended: remove it from test/support/known-offenders.ts`);
  const all = [...new Set([...unknown, ...stale])];
  if (all.length > 0) expect.fail(all.join('\n'));
}

describe('the source tree', () => {
  it('has a layer for every file', () => {
    const homeless = src.filter(({ path }) => placeOf(path) === undefined).map(({ path }) => path);
    expect(homeless, 'add the place to `layers` in test/architecture.test.ts').toEqual([]);
  });

  it('imports in one direction', () => {
    const wrong = src.flatMap(({ path, imports }) =>
      imports.flatMap(({ specifier }) => {
        const target = targetOf(path, specifier);
        const [from, to] = [placeOf(path), target && placeOf(target)];
        if (!from || !to || from === to || granted.has(`${from} → ${to}`)) return [];
        if (grantedFiles.has(`${path} → ${target}`)) return [];
        return rankOf(to) < rankOf(from) ? [] : [{ key: path, text: `${path} imports ${target}` }];
      }),
    );
    expectOnly(wrong, [], 'move what both need to a layer before theirs, or hand it over as an argument');
  });

  it('has the settings of a rule kind depend on shared settings only', () => {
    const shared = ['src/config/schema/rule-settings.ts', 'src/config/schema/values.ts', undefined];
    const schemas = src.filter(({ path }) => /rules\/kinds\/[^/]+\/schema\.ts$/.test(path));
    const targets = schemas.flatMap(({ path, imports }) =>
      imports.map(({ specifier }) => targetOf(path, specifier)),
    );
    expect(targets).not.toEqual([]);
    expect(targets.filter((target) => !shared.includes(target))).toEqual([]);
  });

  it('has one folder for each rule kind, which only the table of kinds imports', () => {
    const kindOf = (path: string) => /rules\/kinds\/([^/]+)\//.exec(path)?.[1];
    const isAllowed = (path: string, target: string) =>
      kindOf(target) === undefined ||
      kindOf(target) === kindOf(path) ||
      (path === 'src/rules/kinds/index.ts' && target.endsWith('/kind.ts'));
    const wrong = src.flatMap(({ path, imports }) =>
      imports
        .map(({ specifier }) => targetOf(path, specifier))
        .filter((target) => target !== undefined && !isAllowed(path, target))
        .map((target) => `${path} imports ${target}`),
    );
    expect(wrong).toEqual([]);
  });

  it('has no import circle', () => {
    const circles = circlesIn(importGraph([...shipped, ...pages]));
    const offences = circles.flatMap((circle) =>
      circle.map((path) => ({ key: nameOf(path), text: `circle of ${circle.join(' ')}` })),
    );
    const remedy = 'move what both sides need, types included, to a file that imports neither';
    expectOnly(offences, knownOffenders.circles, remedy);
  });

  it('has folders that can be surveyed', () => {
    const folders = new Map<string, number>();
    for (const folder of [...shipped, ...others].map(({ path }) => posix.dirname(path)))
      folders.set(folder, (folders.get(folder) ?? 0) + 1);
    const full = [...folders].filter(([, count]) => count > mostFiles);
    const offences = full.map(([path, count]) => ({ key: path, text: `${path} has ${count} files` }));
    expectOnly(
      offences,
      knownOffenders.fullFolders,
      `group them by purpose, at most ${mostFiles} in a folder`,
    );
  });

  it('has files that can be read at once', () => {
    const isTable = ({ path }: SourceFile) => path.endsWith('.cases.ts') || path.endsWith('/cases.ts');
    const long = [
      ...[...shipped, ...pages].filter(({ lines }) => lines > mostLines.src),
      ...others.filter((file) => file.lines > mostLines.others && !isTable(file)),
    ];
    const offences = long.map(({ path, lines }) => ({
      key: nameOf(path),
      text: `${path} has ${lines} lines`,
    }));
    const remedy = `split it by purpose, at most ${mostLines.src} lines in src and ${mostLines.others} elsewhere`;
    expectOnly(offences, knownOffenders.longFiles, remedy);
  });

  it('hides the members of classes in one way', () => {
    const modifier = /^ +private (?!constructor\b)[\w$#]/m;
    const offences = [...shipped, ...tests]
      .filter(({ text }) => modifier.test(text))
      .map(({ path, text }) => ({ key: path, text: `${path} has "${modifier.exec(text)![0].trim()}…"` }));
    expectOnly(offences, [], 'write # before the name instead of private');
  });

  it('limits the time of work in the way that keeps the limit on Node.js 20', () => {
    const offences = shipped
      .filter(({ text }) => text.includes('AbortSignal.any('))
      .map(({ path }) => ({ key: path, text: `${path} calls AbortSignal.any` }));
    expectOnly(offences, [], 'use withTimeLimit of src/util/waiting.ts');
  });

  it('leaves to Fastify no JSON schema, whose compilers the bundle lacks', () => {
    const servers = shipped.filter(({ imports }) => imports.some(({ specifier }) => specifier === 'fastify'));
    const declared =
      /\bschema: \{|[{,]\s*schema\s*[,}]|\b(?:addSchema|set(?:Validator|Serializer)Compiler|compile(?:Validation|Serialization)Schema|validateInput|serializeInput|inject)\(/;
    const schemas = servers
      .filter(({ text }) => declared.test(text))
      .map(({ path, text }) => ({ key: path, text: `${path} has "${declared.exec(text)![0].trim()}"` }));
    const remedy =
      'check the request in its handler by zod, as readBody of src/telemetry/api/answers.ts does';
    expectOnly(schemas, [], `${remedy}; scripts/bundle.mjs leaves out what compiles JSON schemas`);

    const starting = servers.filter(({ text }) => /\bfastify\(/i.test(text));
    expect(starting.length).toBeGreaterThan(2);
    const compiling = starting
      .filter(({ text }) => !/buildValidator: noSchemas, buildSerializer: noSchemas\b/.test(text))
      .map(({ path }) => ({
        key: path,
        text: `${path} starts a server that loads compilers of JSON schemas`,
      }));
    expectOnly(compiling, [], 'set its schemaController as src/telemetry/api/api.ts does');
  });
});

describe('an export', () => {
  const bySource = usedExports([...shipped, ...pages], shipped);
  const byOthers = usedExports(others, shipped);
  const unused = shipped.flatMap((file) =>
    file.exports
      .filter((name) => !bySource.get(file.path)!.has(name) && !bySource.get(file.path)!.has('*'))
      .map((name) => ({ ...file, name })),
  );
  const usedByOthers = ({ path, name }: { path: string; name: string }) =>
    byOthers.get(path)!.has(name) || byOthers.get(path)!.has('*');
  /** What its own file uses is part of what runs, and a test may look at it alone. */
  const usedByItself = ({ text, name }: { text: string; name: string }) =>
    [...text.matchAll(new RegExp(`(?<![\\w$])${name}(?![\\w$])`, 'g'))].length > 1;
  const offence = ({ path, name }: { path: string; name: string }) => ({
    key: name,
    text: `${path} ${name}`,
  });

  it('is imported by another file', () => {
    const offences = unused.filter((one) => !usedByOthers(one)).map(offence);
    expectOnly(
      offences,
      [],
      'remove the word export, or the declaration where its own file needs it no more',
    );
  });

  it('is not there for tests, scripts and benchmarks alone', () => {
    const offences = unused.filter((one) => usedByOthers(one) && !usedByItself(one)).map(offence);
    const known = [...knownOffenders.unusedExports, ...Object.keys(exportsForTests)];
    const remedy = 'move it to test/ or scripts/, or remove it; what must stay is named in exportsForTests';
    expectOnly(offences, known, remedy);
  });
});

describe('a dependency', () => {
  /** Tools that are run and not imported, and types that come without an import. */
  const tools = ['@biomejs/biome', '@types/node', 'kubernetes-types', 'typescript'];
  const packagesOf = (files: readonly SourceFile[]) =>
    files.flatMap(({ path, imports }) =>
      imports.flatMap(({ specifier }) => {
        const name = packageOf(specifier);
        return name === undefined ? [] : [{ path, name }];
      }),
    );
  const bySource = packagesOf(shipped);
  const byOthers = packagesOf(others);
  const production = Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies });
  const development = Object.keys(manifest.devDependencies ?? {});
  /** Types of a package without its own, for as long as that package is there. */
  const isTyping = (name: string) => production.includes(name.replace('@types/', ''));

  it('of what is shipped is imported by what is shipped', () => {
    const imported = new Set(bySource.map(({ name }) => name));
    const dead = production.filter((name) => !imported.has(name));
    const offences = dead.map((name) => ({ key: name, text: name }));
    const remedy = 'remove it from dependencies of package.json; what only tests import is a devDependency';
    expectOnly(offences, knownOffenders.deadDependencies, remedy);
  });

  it('of development is imported by tests, scripts or benchmarks, or is a tool', () => {
    const imported = new Set(byOthers.map(({ name }) => name));
    const dead = development.filter(
      (name) => !isTyping(name) && !imported.has(name) && !tools.includes(name),
    );
    expect(dead, 'remove it from devDependencies of package.json').toEqual([]);
  });

  it('is declared where it is imported', () => {
    const undeclared = [
      ...bySource.filter(({ name }) => !production.includes(name)),
      ...byOthers.filter(({ name }) => ![...production, ...development].includes(name)),
    ];
    expect(undeclared, 'declare it in package.json, or import node:… for a part of Node.js').toEqual([]);
  });
});

describe.each(packages)(
  'the package $name',
  ({ name, folder, src: sources, tests: itsTests, manifest: its }) => {
    it('imports no file outside itself, nor do its tests', () => {
      const outside = [...sources, ...itsTests].flatMap(({ path, imports }) =>
        imports
          .filter(({ specifier }) => specifier.startsWith('.'))
          .filter(({ specifier }) => !posix.join(posix.dirname(path), specifier).startsWith(`${folder}/`))
          .map(({ specifier }) => `${path} imports ${specifier}`),
      );
      expect(outside, 'hand it over as an argument, or move it to packages/common').toEqual([]);
    });

    it('names the packages that it imports, and no others', () => {
      const used = sources.flatMap(({ imports }) =>
        imports.flatMap(({ specifier }) => packageOf(specifier) ?? []),
      );
      expect([...new Set(used)].toSorted()).toEqual(Object.keys(its.devDependencies ?? {}).toSorted());
    });

    it('is shipped within logboom, which brings what it needs', () => {
      expect(manifest.bundleDependencies).toContain(name);
      // npm bundles the dependencies of a bundled package with it, and with them the binaries of one platform. Where it
      // installs such a package, it takes those that the package names, peers too, for bundled, and does not fetch them.
      expect(its.dependencies, 'devDependencies are not bundled').toBeUndefined();
      expect(its.peerDependencies, 'npm would not install them').toBeUndefined();
      expect(manifest.dependencies).toMatchObject(its.devDependencies ?? {});
    });

    it('is used by logboom through its entry alone', () => {
      const inside = src.flatMap(({ path, imports }) =>
        imports
          .filter(({ specifier }) => specifier.includes('packages/') || specifier.startsWith(`${name}/`))
          .map(({ specifier }) => `${path} imports ${specifier}`),
      );
      expect(inside, `import ${name}, and export there what is meant to be used`).toEqual([]);
    });
  },
);

describe('a test file', () => {
  /** They act on all files that the process runs after this one. */
  const lasting = [
    /\bvi\.(?:mock|doMock|resetModules)\(/,
    /\bprocess\.chdir\(/,
    /\bprocess\.env(?:\.\w+|\[[^\]]+\]) = /,
  ];

  it('changes nothing for the files that run after it in its process', () => {
    const config = readFileSync(join(root, 'vitest.config.ts'), 'utf8');
    const changing = tests
      .filter(
        ({ path, text }) => path !== 'test/architecture.test.ts' && lasting.some((one) => one.test(text)),
      )
      .map(({ path }) => path);
    expect(changing).not.toEqual([]);
    expect(
      changing.filter((path) => !config.includes(`'${path}'`)),
      'hand the environment over, or list the file as `alone` in vitest.config.ts',
    ).toEqual([]);
  });
});
