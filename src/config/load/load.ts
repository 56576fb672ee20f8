import { existsSync, readFileSync } from 'node:fs';
import { messageOf } from '../../errors.ts';
import { printable } from '../../util/text.ts';
import { crossChecks } from '../checks/crosscheck.ts';
import { type Config, schema } from '../schema/schema.ts';
import { shapeAt, shapeOf, valueAt } from '../schema/shape.ts';
import { type ConfigDocument, emptyDocument, readDocument, withoutDots, withoutEmpty } from './document.ts';
import { applyEnvironment, type Overrides, substitute, variableName } from './environment.ts';
import { problemsOf, shown } from './issues.ts';
import { formatPath, type Path, type Problem, parsePath } from './problems.ts';
import { withRuleFiles } from './rule-files.ts';
import { soundPart } from './sound.ts';
import { convertUnits } from './units.ts';

/** A check of a complete, valid configuration: rules against notifiers, one port against another. */
export type Check = (config: Config) => Problem[];

const defaultPath = 'logboom.yml';

interface LoadOptions {
  /** The YAML file. Default: LOGBOOM_CONFIG, or `logboom.yml` if it exists, or no file. */
  path?: string | undefined;
  env: NodeJS.ProcessEnv;
  readFile?: (path: string) => string;
  /** Checks of outer layers, such as those of rules. */
  checks?: readonly Check[];
  /** Top-level settings of the file that are ignored. */
  omit?: readonly string[];
  /** The only top-level settings that are read, without the checks over several settings. Default: all. */
  only?: readonly string[];
  /** Selects problems to leave out. */
  ignore?: (problem: Problem) => boolean;
}

export interface Loaded {
  /** Set only if there is no problem. */
  config?: Config;
  problems: Problem[];
  /** The part of the configuration that the schema takes, where there are problems: `check` looks at it for more. */
  sound?: Config;
  /** The file that was read. */
  path?: string;
  /** All files of the configuration, readable or not: the YAML file and the files of secrets. */
  files: string[];
  /** The files that secrets were read from. */
  secretFiles?: string[];
}

const root = shapeOf(schema);
const readText = (path: string) => readFileSync(path, 'utf8');

function pathOf({ path, env }: LoadOptions): string | undefined {
  return path ?? (env.LOGBOOM_CONFIG || (existsSync(defaultPath) ? defaultPath : undefined));
}

function openDocument(
  path: string | undefined,
  readFile: (path: string) => string,
  { omit = [], only }: LoadOptions,
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

function checkWhole(sound: Config | undefined, broken: Problem[], checks: readonly Check[]): Problem[] {
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

function withValue(problem: Problem, written: unknown): Problem {
  const path: Path = parsePath(problem.path);
  if (problem.value !== undefined || path.length === 0 || typeof path.at(-1) === 'number') return problem;
  const shape = shapeAt(root, path, written);
  const value = shape && !shape.secret ? shown(valueAt(written, path)) : undefined;
  return value === undefined ? problem : { ...problem, value };
}

/** The environment without the variables of settings that are not read. */
function environmentOf({ env, only }: LoadOptions): NodeJS.ProcessEnv {
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
export function loadConfig(options: LoadOptions): Loaded {
  const path = pathOf(options);
  const files: string[] = [];
  const readFile = (file: string) => {
    files.push(file);
    return (options.readFile ?? readText)(file);
  };
  const env = environmentOf(options);
  const document = openDocument(path, readFile, options);
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
  const sound = soundPart(tree, broken);
  const checks = options.only ? [] : [...crossChecks, ...(options.checks ?? [])];
  const whole = checkWhole(sound, broken, checks);
  const problems = firstOfEach([...broken, ...whole])
    .filter((problem) => !options.ignore?.(problem))
    .map((problem) => withRule(withValue(problem, written), written))
    .map((problem) => placed(problem, document, overrides))
    .sort((one, other) => (one.line ?? 0) - (other.line ?? 0));
  const { secretFiles } = filled;
  if (problems.length > 0 || !parsed.success) return { ...found, problems, ...(sound && { sound }) };
  return { ...found, problems, config: parsed.data, ...(secretFiles.length > 0 && { secretFiles }) };
}
