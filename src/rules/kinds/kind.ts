import type { z } from 'zod';
import type { AlertSettings, CommonSettings } from '../../config/schema/rule-settings.ts';
import type { Millis } from '../../model.ts';
import type { Report } from '../checks.ts';
import type { Counting, Traits } from '../compile.ts';
import type { Run, RunParts } from '../run/run.ts';

/**
 * Everything that is particular to one kind of rule. The rest of logboom knows no kinds: it looks the kind of a rule
 * up by `kindOf` and uses this interface. All members are pure functions of the rule's configuration.
 */
export interface RuleKind<Config> {
  readonly traits: Traits;
  /** Reports settings that cannot work, or that can never have an effect. Settings of every kind are checked elsewhere. */
  check(config: Config, report: Report): void;
  /** The rule in the settings of a threshold, so that alerts of all kinds have the same states, documents and messages. */
  settings(config: Config): AlertSettings;
  /** What windows count, where it is not the `measure` and `when` of `settings`. */
  counting?(config: Config): Counting;
  /** Starts a rule, without any memory. */
  start(parts: RunParts<Config>): Run;
  /** What an event must have to be counted, in words, for `explain`. */
  required?(config: Config): string;
  /** How far before an observation the events lie on which its judgement depends. Default: the length of the window. */
  lookBack?(config: Config): Millis;
  /** Fields that alert documents and messages have beside the fields of `by`. */
  readonly documentFields?: readonly string[];
}

type Schema = z.ZodType<CommonSettings & { kind: string }>;

/** Joins a kind with the schema of its settings. The schema has the name of the kind as the literal `kind`. */
export function defineKind<S extends Schema>(kind: RuleKind<z.infer<S>> & { readonly schema: S }) {
  return kind;
}
