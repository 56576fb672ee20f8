import { type Loaded, loadConfig } from '../config/load/load.ts';
import { formatProblem } from '../config/load/problems.ts';
import type { Config } from '../config/schema/schema.ts';
import { LogboomError } from '../errors.ts';
import { messageProblems, ruleProblems } from '../rules/problems.ts';

/** A setting that says whom to tell: nobody is told of a replay, so a file of rules alone may name notifiers. */
const isNotifier = /^rules\[\d+\]\.notify\b/;

interface RulesFile {
  /** A `logboom.yml` or a file that has no more than `rules:`. Undefined: what a server would take. */
  path: string | undefined;
  env: NodeJS.ProcessEnv;
  /** The file's text, where it is known already. */
  text?: string;
  /** What the file has beside a configuration. */
  omit?: readonly string[];
}

/** The configuration for a replay. Throws `CONFIG_INVALID` with all problems. */
export function rulesFrom({ path, env, text, omit }: RulesFile): Config {
  const loaded = loadConfig({
    path,
    env,
    checks: [ruleProblems, messageProblems],
    ignore: (problem) => isNotifier.test(problem.path),
    ...(omit && { omit }),
    ...(text !== undefined && { readFile: () => text }),
  });
  if (loaded.config) return loaded.config;
  throw new LogboomError('CONFIG_INVALID', listed(loaded));
}

function listed({ problems, path }: Loaded): string {
  const list = problems.map((problem) => formatProblem(problem, path)).join('\n\n');
  return `${path ?? 'The environment'} cannot be used:\n\n${list}`;
}
