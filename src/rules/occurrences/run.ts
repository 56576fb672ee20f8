import type { LogEvent, Millis, Output } from '../../model.ts';
import { type StrikeConfig, type StrikeJudge, valuesOf, wordsOf } from './judge.ts';
import { Changes } from '../kinds/change/tracker.ts';
import type { Strike, Tracker } from './tracker.ts';
import { Terms } from '../kinds/new-term/tracker.ts';
import { WindowRun, type WindowRunParts } from '../run/window-run.ts';

interface StrikeRunParts extends WindowRunParts {
  config: StrikeConfig;
  judge: StrikeJudge;
}

/**
 * A rule about what happens to a value over time. What the tracker settles is counted in windows, so that the alert
 * lasts until nothing happened for the quiet time; what it knows at once is raised at once.
 */
export class StrikeRun extends WindowRun<StrikeRunParts> {
  readonly #tracker: Tracker;
  #tooLate = 0;

  constructor(parts: StrikeRunParts) {
    super(parts);
    const { config, rule } = parts;
    const hop = rule.every;
    this.#tracker =
      config.kind === 'change' ? new Changes({ ...config, hop }) : new Terms({ ...config, hop });
    parts.alerts.alsoHeld = (group) => this.#tracker.has(group);
  }

  override get late(): number {
    return this.#tooLate;
  }

  override get waiting(): boolean {
    return this.#tracker.waiting || super.waiting;
  }

  add(event: LogEvent, outputs: Output[], settled: boolean): void {
    const { config, rule, book, observer } = this.parts;
    if (!rule.filter(event)) return;
    const group = rule.key(event);
    const values = valuesOf(config, event.get(config.field));
    if (values.length === 0 && observer !== undefined)
      observer.took?.({ rule: this.name, group, event, amount: undefined, outcome: 'missing' });
    for (const value of values) {
      const { outcome, strike } = this.#tracker.add(event.time, group, value);
      if (observer !== undefined) observer.took?.({ rule: this.name, group, event, amount: value, outcome });
      if (outcome === 'late') this.#missed(group, event);
      if (outcome !== 'added') return;
      if (!book.knows(group)) book.know(group, () => rule.group(event).by);
      if (strike) this.#raise(strike, event, settled, outputs);
    }
  }

  /** Values are settled at the ends of hops, as windows are closed. */
  override advance(now: Millis, outputs: Output[]): void {
    const { rule, alerts } = this.parts;
    const watermark = now - rule.config.lateness;
    const through = Math.floor(watermark / rule.every) * rule.every;
    let strikes: Strike[] = [];
    this.#tracker.settle(through, {
      strike: (strike) => strikes.push(strike),
      group: (group, until) => {
        this.#settle(group, until, strikes);
        strikes = [];
      },
      // Windows close hop by hop, so that each is judged by what was known at its end.
      passed: (until) => alerts.advance(until, outputs),
    });
    alerts.advance(watermark, outputs);
  }

  override snapshot(): unknown {
    const { alerts } = this.parts;
    return { tracker: this.#tracker.snapshot(), alerts: alerts.snapshot(), late: this.#tooLate };
  }

  override restore(snapshot: unknown): void {
    const saved = snapshot as { tracker: ReturnType<Tracker['snapshot']>; alerts: unknown; late: number };
    this.#tracker.restore(saved.tracker);
    this.parts.alerts.restore(saved.alerts);
    this.#tooLate = saved.late;
  }

  #missed(group: string, { time }: LogEvent): void {
    this.#tooLate += 1;
    this.parts.book.late(group, time, this.parts.alerts.closedThrough);
  }

  #raise({ group, time, value, from }: Strike, event: LogEvent, settled: boolean, outputs: Output[]): void {
    const { config, rule, alerts, book, judge } = this.parts;
    if (rule.hours && !rule.hours.at(time)) return;
    book.keep(group, event);
    judge.note(group, time, wordsOf(config, value, from), true);
    if (settled) alerts.raise(time, group, outputs);
  }

  #settle(group: string, until: Millis, strikes: readonly Strike[]): void {
    const { config, rule, alerts, judge } = this.parts;
    // What happened outside the active hours is learned, but raises nothing.
    const counted = strikes.filter(({ time }) => rule.hours === undefined || rule.hours.at(time));
    const settled = counted.map(({ time, value, from }) => ({ time, words: wordsOf(config, value, from) }));
    judge.settle(group, until, settled);
    for (const { time } of counted) alerts.count(time, group);
  }
}
