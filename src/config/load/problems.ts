/** A place in the configuration: `['rules', 2, 'when']`. */
export type Path = readonly (string | number)[];

/** A fault of the configuration and its remedy. */
export interface Problem {
  /** The setting: `rules[2].when`. Empty for the whole file. */
  path: string;
  /** The value in the file, shortened. Never set for a secret. */
  value?: string;
  message: string;
  remedy: string;
  /** The setting is wrong whatever the other settings of its section are. */
  alone?: boolean;
  /** The name of the rule that has the setting. */
  rule?: string;
  /** The file that has the setting, where it is not the configuration itself: a file of rules. */
  file?: string;
  /** Place in the YAML file, counted from 1. */
  line?: number;
  column?: number;
  /** The environment variable that set the value, if it did not come from the file. */
  variable?: string;
}

/** Formats a path for people: `rules[2].when`, `parsers.byDataset["nginx.access"]`. */
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

/** Parses the output of `formatPath`. */
export function parsePath(text: string): Path {
  const parts = text.matchAll(/\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]|([^.[\]]+)/g);
  return [...parts].map(([, index, quoted, name]) => {
    if (index !== undefined) return Number(index);
    return quoted === undefined ? name! : (JSON.parse(quoted) as string);
  });
}

/** The place of a problem: `logboom.yml:3:5` or the name of an environment variable. */
function placeOf(problem: Problem, file: string | undefined): string {
  if (problem.variable) return problem.variable;
  const name = problem.file ?? file;
  if (name === undefined) return '';
  return problem.line === undefined ? name : `${name}:${problem.line}:${problem.column}`;
}

/** Formats a problem as two or three lines for a terminal. */
export function formatProblem(problem: Problem, file?: string): string {
  const value = problem.value === undefined ? '' : ` = ${problem.value}`;
  const rule = problem.rule === undefined ? '' : ` (rule ${problem.rule})`;
  const head = [placeOf(problem, file), `${problem.path}${rule}${value}`]
    .filter((part) => part !== '')
    .join('  ');
  return `${head}\n  ${problem.message}\n  → ${problem.remedy}`;
}

/** All problems as text. */
export function formatProblems({ problems, path }: { problems: Problem[]; path?: string }): string {
  const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`;
  const list = problems.map((problem) => formatProblem(problem, path)).join('\n\n');
  return `The configuration has ${count}:\n\n${list}`;
}
