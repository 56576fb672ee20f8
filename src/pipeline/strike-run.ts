import type { LogEvent, Millis, Output } from '../model.ts';
import type { Key } from '../rules/kql/keys.ts';
import type { CompiledRule } from '../rules/rule.ts';
import { type StrikeConfig, type StrikeJudge, valuesOf, wordsOf } from '../rules/strikes.ts';
import { Changes } from '../windows/changes.ts';
import type { Strike, Tracker } from '../windows/strike.ts';
import { Terms } from '../windows/terms.ts';
import type { AlertBook } from './alert-book.ts';
import type { Observer } from './observer.ts';
import { fingerprintOf } from './rule-run.ts';
import type { Kept, Run } from './run.ts';
import type { WindowAlerts } from './window-alerts.ts';

export interface StrikeRunParts {
  config: StrikeConfig;
  rule: CompiledRule;
  alerts: WindowAlerts;
  book: AlertBook;
  judge: StrikeJudge;
  observer?: Observer | undefined;
}

/**
 * A rule about what happens to a value over time. What the tracker settles is counted in windows, so that the alert
 * lasts until nothing happened for the quiet time; what it knows at once is raised at once.
 */
export class StrikeRun implements Run {
  readonly name: string;
  readonly fingerprint: string;
  private readonly parts: StrikeRunParts;
  private readonly tracker: Tracker;
  private tooLate = 0;

  constructor(parts: StrikeRunParts) {
    const { config, rule } = parts;
    this.parts = parts;
    this.name = config.name;
    this.fingerprint = fingerprintOf(config);
    const hop = rule.every;
    this.tracker = config.kind === 'change' ? new Changes({ ...config, hop }) : new Terms({ ...config, hop });
    parts.alerts.alsoHeld = (group) => this.tracker.has(group);
  }

  get keys(): readonly (readonly Key[])[] {
    return this.parts.rule.keys;
  }

  get late(): number {
    return this.tooLate;
  }

  get closed(): number {
    return this.parts.alerts.closed;
  }

  get waiting(): boolean {
    return this.tracker.waiting || this.parts.alerts.waiting;
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

  /** Values are settled at the ends of hops, as windows are closed. */
  get due(): Millis {
    return this.parts.alerts.due;
  }

  add(event: LogEvent, outputs: Output[], settled: boolean): void {
    const { config, rule, book, observer } = this.parts;
    if (!rule.filter(event)) return;
    const group = rule.key(event);
    for (const value of valuesOf(config, event.get(config.field))) {
      const { outcome, strike } = this.tracker.add(event.time, group, value);
      if (observer !== undefined) observer.took?.({ rule: this.name, group, event, amount: value, outcome });
      if (outcome === 'late') this.missed(group, event);
      if (outcome !== 'added') return;
      if (!book.knows(group)) book.know(group, () => rule.group(event).by);
      if (strike) this.raise(strike, event, settled, outputs);
    }
  }

  advance(now: Millis, outputs: Output[]): void {
    const { rule, alerts } = this.parts;
    const watermark = now - rule.config.lateness;
    const through = Math.floor(watermark / rule.every) * rule.every;
    let strikes: Strike[] = [];
    this.tracker.settle(through, {
      strike: (strike) => strikes.push(strike),
      group: (group, until) => {
        this.settle(group, until, strikes);
        strikes = [];
      },
      // Windows close hop by hop, so that each is judged by what was known at its end.
      passed: (until) => alerts.advance(until, outputs),
    });
    alerts.advance(watermark, outputs);
  }

  snapshot(): unknown {
    const { alerts } = this.parts;
    return { tracker: this.tracker.snapshot(), alerts: alerts.snapshot(), late: this.tooLate };
  }

  restore(snapshot: unknown): void {
    const saved = snapshot as { tracker: unknown; alerts: unknown; late: number };
    this.tracker.restore(saved.tracker);
    this.parts.alerts.restore(saved.alerts);
    this.tooLate = saved.late;
  }

  private missed(group: string, { time }: LogEvent): void {
    this.tooLate += 1;
    this.parts.book.late(group, time, this.parts.alerts.closedThrough);
  }

  private raise(
    { group, time, value, from }: Strike,
    event: LogEvent,
    settled: boolean,
    outputs: Output[],
  ): void {
    const { config, rule, alerts, book, judge } = this.parts;
    if (rule.hours && !rule.hours.at(time)) return;
    book.keep(group, event);
    judge.note(group, time, wordsOf(config, value, from), true);
    if (settled) alerts.raise(time, group, outputs);
  }

  private settle(group: string, until: Millis, strikes: readonly Strike[]): void {
    const { config, rule, alerts, judge } = this.parts;
    // What happened outside the active hours is learned, but raises nothing.
    const counted = strikes.filter(({ time }) => rule.hours === undefined || rule.hours.at(time));
    const settled = counted.map(({ time, value, from }) => ({ time, words: wordsOf(config, value, from) }));
    judge.settle(group, until, settled);
    for (const { time } of counted) alerts.count(time, group);
  }
}
