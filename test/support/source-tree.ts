import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** What a file takes from another one. */
export interface Import {
  /** As it is written: a relative path, a package, or `node:…`. */
  specifier: string;
  /** The names that are taken; `*` where that cannot be told. */
  names: string[];
  /** The file exports what it imports; pairs of the outer name and the name in the other file. */
  exported?: [outer: string, inner: string][];
}

export interface SourceFile {
  /** From the root of the repository, with `/`. */
  path: string;
  /** Without comments. */
  text: string;
  lines: number;
  imports: Import[];
  exports: string[];
}

// Biome formats all sources, so a statement of a module begins at the start of a line and quotes are single ones.
const comments = /^\s*\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/ .*$/gm;
const fromStatement =
  /^(import|export)\s+(?:type\s+)?([\w$\s,]*(?:\{[^}]*\}|\*(?:\s+as\s+[\w$]+)?)?)\s*from\s+'([^']+)'/gm;
const bareImport = /^import\s+'([^']+)'/gm;
const importCall = /\bimport\(\s*'([^']+)'\s*\)(?:\)?\.([\w$]+))?/g;
const builtFile = /['"`}](?:\.\.\/)*(dist\/[\w/-]+\.js)/g;
const declaration =
  /^export\s+(?:default\s+)?(?:abstract\s+)?(?:async\s+)?(?:const|let|class|function\s*\*?|interface|type|enum)\s+([\w$]+)/gm;
const exportList = /^export\s+(?:type\s+)?\{([^}]*)\}/gm;

/** The entries of `a, type b as c` as pairs of the outer and the inner name. */
const namesIn = (list: string): [outer: string, inner: string][] =>
  list
    .split(',')
    .map((entry) => entry.trim().replace(/^type\s+/, ''))
    .filter((entry) => entry !== '')
    .map((entry) => {
      const [inner, outer] = entry.split(/\s+as\s+/) as [string, string?];
      return [outer ?? inner, inner];
    });

function importOf(word: string, clause: string, specifier: string): Import {
  const [before, list] = clause.split(/[{}]/) as [string, string?];
  if (clause.includes('*'))
    return { specifier, names: ['*'], ...(word === 'export' && { exported: [['*', '*']] }) };
  const named = namesIn(list ?? '');
  if (word === 'export') return { specifier, names: [], exported: named };
  const isDefault = before.replace(',', '').trim() !== '';
  return { specifier, names: [...(isDefault ? ['default'] : []), ...named.map(([, inner]) => inner)] };
}

function importsOf(text: string): Import[] {
  return [
    ...[...text.matchAll(fromStatement)].map(([, word, clause, specifier]) =>
      importOf(word!, clause!, specifier!),
    ),
    ...[...text.matchAll(bareImport)].map(([, specifier]) => ({ specifier: specifier!, names: [] })),
    ...[...text.matchAll(importCall)].map(([, specifier, name]) => ({
      specifier: specifier!,
      names: [name ?? '*'],
    })),
  ];
}

const exportsOf = (text: string): string[] => [
  ...[...text.matchAll(declaration)].map((match) => match[1]!),
  ...[...text.matchAll(exportList)].flatMap(([, list]) => namesIn(list!).map(([outer]) => outer)),
];

export function parseSource(path: string, whole: string): SourceFile {
  const text = whole.replace(comments, '');
  return {
    path,
    text,
    lines: whole.split('\n').length - 1,
    imports: importsOf(text),
    exports: exportsOf(text),
  };
}

/** All source files below some folders of the repository. */
export const sourcesIn = (...folders: string[]): SourceFile[] =>
  folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .map((name) => posix.join(folder, name.replaceAll('\\', '/')))
      .filter((path) => /\.(ts|tsx|mjs)$/.test(path) && !/(^|\/)(node_modules|dist)\//.test(path))
      .toSorted()
      .map((path) => parseSource(path, readFileSync(join(root, path), 'utf8'))),
  );

/** The source file that an import means: of `dist` the one that is built into it, of a package beside logboom its entry. */
export function targetOf(from: string, specifier: string): string | undefined {
  if (specifier.startsWith('@logboom/'))
    return specifier.replace(/^@logboom\/(.*)$/, 'packages/$1/src/index.ts');
  if (!specifier.startsWith('.')) return undefined;
  const path = posix.join(posix.dirname(from), specifier);
  return path.replace(/^dist\/(.*)\.js$/, 'src/$1.ts').replace(/\.js$/, '.ts');
}

/** The files of `dist` that a text names outside of imports, as code for another process does. */
export const builtFilesIn = (text: string): string[] =>
  [...text.matchAll(builtFile)].map(([, path]) => path!.replace(/^dist\/(.*)\.js$/, 'src/$1.ts'));

/** The package that an import means: neither a file nor a part of Node.js. */
export function packageOf(specifier: string): string | undefined {
  if (specifier.startsWith('.') || specifier.startsWith('node:')) return undefined;
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

/** Which file imports which others of these, types included. */
export function importGraph(files: readonly SourceFile[]): Map<string, string[]> {
  const known = new Set(files.map(({ path }) => path));
  return new Map(
    files.map(({ path, imports }) => {
      const targets = imports.map(({ specifier }) => targetOf(path, specifier));
      return [path, [...new Set(targets.filter((target) => target !== undefined && known.has(target)))]];
    }) as [string, string[]][],
  );
}

/** Tarjan's strongly connected components, of those the ones with more than one file or with a file that imports itself. */
export function circlesIn(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const order = new Map<string, number>();
  const lowest = new Map<string, number>();
  const stack: string[] = [];
  const circles: string[][] = [];
  const visit = (path: string) => {
    order.set(path, order.size);
    lowest.set(path, order.get(path)!);
    stack.push(path);
    for (const target of graph.get(path)!) {
      if (!order.has(target)) visit(target);
      if (stack.includes(target)) lowest.set(path, Math.min(lowest.get(path)!, lowest.get(target)!));
    }
    if (lowest.get(path) !== order.get(path)) return;
    const circle = stack.splice(stack.indexOf(path));
    if (circle.length > 1 || graph.get(path)!.includes(path)) circles.push(circle.toSorted());
  };
  for (const path of graph.keys()) if (!order.has(path)) visit(path);
  return circles;
}

/** Which exports of each file are used by these files, followed through files that only pass them on. */
export function usedExports(
  readers: readonly SourceFile[],
  files: readonly SourceFile[],
): Map<string, Set<string>> {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const used = new Map<string, Set<string>>(files.map(({ path }) => [path, new Set()]));
  const use = (path: string, name: string): void => {
    const file = byPath.get(path);
    if (!file || used.get(path)!.has(name)) return;
    used.get(path)!.add(name);
    for (const { specifier, exported = [] } of file.imports)
      for (const [outer, inner] of exported)
        if (outer === name || outer === '*' || name === '*')
          use(targetOf(path, specifier) ?? '', outer === '*' ? name : inner);
  };
  for (const { path, imports, text } of readers) {
    const targets = new Set(imports.map(({ specifier }) => targetOf(path, specifier)));
    for (const { specifier, names } of imports)
      for (const name of names) use(targetOf(path, specifier) ?? '', name);
    for (const built of builtFilesIn(text)) if (!targets.has(built)) use(built, '*');
  }
  return used;
}
