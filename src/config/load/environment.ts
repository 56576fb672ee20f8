import { parse } from 'yaml';
import { childOf, isMapping, namesIn, type Shape, valueIn } from '../schema/shape.ts';
import { didYouMean } from './issues.ts';
import { formatPath, type Path, type Problem } from './problems.ts';

/** A setting and the environment variable that overrides it. */
interface Variable {
  name: string;
  path: Path;
  shape: Shape;
}

/** Variables with the prefix that are not settings. */
const reservedVariables = ['LOGBOOM_CONFIG', 'LOGBOOM_PEERS'];
/** Kubernetes sets these variables in every pod for a service named `logboom`. */
const serviceLink = /^LOGBOOM_(SERVICE_(HOST|PORT\w*)|PORT|PORT_\d+_(TCP|UDP)\w*)$/;

/** `journal.maxSize` → `LOGBOOM_JOURNAL_MAX_SIZE`. */
export function variableName(path: Path): string {
  const words = path.map((key) => String(key).replace(/([a-z0-9])([A-Z])/g, '$1_$2'));
  return `LOGBOOM_${words.join('_')}`.toUpperCase().replace(/[^A-Z0-9]+/g, '_');
}

/** Every setting that can be overridden, outer ones first. Lists and mappings have the entries that `tree` has. */
export function variablesOf(shape: Shape, tree: unknown, path: Path = []): Variable[] {
  return namesIn(shape, tree).flatMap((key) => {
    const child = childOf(shape, key, tree)!;
    const at = [...path, key];
    return [
      { name: variableName(at), path: at, shape: child },
      ...variablesOf(child, valueIn(tree, key), at),
    ];
  });
}

/**
 * Converts the text of a variable to the type of its setting. A text that cannot be converted stays a text: the
 * check by the schema then reports it, as it does for the file.
 */
export function readText(shape: Shape, text: string): unknown {
  if (shape.kind === 'number' || shape.kind === 'whole number') {
    return /^-?\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : text;
  }
  if (shape.kind === 'boolean') return { true: true, false: false }[text.trim()] ?? text;
  if (shape.kind === 'list') return readList(shape, text);
  if (shape.kind === 'mapping' || shape.kind === 'section' || shape.kind === 'variants')
    return readYaml(text);
  return text;
}

function readYaml(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return text;
  }
}

/** A list of texts may also be written as `a, b`, which is usual for variables. */
function readList(shape: Shape, text: string): unknown {
  const value = readYaml(text);
  const ofScalars = ['text', 'address', 'choice'].includes(childOf(shape, 0)!.kind);
  return Array.isArray(value) || !ofScalars ? value : text.split(',').map((part) => part.trim());
}

function place(tree: Record<string, unknown>, path: Path, value: unknown): void {
  let at: Record<string | number, unknown> = tree;
  for (const key of path.slice(0, -1)) {
    if (!isMapping(at[key]) && !Array.isArray(at[key])) at[key] = {};
    at = at[key] as Record<string | number, unknown>;
  }
  at[path.at(-1)!] = value;
}

function unknownVariable(name: string, known: Variable[]): Problem {
  const names = [...known.map((variable) => variable.name), ...reservedVariables];
  return {
    path: '',
    variable: name,
    message: `The environment variable ${name} names no setting${didYouMean(name, names) || '.'}`,
    remedy: 'Correct or unset it. docs/configuration.md lists the variables of all settings.',
  };
}

export interface Overrides {
  /** Formatted path → name of the variable that set it. */
  variables: Map<string, string>;
  problems: Problem[];
}

/**
 * Writes the values of the variables into `tree`, sections before their settings. An empty variable counts as unset:
 * Compose files set variables that have no value to empty ones.
 */
export function applyEnvironment(
  root: Shape,
  tree: Record<string, unknown>,
  env: NodeJS.ProcessEnv,
): Overrides {
  const given = Object.keys(env).filter((name) => name.startsWith('LOGBOOM_') && env[name] !== '');
  const asked = given.filter((name) => !reservedVariables.includes(name) && !serviceLink.test(name));
  const known = variablesOf(root, tree);
  const byName = new Map(known.map((variable) => [variable.name, variable]));
  const found = asked.flatMap((name) => byName.get(name) ?? []);
  found.sort((one, other) => one.path.length - other.path.length);
  for (const { name, path, shape } of found) place(tree, path, readText(shape, env[name]!));
  return {
    variables: new Map(found.map(({ name, path }) => [formatPath(path), name])),
    problems: asked.filter((name) => !byName.has(name)).map((name) => unknownVariable(name, known)),
  };
}
