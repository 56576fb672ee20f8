import { parse } from 'yaml';
import { didYouMean } from '../../util/did-you-mean.ts';
import { childOf, isMapping, namesIn, type Shape, valueIn } from '../schema/shape.ts';
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

const booleans = new Map([
  ['true', true],
  ['false', false],
]);

/**
 * Converts the text of a variable to the type of its setting. A text that cannot be converted stays a text: the
 * check by the schema then reports it, as it does for the file.
 */
export function readText(shape: Shape, text: string): unknown {
  if (shape.kind === 'number' || shape.kind === 'whole number') {
    return /^-?\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : text;
  }
  if (shape.kind === 'boolean') return booleans.get(text.trim()) ?? text;
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
  // Usually none is set, and thousands of rules have ten thousands of settings.
  const known = asked.length === 0 ? [] : variablesOf(root, tree);
  const byName = new Map(known.map((variable) => [variable.name, variable]));
  const found = asked.flatMap((name) => byName.get(name) ?? []);
  found.sort((one, other) => one.path.length - other.path.length);
  for (const { name, path, shape } of found) place(tree, path, readText(shape, env[name]!));
  return {
    variables: new Map(found.map(({ name, path }) => [formatPath(path), name])),
    problems: asked.filter((name) => !byName.has(name)).map((name) => unknownVariable(name, known)),
  };
}

interface Sources {
  env: NodeJS.ProcessEnv;
  readFile(path: string): string;
}

interface Substituted {
  tree: unknown;
  /** The files that secrets were read from. */
  secretFiles: string[];
  problems: Problem[];
}

/** `${NAME}`, `${NAME:default}`; `$${` stands for a literal `${`. */
const reference = /\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)(?::([^}]*))?\}/g;

/**
 * Replaces references by environment variables, and `{ file: path }` by the content of the file. It works on values,
 * not on the YAML text, so that a variable cannot add settings.
 */
export function substitute(root: Shape, tree: unknown, sources: Sources): Substituted {
  const problems: Problem[] = [];
  const secretFiles: string[] = [];
  const walk = (shape: Shape | undefined, value: unknown, path: Path): unknown => {
    if (typeof value === 'string') return fill(shape, value, path);
    if (Array.isArray(value)) {
      return value.map((item, index) => walk(shape && childOf(shape, index, value), item, [...path, index]));
    }
    if (!isMapping(value)) return value;
    if (shape?.secret) return readSecret(value, path);
    const entries = Object.entries(value).map(([key, child]) => [
      key,
      walk(shape && childOf(shape, key, value), child, [...path, key]),
    ]);
    return Object.fromEntries(entries);
  };

  const fill = (shape: Shape | undefined, text: string, path: Path): unknown => {
    if (!text.includes('${')) return text;
    const filled = text.replace(reference, (match, name?: string, byDefault?: string) => {
      if (name === undefined) return '${';
      const value = sources.env[name] || byDefault;
      if (value === undefined) problems.push(missingVariable(path, shape?.secret ? undefined : text, name));
      return value ?? match;
    });
    return shape && !isText(shape) ? readText(shape, filled) : filled;
  };

  const readSecret = (value: Record<string, unknown>, path: Path): unknown => {
    const { file, ...others } = value;
    if (typeof file !== 'string' || Object.keys(others).length > 0) return value;
    try {
      const filled = String(fill(undefined, file, path));
      const text = sources.readFile(filled).replace(/\r?\n$/, '');
      secretFiles.push(filled);
      if (text !== '') return text;
      problems.push(secretFile(path, file, 'is empty'));
    } catch (error) {
      problems.push(
        secretFile(path, file, `cannot be read (${(error as NodeJS.ErrnoException).code ?? 'error'})`),
      );
    }
    return undefined;
  };

  return { tree: walk(root, tree, []), secretFiles, problems };
}

/** Settings of other kinds are read from the filled text as from a variable. */
const isText = (shape: Shape) => !['number', 'whole number', 'boolean', 'list'].includes(shape.kind);

function missingVariable(path: Path, text: string | undefined, name: string): Problem {
  return {
    path: formatPath(path),
    ...(text !== undefined && { value: text }),
    message: `The environment variable ${name} is not set.`,
    remedy: `Set ${name}, or write a default: \${${name}:value}.`,
  };
}

const secretFile = (path: Path, file: string, what: string): Problem => ({
  path: formatPath(path),
  value: `{ file: ${file} }`,
  message: `The secret file ${file} ${what}.`,
  remedy:
    'Set the path of a readable file that holds the secret. A relative path starts at the working folder.',
});
