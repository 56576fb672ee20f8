import type { CommonSettings } from '../../config/schema/rule-settings.ts';

/** Settings that only say how an alert is reported. The state of a rule does not depend on them. */
const reporting = ['description', 'enabled', 'severity', 'message', 'labels', 'runbook', 'notify'];

/** Everything about a rule that its state depends on, as text. Checkpoints have it, so it must stay the same. */
export function fingerprintOf(config: CommonSettings): string {
  return JSON.stringify(Object.entries(config).filter(([setting]) => !reporting.includes(setting)));
}
