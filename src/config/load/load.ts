import { crossChecks } from '../checks/crosscheck.ts';
import { type Config, schema } from '../schema/schema.ts';
import { type CheckOf, type LoadedAs, type ReadOptions, readSettings } from './read.ts';

export type Check = CheckOf<Config>;
export type Loaded = LoadedAs<Config>;

interface LoadOptions extends ReadOptions {
  /** Checks of outer layers, such as those of rules. */
  checks?: readonly Check[];
}

/** The whole configuration, with the checks over several settings. */
export function loadConfig(options: LoadOptions): Loaded {
  const checks = [...crossChecks, ...(options.checks ?? [])];
  return readSettings({ ...options, schema, checks });
}
