import type { RuleConfig } from '../config/schema/rules.ts';
import { parseCondition } from '../rules/condition.ts';
import { alertSettings } from '../rules/rule.ts';
import type { LatestValue, RuleState } from '../telemetry/components/pipeline.ts';
import type { AlertRow, RuleRow } from './model.ts';

/** What is known of rules beside their settings. */
export interface RuleKnowledge {
  open: Iterable<Pick<AlertRow, 'rule'>>;
  /** Undefined while the analyser does not answer. */
  states?: Readonly<Record<string, RuleState>> | undefined;
  verdicts?: ReadonlyMap<string, NonNullable<RuleRow['verdicts']>>;
}

/** The configured rules with what is known of each. */
export function ruleRows(rules: readonly RuleConfig[], { open, states, verdicts }: RuleKnowledge): RuleRow[] {
  const counts = new Map<string, number>();
  for (const { rule } of open) counts.set(rule, (counts.get(rule) ?? 0) + 1);
  return rules.map((config) => {
    const { name, enabled, description, where, by, severity, notify, runbook } = config;
    const { measure, when } = alertSettings(config);
    const { last, ...state } = states?.[name] ?? {};
    const judged = verdicts?.get(name);
    return {
      ...{ name, kind: config.kind, enabled, description, where, measure, by, severity, notify },
      open: counts.get(name) ?? 0,
      ...(when !== undefined && { when }),
      ...(runbook !== undefined && { runbook }),
      ...('groups' in state && { state }),
      ...(last && { latest: latestOf(last, when) }),
      ...(judged && { verdicts: judged }),
    };
  });
}

/** The last window of the group that is nearest to an alert, or farthest beyond the threshold. */
function latestOf(
  { at, groups, highest, lowest }: LatestValue,
  when: string | undefined,
): NonNullable<RuleRow['latest']> {
  const parsed = when === undefined ? undefined : parseCondition(when);
  if (parsed === undefined || 'problem' in parsed) return { at, groups, ...highest };
  const { distance, test, bounds } = parsed.ok;
  const shown = distance(lowest.value) > distance(highest.value) ? lowest : highest;
  return { at, groups, ...shown, bounds: [...bounds], holds: test(shown.value) };
}
