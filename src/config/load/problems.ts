/** A place in the configuration: `['rules', 2, 'when']`. */
export type Path = readonly (string | number)[];

/** Something that is wrong with the configuration, in words, with what to do about it. */
export interface Problem {
  /** The setting: `rules[2].when`. Empty where the whole file is meant. */
  path: string;
  /** What was written, shortened. A secret is never shown. */
  value?: string;
  message: string;
  remedy: string;
  /** The setting is wrong by itself, whatever those beside it are. */
  alone?: boolean;
  /** Place in the YAML file, from 1. */
  line?: number;
  column?: number;
  /** The environment variable that the value came from, where it did not come from the file. */
  variable?: string;
}

/** A check that needs a whole, valid configuration: rules against notifiers, one port against another. */
export type Check = (config: Config) => Problem[];

type Config = import('../schema/schema.ts').Config;

/** Writes a path as people read it: `rules[2].when`, `parsers.byDataset["nginx.access"]`. */
export function formatPath(path: Path): string {
  let text = '';
  for (const key of path) {
    if (typeof key === 'number') text += `[${key}]`;
    else if (/^[\w@-]+$/.test(key)) text += text === '' ? key : `.${key}`;
    else text += `[${JSON.stringify(key)}]`;
  }
  return text;
}

export const problem = (path: Path, message: string, remedy: string): Problem => ({
  path: formatPath(path),
  message,
  remedy,
});

/** Reads what `formatPath` writes. */
export function parsePath(text: string): Path {
  const parts = text.matchAll(/\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]|([^.[\]]+)/g);
  return [...parts].map(([, index, quoted, name]) => {
    if (index !== undefined) return Number(index);
    return quoted === undefined ? name! : (JSON.parse(quoted) as string);
  });
}

/** Where a problem is: `logboom.yml:3:5` or the name of an environment variable. */
function placeOf(problem: Problem, file: string | undefined): string {
  if (problem.variable) return problem.variable;
  if (file === undefined) return '';
  return problem.line === undefined ? file : `${file}:${problem.line}:${problem.column}`;
}

/** One problem over two or three lines, for a terminal. */
export function formatProblem(problem: Problem, file?: string): string {
  const value = problem.value === undefined ? '' : ` = ${problem.value}`;
  const head = [placeOf(problem, file), `${problem.path}${value}`].filter((part) => part !== '').join('  ');
  return `${head}\n  ${problem.message}\n  → ${problem.remedy}`;
}
