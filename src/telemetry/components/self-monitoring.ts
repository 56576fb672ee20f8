import { Counter, Gauge } from 'prom-client';
import type { Transition } from '../../model.ts';
import { FailureLog } from '../log-limits.ts';
import type { Instruments } from '../metrics.ts';

export type SelfMonitoringTelemetry = ReturnType<typeof selfMonitoringTelemetry>;

/** Log lines and metrics of the own alerts. */
export function selfMonitoringTelemetry({ log, metrics }: Instruments) {
  const failures = new FailureLog(Date.now);
  const registers = [metrics];
  const open = new Gauge({
    name: 'logboom_own_alerts_open',
    help: 'Open alerts that logboom raised about itself.',
    registers,
  });
  const transitions = new Counter({
    name: 'logboom_own_alert_transitions_total',
    help: 'Changes of the states of alerts that logboom raised about itself.',
    labelNames: ['rule', 'state'] as const,
    registers,
  });
  return {
    evaluated(count: number): void {
      open.set(count);
      failures.ended();
    },
    transition({ rule, group, from, to, reason, id }: Transition): void {
      transitions.inc({ rule, state: to });
      const about = group === '' ? '' : ` (${group})`;
      const line = `own alert ${rule}${about}: ${from} → ${to}: ${reason}`;
      log[to === 'active' ? 'warn' : 'info']({ 'rule.name': rule, 'event.id': id }, line);
    },
    failed(reason: string): void {
      if (failures.failed(reason) !== undefined)
        log.error({ reason }, `own alerts could not be evaluated, and are tried again: ${reason}`);
    },
  };
}

export type DeadMansSwitchTelemetry = ReturnType<typeof deadMansSwitchTelemetry>;

/** Log lines and metrics of the dead man's switch. The first line for a reason is a warning. */
export function deadMansSwitchTelemetry({ log, metrics }: Instruments) {
  const posts = new Counter({
    name: 'logboom_dead_mans_switch_posts_total',
    help: "Intervals of the dead man's switch by outcome: posted, failed, withheld.",
    labelNames: ['outcome'] as const,
    registers: [metrics],
  });
  let known: string | undefined;
  const missed = (outcome: 'failed' | 'withheld', line: string) => {
    posts.inc({ outcome });
    log[line === known ? 'debug' : 'warn'](line);
    known = line;
  };
  return {
    posted(): void {
      posts.inc({ outcome: 'posted' });
      if (known !== undefined) log.info("the dead man's switch posts again");
      known = undefined;
    },
    failed: (reason: string) => missed('failed', `the post of the dead man's switch failed: ${reason}`),
    withheld: (reason: string) => missed('withheld', `the dead man's switch does not post: ${reason}`),
  };
}
