import { isDeepStrictEqual } from 'node:util';
import type { Config } from './schema.ts';
import { isMapping } from './shape.ts';

type Section = keyof Config;

/** What a running server takes up, and by what means. Everything else needs a restart. */
const sections = {
  /** The analyser, between two records. */
  analysis: ['rules', 'kibana', 'parsers', 'time'],
  notifiers: ['notifiers'],
  /** A client of its own, which goes on from the cursors. */
  indexing: ['elasticsearch', 'indexing', 'parsers', 'time'],
  watch: ['reload'],
} as const satisfies Record<string, readonly Section[]>;

export type Part = keyof typeof sections;

export interface ConfigChanges {
  /** The running configuration with everything that can change while it runs. */
  config: Config;
  /** Parts of the server that are concerned. */
  parts: Part[];
  /** Settings that changed, by path and without their values; rules and notifiers are told by name elsewhere. */
  settings: string[];
  /** Settings that changed and stay as they are until the next start. */
  needsRestart: string[];
}

/** Rules and notifiers have names, so that their paths would say less than those. */
const named: readonly Section[] = ['rules', 'notifiers'];

export function changesBetween(running: Config, wanted: Config): ConfigChanges {
  const movable = new Set<Section>(Object.values(sections).flat());
  // Another kind of target is another server: the embedded store is started or stopped with the process.
  if ((running.elasticsearch === undefined) !== (wanted.elasticsearch === undefined))
    movable.delete('elasticsearch');
  const names = [...new Set([...Object.keys(running), ...Object.keys(wanted)])] as Section[];
  const changed = names.filter((name) => !isDeepStrictEqual(running[name], wanted[name]));
  const moved = changed.filter((name) => movable.has(name));
  const paths = (list: Section[]) => list.flatMap((name) => pathsBetween(running[name], wanted[name], name));
  return {
    config: { ...running, ...Object.fromEntries(moved.map((name) => [name, wanted[name]])) },
    parts: (Object.keys(sections) as Part[]).filter((part) =>
      sections[part].some((name) => moved.includes(name)),
    ),
    settings: paths(moved.filter((name) => !named.includes(name))),
    needsRestart: paths(changed.filter((name) => !movable.has(name))),
  };
}

function pathsBetween(one: unknown, other: unknown, path: string): string[] {
  if (isDeepStrictEqual(one, other)) return [];
  if (!isMapping(one) || !isMapping(other)) return [path];
  const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...keys].flatMap((key) => pathsBetween(one[key], other[key], `${path}.${key}`));
}
