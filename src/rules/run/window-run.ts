import type { RuleConfig } from '../../config/schema/rules.ts';
import type { LogEvent, Millis, Output } from '../../model.ts';
import type { Key } from '../kql/keys.ts';
import type { CompiledRule } from '../rule.ts';
import type { AlertBook } from './alert-book.ts';
import { fingerprintOf } from './fingerprint.ts';
import type { Observer } from './observer.ts';
import type { Kept, Run } from './run.ts';
import type { WindowAlerts } from './window-alerts.ts';

export interface WindowRunParts {
  config: RuleConfig;
  rule: CompiledRule;
  alerts: WindowAlerts;
  book: AlertBook;
  observer?: Observer | undefined;
}

/** What rules have in common whose alerts follow from windows; they differ in what an event does to the windows. */
export abstract class WindowRun<Parts extends WindowRunParts = WindowRunParts> implements Run {
  readonly name: string;
  readonly fingerprint: string;
  protected readonly parts: Parts;

  constructor(parts: Parts) {
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

  abstract add(event: LogEvent, outputs: Output[], settled: boolean): void;

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
