import { existsSync, readFileSync } from 'node:fs';
import type { z } from 'zod';
import { messageOf } from '../../errors.ts';
import { printable } from '../../util/text.ts';
import { type Shape, shapeAt, shapeOf, valueAt } from '../schema/shape.ts';
import { type ConfigDocument, emptyDocument, readDocument, withoutDots, withoutEmpty } from './document.ts';
import { applyEnvironment, type Overrides, substitute, variableName } from './environment.ts';
import { problemsOf, shown } from './issues.ts';
import { formatPath, type Path, type Problem, parsePath } from './problems.ts';
import { withRuleFiles } from './rule-files.ts';
import { soundPart } from './sound.ts';
import { convertUnits } from './units.ts';

const defaultPath = 'logboom.yml';

/** A check of complete, valid settings: rules against notifiers, one port against another. */
export type CheckOf<Settings> = (settings: Settings) => Problem[];

export interface ReadOptions {
  /** The YAML file. Default: LOGBOOM_CONFIG, or `logboom.yml` if it exists, or no file. */
  path?: string | undefined;
  env: NodeJS.ProcessEnv;
  readFile?: (path: string) => string;
  /** Top-level settings of the file that are ignored. */
  omit?: readonly string[];
  /** Selects problems to leave out. */
  ignore?: (problem: Problem) => boolean;
}

interface Reading<Settings> extends ReadOptions {
  schema: z.ZodObject<z.core.$ZodShape, z.core.$strict> & z.ZodType<Settings>;
  /** Other top-level settings, of the file and the environment, are ignored. Default: they are problems. */
  partly?: boolean;
  checks: readonly CheckOf<Settings>[];
}

export interface LoadedAs<Settings> {
  /** Set only if there is no problem. */
  config?: Settings;
  problems: Problem[];
  /** The part of the configuration that the schema takes, where there are problems: `check` looks at it for more. */
  sound?: Settings;
  /** The file that was read. */
  path?: string;
  /** All files of the configuration, readable or not: the YAML file and the files of secrets. */
  files: string[];
  /** The files that secrets were read from. */
  secretFiles?: string[];
}

const readText = (path: string) => readFileSync(path, 'utf8');

function pathOf({ path, env }: ReadOptions): string | undefined {
  return path ?? (env.LOGBOOM_CONFIG || (existsSync(defaultPath) ? defaultPath : undefined));
}

function openDocument(
  path: string | undefined,
  readFile: (path: string) => string,
  { omit = [], root, only }: { omit?: readonly string[]; root: Shape; only: readonly string[] | undefined },
): ConfigDocument {
  if (path === undefined) return emptyDocument;
  try {
    const read = readDocument(readFile(path));
    if (only) for (const name of Object.keys(read.tree)) if (!only.includes(name)) delete read.tree[name];
    const document = withRuleFiles(read, path, { readFile });
    const { tree } = document;
    for (const name of omit) delete tree[name];
    if ('forward' in tree) tree.forward = withoutDots(tree.forward);
    return { ...document, tree: withoutEmpty(tree, root) as typeof tree };
  } catch (error) {
    const message = `The configuration ${path} cannot be read: ${messageOf(error)}.`;
    const remedy = 'Set a readable YAML file with --config or LOGBOOM_CONFIG.';
    return { ...emptyDocument, problems: [{ path: '', message, remedy }] };
  }
}

/** Whether a finding of a check is independent of the broken settings: one in the same section may only follow from them. */
function standsAlone(found: Problem, broken: Problem[]): boolean {
  const section = formatPath(parsePath(found.path).slice(0, -1));
  if (found.alone) return !broken.some(({ path }) => path !== '' && found.path.startsWith(path));
  return !broken.some(({ path }) => {
    const around = formatPath(parsePath(path).slice(0, -1));
    return path !== '' && (around === section || path === found.path || path.startsWith(`${section}.`));
  });
}

function checkWhole<Settings>(
  sound: Settings | undefined,
  broken: Problem[],
  checks: readonly CheckOf<Settings>[],
): Problem[] {
  if (sound === undefined) return [];
  const found = checks.flatMap((check) => check(sound));
  return found.filter((problem) => standsAlone(problem, broken));
}

