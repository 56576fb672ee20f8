import type { NamePattern } from '@logboom/common';
import { parsed, RawJson, wildcard } from './json.ts';

/** What remains of a pattern below a member. `**` stands for any number of steps. */
type Pattern = { steps: (NamePattern | '**')[] };

/** Splits a pattern at its dots; a dot after a backslash is part of a name. */
function pattern(text: string): Pattern {
  const names = text.split(/(?<!\\)\./).map((name) => name.replaceAll('\\.', '.'));
  return { steps: names.map((name) => (name === '**' ? '**' : wildcard(name))) };
}

/**
 * What remains of patterns below a member of that name. An empty remainder means that the member
 * itself is named.
 */
function descend(patterns: Pattern[], name: string): Pattern[] {
  return patterns.flatMap(({ steps }): Pattern[] => {
    const [step, ...rest] = steps;
    if (step === '**') return [{ steps }, ...descend([{ steps: rest }], name)];
    return step?.test(name) ? [{ steps: rest }] : [];
  });
}

/** Whether one of the patterns ends here. */
const isNamed = (patterns: Pattern[]) =>
  patterns.some(({ steps }) => steps.length === 0 || (steps.length === 1 && steps[0] === '**'));

/**
 * The parts that the patterns name. An object that loses all of its members is removed, as in
 * Elasticsearch.
 */
function keep(value: unknown, patterns: Pattern[]): unknown {
  if (isNamed(patterns)) return value;
  if (value instanceof RawJson) return keep(parsed(value), patterns);
  if (patterns.length === 0 || typeof value !== 'object' || value === null) return undefined;
  if (Array.isArray(value)) {
    const items = value.map((item) => keep(item, patterns)).filter((item) => item !== undefined);
    return items.length > 0 ? items : undefined;
  }
  const members = Object.entries(value)
    .map(([name, member]) => [name, keep(member, descend(patterns, name))] as const)
    .filter(([, member]) => member !== undefined);
  return members.length > 0 ? Object.fromEntries(members) : undefined;
}

/** The value without the parts that the patterns name. */
function drop(value: unknown, patterns: Pattern[]): unknown {
  if (value instanceof RawJson && patterns.length > 0) return drop(parsed(value), patterns);
  if (patterns.length === 0 || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => drop(item, patterns));
  const members = Object.entries(value)
    .map(([name, member]) => [name, member, descend(patterns, name)] as const)
    .filter(([, , rest]) => !isNamed(rest))
    .map(([name, member, rest]) => [name, drop(member, rest)] as const);
  return Object.fromEntries(members);
}

/**
 * `filter_path`: dotted patterns separated by commas; those that start with `-` exclude. The input
 * is not changed.
 */
export function filterPath(value: unknown, list: string): unknown {
  const names = list.split(',').filter(Boolean);
  const includes = names.filter((name) => !name.startsWith('-')).map(pattern);
  const excludes = names.filter((name) => name.startsWith('-')).map((name) => pattern(name.slice(1)));
  const kept = includes.length > 0 ? keep(value, includes) : value;
  return drop(kept, excludes) ?? {};
}

/** `_source` filtering: like `filterPath`, but a name also includes everything below it. */
export function filterSource(source: unknown, includes: string[], excludes: string[]): unknown {
  const kept = includes.length > 0 ? keepSource(source, includes) : source;
  return dropSource(kept, excludes) ?? {};
}

const keepSource = (source: unknown, includes: string[]) => keepDotted(source, includes.map(wildcard), '');

/**
 * Whether a pattern names the member, or an object that its dotted key leads through: `host`
 * includes the key `host.name`.
 */
function matchesPart(patterns: NamePattern[], full: string, path: string): boolean {
  for (let dot = full.indexOf('.', path.length + 1); dot !== -1; dot = full.indexOf('.', dot + 1))
    if (patterns.some((one) => one.test(full.slice(0, dot)))) return true;
  return patterns.some((one) => one.test(full));
}

/** Compares whole dotted names, since a document may write `host.name` as one key or as two. */
function keepDotted(value: unknown, patterns: NamePattern[], path: string): unknown {
  if (path && patterns.some((one) => one.test(path))) return value;
  if (typeof value !== 'object' || value === null) return undefined;
  if (Array.isArray(value)) {
    const items = value.map((item) => keepDotted(item, patterns, path)).filter((item) => item !== undefined);
    return items.length > 0 ? items : undefined;
  }
  const members = Object.entries(value)
    .map(([name, member]) => {
      const full = path ? `${path}.${name}` : name;
      return [name, matchesPart(patterns, full, path) ? member : keepDotted(member, patterns, full)] as const;
    })
    .filter(([, member]) => member !== undefined);
  return members.length > 0 ? Object.fromEntries(members) : undefined;
}

function dropSource(value: unknown, excludes: string[]): unknown {
  if (excludes.length === 0) return value;
  const patterns = excludes.map(wildcard);
  const visit = (part: unknown, path: string): unknown => {
    if (Array.isArray(part)) return part.map((item) => visit(item, path));
    if (typeof part !== 'object' || part === null) return part;
    return Object.fromEntries(
      Object.entries(part)
        .map(([name, member]) => [name, member, path ? `${path}.${name}` : name] as const)
        .filter(([, , full]) => !matchesPart(patterns, full, path))
        .map(([name, member, full]) => [name, visit(member, full)] as const),
    );
  };
  return visit(value, '');
}
