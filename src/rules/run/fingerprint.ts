import type { RuleConfig } from '../../config/schema/rules.ts';

/** Settings that only say how an alert is told; with another one what was counted remains what it was. */
const told = ['description', 'enabled', 'severity', 'message', 'labels', 'runbook', 'notify'];

/** Everything about a rule that its windows and states depend on. */
export function fingerprintOf(config: RuleConfig): string {
  return JSON.stringify(Object.entries(config).filter(([setting]) => !told.includes(setting)));
}
