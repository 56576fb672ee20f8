import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const src = fileURLToPath(new URL('../src', import.meta.url));

/** Inner layers first. A file may import its own folder and the layers before its own, never a sibling or an outer one. */
const layers = [
  ['model', 'errors', 'util'],
  ['lumberjack', 'events', 'listeners'],
  ['telemetry', 'config', 'store'],
  ['inputs', 'journal', 'parsers', 'windows', 'rules', 'alerts', 'sinks', 'notifiers', 'reports'],
  ['engine'],
  ['readers'],
  ['monitoring', 'generator', 'kibana'],
  ['replay', 'dashboards'],
  ['app'],
  ['cli'],
  ['main'],
];
/** In the innermost layer errors and util may use the vocabulary; the store tells of itself like any server. */
const granted = new Set([
  'errors → model',
  'util → model',
  'util → errors',
  'store → telemetry',
  'config → util',
]);

const filesUnder = (folder: string): string[] =>
  readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? filesUnder(path) : /\.tsx?$/.test(name) ? [path] : [];
  });

const placeOf = (path: string) =>
  relative(src, path)
    .split(/[\\/]/)[0]!
    .replace(/\.tsx?$/, '');
const rankOf = (place: string) => layers.findIndex((layer) => layer.includes(place));

function importsOf(path: string): string[] {
  const text = readFileSync(path, 'utf8');
  const relatives = [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map((match) => match[1]!);
  return relatives.map((target) => resolve(dirname(path), target));
}

describe('the source tree', () => {
  const files = filesUnder(src);

  it('knows the layer of every file', () => {
    expect(files.map(placeOf).filter((place) => rankOf(place) === -1)).toEqual([]);
  });

  it('imports in one direction', () => {
    const wrong = files.flatMap((file) =>
      importsOf(file)
        .map((target) => [placeOf(file), placeOf(target)] as const)
        .filter(([from, to]) => from !== to && rankOf(to) >= rankOf(from) && !granted.has(`${from} → ${to}`))
        .map(([from, to]) => `${relative(src, file)}: ${from} must not import ${to}`),
    );
    expect(wrong).toEqual([]);
  });

  it('keeps files short', () => {
    const long = files
      .map((file) => [relative(src, file), readFileSync(file, 'utf8').split('\n').length] as const)
      .filter(([, lines]) => lines > 400);
    expect(long).toEqual([]);
  });
});
