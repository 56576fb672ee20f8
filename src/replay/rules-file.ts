import { type Loaded, loadConfig } from '../config/load/load.ts';
import { formatProblem } from '../config/load/problems.ts';
import type { Config } from '../config/schema/schema.ts';
import { LogboomError } from '../errors.ts';
import { messageProblems, ruleProblems } from '../rules/problems.ts';

/** Notifier names of rules. A replay notifies nobody, so a file with rules only may use names that it does not declare. */
const isNotifier = /^rules\[\d+\]\.notify\b/;

interface RulesFile {
  /** A `logboom.yml` or a file with `rules:` only. Undefined: the configuration that a server would load. */
  path: string | undefined;
  env: NodeJS.ProcessEnv;
  /** The text of the file, if it is already read. */
  text?: string;
  /** Top-level names of the file that are not settings. */
  omit?: readonly string[];
}

/** Loads the configuration for a replay. Throws `CONFIG_INVALID` with all problems. */
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
