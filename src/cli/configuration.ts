import type { Check } from '../config/load/load.ts';
import { type Loaded, loadConfig } from '../config/load/load.ts';
import { formatProblem } from '../config/load/problems.ts';
import type { Config } from '../config/schema/schema.ts';
import { LogboomError } from '../errors.ts';
import { controlProblems } from '../notifiers/control/problems.ts';
import { notifierProblems } from '../notifiers/problems.ts';
import { customFormatProblems } from '../parsers/custom/custom-formats.ts';
import { enrichmentProblems } from '../parsers/enrich/enrichment.ts';
import { compileQuery } from '../rules/kql/compile.ts';
import { messageProblems, ruleProblems } from '../rules/problems.ts';
import { sourceOf } from './api-client.ts';
import { addressFrom } from './arguments.ts';

/** Checks of the configuration by outer layers. */
const checks: readonly Check[] = [
  customFormatProblems,
  enrichmentProblems,
  ruleProblems,
  messageProblems,
  notifierProblems,
  controlProblems(compileQuery),
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

/** The arguments of commands that ask a running server. */
export const apiArguments = {
  config: configArgument,
  url: {
    type: 'string',
    valueHint: 'url',
    description: 'Address of the API, instead of the configured one',
  },
  token: { type: 'string', valueHint: 'token', description: 'Bearer token, instead of the configured one' },
  json: { type: 'boolean', description: 'Print JSON' },
} as const;

/** The API that the arguments select. */
export function apiOf(args: ConfigArguments & Partial<Record<'url' | 'token', string | undefined>>) {
  const configured = args.url === undefined ? sourceOf(validConfig(args)) : { url: addressFrom(args.url) };
  return { ...configured, ...(args.token && { token: args.token }) };
}
