import { type Check, type Loaded, loadConfig } from '../config/load/load.ts';
import { formatProblems } from '../config/load/problems.ts';
import type { Config } from '../config/schema/schema.ts';
import { LogboomError } from '../errors.ts';
import { controlProblems } from '../notifiers/control/problems.ts';
import { notifierProblems } from '../notifiers/problems.ts';
import { streamProblems } from '../notifiers/streams/problems.ts';
import { customFormatProblems } from '../parsers/custom/custom-formats.ts';
import { enrichmentProblems } from '../parsers/enrich/enrichment.ts';
import { processorProblems } from '../processors/chain.ts';
import { reportProblems } from '../reports/problems.ts';
import { compileQuery } from '../rules/kql/compile.ts';
import { messageProblems, ruleProblems } from '../rules/problems.ts';
import { statisticsProblems } from '../statistics/problems.ts';

/** Checks of the configuration by outer layers. */
export const allChecks: readonly Check[] = [
  customFormatProblems,
  enrichmentProblems,
  processorProblems,
  ruleProblems,
  messageProblems,
  notifierProblems,
  controlProblems(compileQuery),
  statisticsProblems(compileQuery),
  reportProblems(compileQuery),
  streamProblems,
];

export interface ConfigArguments {
  config?: string | undefined;
  data?: string | undefined;
}

/** Loads the configuration that the arguments and the environment select. Arguments take precedence. */
export function load({ config, data }: ConfigArguments, readFile?: (path: string) => string): Loaded {
  const env = data === undefined ? process.env : { ...process.env, LOGBOOM_DATA: data };
  return loadConfig({ path: config, env, checks: allChecks, ...(readFile && { readFile }) });
}

/** The configuration. Throws `CONFIG_INVALID` with all problems. */
export function validConfig(arguments_: ConfigArguments): Config {
  const loaded = load(arguments_);
  if (loaded.config) return loaded.config;
  throw new LogboomError('CONFIG_INVALID', formatProblems(loaded));
}
