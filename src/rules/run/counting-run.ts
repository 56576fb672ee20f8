import type { LogEvent, Output } from '../../model.ts';
import { WindowRun } from './window-run.ts';

/** A rule that counts events in windows as they come: threshold, match, spike, baseline. */
export class RuleRun extends WindowRun {
  add(event: LogEvent, outputs: Output[], settled: boolean): void {
    const { rule, alerts } = this.parts;
    if (!rule.filter(event)) return;
    if (rule.keepsLate && rule.hours && !rule.hours.at(event.time)) return;
    const group = rule.key(event);
    const time = rule.keepsLate ? Math.max(event.time, alerts.closedThrough) : event.time;
    const counted = alerts.put(time, group, rule.amount(event), event);
    if (time !== event.time) alerts.late += 1;
    if (counted && settled && rule.early) alerts.lookEarly(group, outputs);
  }
}
