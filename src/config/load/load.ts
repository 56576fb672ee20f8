import { existsSync, readFileSync } from 'node:fs';
import { messageOf } from '../../errors.ts';
import { crossChecks } from '../checks/crosscheck.ts';
import { type Config, schema } from '../schema/schema.ts';
import { isMapping, shapeAt, shapeOf, valueAt } from '../schema/shape.ts';
import { type ConfigDocument, emptyDocument, readDocument, withoutDots, withoutEmpty } from './document.ts';
import { applyEnvironment, type Overrides } from './environment.ts';
import { problemsOf, shown } from './issues.ts';
import { formatPath, type Path, type Problem, parsePath } from './problems.ts';
import { substitute } from './substitute.ts';

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
  /** Selects problems to leave out. */
  ignore?: (problem: Problem) => boolean;
}

export interface Loaded {
  /** Set only if there is no problem. */
  config?: Config;
  problems: Problem[];
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
  omit: readonly string[] = [],
): ConfigDocument {
  if (path === undefined) return emptyDocument;
  try {
    const document = readDocument(readFile(path));
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

/** Removes the settings that have problems, so that the checks over several settings can run on the others. */
function withoutBroken(tree: unknown, problems: Problem[]): unknown {
  const copy = structuredClone(tree);
  for (const { path } of problems) {
    const keys = parsePath(path);
    const section = valueAt(copy, keys.slice(0, -1));
    if (!isMapping(section)) continue;
    delete section[String(keys.at(-1))];
    // A rule needs a name, so that its other problems are found as well.
    if (keys[0] === 'rules' && keys.length === 3 && keys[2] === 'name') section.name = `unnamed-${keys[1]}`;
  }
  return copy;
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

function checkWhole(tree: unknown, broken: Problem[], checks: readonly Check[]): Problem[] {
  const parsed = schema.safeParse(withoutBroken(tree, broken));
  if (!parsed.success) return [];
  const found = checks.flatMap((check) => check(parsed.data));
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

function withValue(problem: Problem, written: unknown): Problem {
  const path: Path = parsePath(problem.path);
  if (problem.value !== undefined || path.length === 0) return problem;
  const shape = shapeAt(root, path, written);
  const value = shape && !shape.secret ? shown(valueAt(written, path)) : undefined;
  return value === undefined ? problem : { ...problem, value };
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
  const document = openDocument(path, readFile, options.omit);
  const found = { files, ...(path !== undefined && { path }) };
  if (document.problems.length > 0) return { ...found, problems: document.problems };

  const filled = substitute(root, document.tree, { env: options.env, readFile });
  const tree = filled.tree as Record<string, unknown>;
  const overrides = applyEnvironment(root, tree, options.env);
  const written = structuredClone(document.tree);
  applyEnvironment(root, written, options.env);

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
  const whole = checkWhole(tree, broken, [...crossChecks, ...(options.checks ?? [])]);
  const problems = firstOfEach([...broken, ...whole])
    .filter((problem) => !options.ignore?.(problem))
    .map((problem) => withValue(problem, written))
    .map((problem) => placed(problem, document, overrides))
    .sort((one, other) => (one.line ?? 0) - (other.line ?? 0));
  const { secretFiles } = filled;
  if (problems.length > 0 || !parsed.success) return { ...found, problems };
  return { ...found, problems, config: parsed.data, ...(secretFiles.length > 0 && { secretFiles }) };
}
