import { variableName } from '../config/load/environment.ts';
import { type Loaded, loadConfig } from '../config/load/load.ts';
import { formatProblem } from '../config/load/problems.ts';
import type { Config } from '../config/schema/schema.ts';
import { LogboomError } from '../errors.ts';
import { messageProblems, ruleProblems } from '../rules/problems.ts';

/** Notifier names of rules. A replay notifies nobody, so a file with rules only may use names that it does not declare. */
const isNotifier = /^rules\[\d+\]\.notify\b/;

/** Sections about what a server connects to. A replay makes no connection, so it needs no secret in them. */
const peers = ['notifiers', 'elasticsearch', 'forward', 'deadMansSwitch', 'api', 'streams', 'reports'];

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
export function rulesFrom({ path, env, text, omit = [] }: RulesFile): Config {
  const loaded = loadConfig({
    path,
    env: withoutPeers(env),
    checks: [ruleProblems, messageProblems],
    ignore: (problem) => isNotifier.test(problem.path),
    omit: [...peers, ...omit],
    ...(text !== undefined && { readFile: () => text }),
  });
  if (loaded.config) return loaded.config;
  throw new LogboomError('CONFIG_INVALID', listed(loaded));
}

/** The environment without the variables that set values in these sections. */
function withoutPeers(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const prefixes = peers.map((name) => variableName([name]));
  const isOfPeer = (name: string) =>
    prefixes.some((prefix) => name === prefix || name.startsWith(`${prefix}_`));
  return Object.fromEntries(Object.entries(env).filter(([name]) => !isOfPeer(name)));
}

function listed({ problems, path }: Loaded): string {
  const list = problems.map((problem) => formatProblem(problem, path)).join('\n\n');
  return `${path ?? 'The environment'} cannot be used:\n\n${list}`;
}