/** Keeps the first problem of each setting. Further ones of the same setting follow from it. */
function firstOfEach(problems: Problem[]): Problem[] {
  const seen = new Set<string>();
  return problems.filter(({ path }) => {
    if (path === '') return true;
    const known = seen.has(path);
    seen.add(path);
    return !known;
  });
}

/** Adds the place: the line in the file, or the variable that set the setting or an enclosing section. */
function placed(problem: Problem, document: ConfigDocument, { variables }: Overrides): Problem {
  if (problem.path === '') return problem;
  const path = parsePath(problem.path);
  const around = path.map((_, index) => formatPath(path.slice(0, path.length - index)));
  const variable = around.map((at) => variables.get(at)).find((name) => name !== undefined);
  if (variable !== undefined) return { ...problem, variable };
  return { ...problem, ...document.locate(path) };
}

/** Adds the name of the rule: an index alone says little in a long file. */
function withRule(problem: Problem, written: unknown): Problem {
  const [section, place, setting] = parsePath(problem.path);
  if (section !== 'rules' || setting === 'name') return problem;
  const name = valueAt(written, ['rules', place!, 'name']);
  return typeof name === 'string' ? { ...problem, rule: printable(name) } : problem;
}

function withValue(problem: Problem, root: Shape, written: unknown): Problem {
  const path: Path = parsePath(problem.path);
  if (problem.value !== undefined || path.length === 0 || typeof path.at(-1) === 'number') return problem;
  const shape = shapeAt(root, path, written);
  const value = shape && !shape.secret ? shown(valueAt(written, path)) : undefined;
  return value === undefined ? problem : { ...problem, value };
}

/** The environment without the variables of settings that are not read. */
function environmentOf(env: NodeJS.ProcessEnv, only: readonly string[] | undefined): NodeJS.ProcessEnv {
  if (only === undefined) return env;
  const prefixes = only.map((name) => variableName([name]));
  const isRead = (name: string) =>
    !name.startsWith('LOGBOOM_') ||
    prefixes.some((prefix) => name === prefix || name.startsWith(`${prefix}_`));
  return Object.fromEntries(Object.entries(env).filter(([name]) => isRead(name)));
}

/**
 * Reads the file, the environment and the files of secrets, and checks the result. Never throws: it returns all
 * problems at once, each with its place and its remedy.
 */
export function readSettings<Settings>(options: Reading<Settings>): LoadedAs<Settings> {
  const { schema } = options;
  const root = shapeOf(schema);
  const only = options.partly ? Object.keys(schema.shape) : undefined;
  const path = pathOf(options);
  const files: string[] = [];
  const readFile = (file: string) => {
    files.push(file);
    return (options.readFile ?? readText)(file);
  };
  const env = environmentOf(options.env, only);
  const document = openDocument(path, readFile, { ...options, root, only });
  const found = { files, ...(path !== undefined && { path }) };
  if (document.problems.length > 0) return { ...found, problems: document.problems };

  const filled = substitute(root, document.tree, { env, readFile });
  const tree = filled.tree as Record<string, unknown>;
  const overrides = applyEnvironment(root, tree, env);
  convertUnits(tree);
  const written = structuredClone(document.tree);
  applyEnvironment(root, written, env);

  const parsed = schema.safeParse(tree);
  const issues = parsed.success
    ? []
    : parsed.error.issues.flatMap((issue) => problemsOf(issue, { root, tree, written }));
  const overridden = (problem: Problem) => overrides.variables.has(problem.path);
  const broken = [
    ...overrides.problems,
    ...filled.problems.filter((problem) => !overridden(problem)),
    ...issues,
  ];
  const sound = soundPart(schema, tree, broken);
  const whole = checkWhole(sound, broken, options.checks);
  const problems = firstOfEach([...broken, ...whole])
    .filter((problem) => !options.ignore?.(problem))
    .map((problem) => withRule(withValue(problem, root, written), written))
    .map((problem) => placed(problem, document, overrides))
    .sort((one, other) => (one.line ?? 0) - (other.line ?? 0));
  const { secretFiles } = filled;
  if (problems.length > 0 || !parsed.success) return { ...found, problems, ...(sound && { sound }) };
  return { ...found, problems, config: parsed.data, ...(secretFiles.length > 0 && { secretFiles }) };
}
