import type { DiscoverConfig } from '../config/schema/kibana.ts';
import type { AlertSettings } from '../config/schema/rule-settings.ts';
import { type CompiledRule, compileSettings } from './compile.ts';
import { parseMeasure } from './condition.ts';
import type { CorrectionSettings } from './correction/settings.ts';
import { kindOf, type RuleConfig } from './kinds/index.ts';
import type { Observer } from './run/observer.ts';
import type { RuleLimits, Run, RunParts } from './run/run.ts';

/** A rule of any kind in the settings of a threshold. */
export function alertSettings(config: RuleConfig): AlertSettings {
  return kindOf(config).settings(config);
}

/** What an event must have so that the rule counts it, in words: `the field event.duration`. */
export function requiredBy(config: RuleConfig): string {
  const required = kindOf(config).required?.(config);
  if (required !== undefined) return required;
  const measure = parseMeasure(alertSettings(config).measure);
  return 'ok' in measure && 'field' in measure.ok
    ? `the field ${measure.ok.field}`
    : 'the field that is measured';
}

/** Compiles a rule. Throws `RULE_INVALID` with all its problems, which `ruleProblems` lists beforehand. */
export function compileRule(config: RuleConfig): CompiledRule {
  const kind = kindOf(config);
  const settings = kind.settings(config);
  return compileSettings(settings, kind.counting?.(config) ?? countingOf(settings), kind.traits);
}

/** Starts a rule of any kind, without any memory. Throws `RULE_INVALID`. */
export function startRule(
  config: RuleConfig,
  kibana?: DiscoverConfig,
  observer?: Observer,
  correction?: CorrectionSettings,
  limits?: RuleLimits,
): Run {
  return startCompiled({ config, rule: compileRule(config), kibana, observer, correction, limits });
}

/** Starts a rule that is compiled already. */
export const startCompiled = (parts: RunParts<RuleConfig>): Run => kindOf(parts.config).start(parts);

function countingOf({ measure, when }: AlertSettings) {
  return { measure, when };
}
