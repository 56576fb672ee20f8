import type { Check } from '../config/load/load.ts';
import { type Loaded, loadConfig } from '../config/load/load.ts';
import { formatProblem } from '../config/load/problems.ts';
import type { Config } from '../config/schema/schema.ts';
import { LogboomError } from '../errors.ts';
import { notifierProblems } from '../notifiers/problems.ts';
import { customFormatProblems } from '../parsers/custom/custom-formats.ts';
import { enrichmentProblems } from '../parsers/enrich/enrichment.ts';
import { messageProblems, ruleProblems } from '../rules/problems.ts';

/** Checks of the configuration by outer layers. */
const checks: readonly Check[] = [
  customFormatProblems,
  enrichmentProblems,
  ruleProblems,
  messageProblems,
  notifierProblems,
];

export interface ConfigArguments {
  config?: string | undefined;
  data?: string | undefined;
}

export const configArgument = {
  type: 'string',
  valueHint: 'file',
  description: 'Configuration file (default: LOGBOOM_CONFIG, or ./logboom.yml if it exists)',
} as const;
export const dataArgument = {
  type: 'string',
  valueHint: 'folder',
  description: 'Data folder, instead of the configured one',
} as const;

/** Loads the configuration that the arguments and the environment select. Arguments take precedence. */
export function load({ config, data }: ConfigArguments): Loaded {
  const env = data === undefined ? process.env : { ...process.env, LOGBOOM_DATA: data };
  return loadConfig({ path: config, env, checks });
}

/** All problems as text. */
export function formatProblems({ problems, path }: Loaded): string {
  const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`;
  const list = problems.map((problem) => formatProblem(problem, path)).join('\n\n');
  return `The configuration has ${count}:\n\n${list}`;
}

/** The configuration. Throws `CONFIG_INVALID` with all problems. */
export function validConfig(arguments_: ConfigArguments): Config {
  const loaded = load(arguments_);
  if (loaded.config) return loaded.config;
  throw new LogboomError('CONFIG_INVALID', formatProblems(loaded));
}
