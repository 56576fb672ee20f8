import { Counter, Gauge } from 'prom-client';
import type { Transition } from '../../model.ts';
import type { Instruments } from '../instruments.ts';
import { FailureLog } from '../log-limits.ts';

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
