import type { RuleConfig } from '../config/rules.ts';
import type { LogEvent, Millis, Output } from '../model.ts';
import type { Key } from '../rules/kql/keys.ts';
import type { CompiledRule } from '../rules/rule.ts';
import type { AlertBook } from './alert-book.ts';
import type { Kept, Run } from './run.ts';
import type { WindowAlerts } from './window-alerts.ts';

export interface RuleRunParts {
  config: RuleConfig;
  rule: CompiledRule;
  alerts: WindowAlerts;
  book: AlertBook;
}

/** A rule that counts events in windows as they come: threshold, match, spike, baseline. */
export class RuleRun implements Run {
  readonly name: string;
  readonly fingerprint: string;
  protected readonly parts: RuleRunParts;

  constructor(parts: RuleRunParts) {
    this.parts = parts;
    this.name = parts.config.name;
    this.fingerprint = fingerprintOf(parts.config);
  }

  get keys(): readonly (readonly Key[])[] {
    return this.parts.rule.keys;
  }

  get late(): number {
    return this.parts.alerts.late;
  }

  get closed(): number {
    return this.parts.alerts.closed;
  }

  get waiting(): boolean {
    return this.parts.alerts.waiting;
  }

  get book(): AlertBook {
    return this.parts.book;
  }

  get openAlerts(): number {
    return this.parts.book.openAlerts;
  }

  get kept(): Kept {
    return this.parts.alerts.kept;
  }

  get due(): Millis {
    return this.parts.alerts.due;
  }

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

  advance(now: Millis, outputs: Output[]): void {
    this.parts.alerts.advance(now - this.parts.rule.config.lateness, outputs);
  }

  snapshot(): unknown {
    return this.parts.alerts.snapshot();
  }

  restore(snapshot: unknown): void {
    this.parts.alerts.restore(snapshot);
  }
}

/** Settings that only say how an alert is told; with another one what was counted remains what it was. */
const told = ['description', 'enabled', 'severity', 'message', 'labels', 'runbook', 'notify'];

/** Everything about a rule that its windows and states depend on. */
export function fingerprintOf(config: RuleConfig): string {
  return JSON.stringify(Object.entries(config).filter(([setting]) => !told.includes(setting)));
}
