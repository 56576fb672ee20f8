import type { z } from 'zod';
import type { AlertSettings, CommonSettings } from '../../config/schema/rule-settings.ts';
import type { Millis } from '../../model.ts';
import type { Bounds, Report } from '../checks.ts';
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

/** Values of the settings that a kind does not have: nothing has to last, and no window is recorded. */
export const defaults = {
  every: undefined,
  minCount: 0,
  recover: undefined,
  for: 0,
  keepActiveFor: 0,
  noData: 'hold',
  record: false,
} as const;

/** `> 5`, `< 2`, `outside 2..5`. */
export function boundsCondition({ min, max }: Bounds): string {
  if (min !== undefined && max !== undefined) return `outside ${min}..${max}`;
  return max === undefined ? `< ${min ?? 0}` : `> ${max}`;
}

/**
 * The window of kinds that count moments. The alert is active from a moment on until there was none for the quiet time.
 * `measure` is in words.
 */
export function momentWindow(
  quiet: Millis,
  measure: string,
): Pick<AlertSettings, 'measure' | 'when' | 'over' | 'every'> {
  return { measure, when: '>= 1', over: quiet, every: hopOf(quiet) };
}

/** A tenth of the quiet time where that is whole. A smaller hop dates the end of an alert better, and needs more memory. */
function hopOf(quiet: Millis): Millis {
  return quiet / ([10, 5, 2].find((parts) => quiet % parts === 0) ?? 1);
}
