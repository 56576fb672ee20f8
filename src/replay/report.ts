import type { RuleConfig } from '../config/rules.ts';
import type { Millis, Output, Transition } from '../model.ts';
import type { Engine } from '../pipeline/engine.ts';
import type { Looked, Observer } from '../pipeline/observer.ts';
import { compileRule } from '../rules/rule.ts';
import { type Column, Timeline } from './timeline.ts';
import { inEventTime } from './transition-log.ts';

export interface Day {
  alerts: number;
  notifications: number;
}

/** What a rule would have done. */
export interface RuleReport {
  rule: string;
  measure: string;
  condition: string | undefined;
  /** Times that it became active out of nothing. */
  alerts: number;
  transitions: number;
  /** Messages that would have gone out, and to whom. */
  notifications: number;
  notifiers: Record<string, number>;
  /** By day of event time, UTC; days on which nothing happened are left out. */
  days: Record<string, Day>;
  /** Events that came too late to be counted. */
  late: number;
  timeline: { start: Millis | undefined; width: Millis; bounds: readonly number[]; columns: Column[] };
}

export interface Report {
  /** Event times of the first and the last event that any rule is about; undefined where there was none. */
  from: Millis | undefined;
  to: Millis | undefined;
  events: number;
  /** Events that are no JSON objects, and those whose time lies too far ahead; neither is counted by any rule. */
  problems: number;
  ahead: number;
  rules: RuleReport[];
  transitions: Transition[];
}

/** Listens to a replay and says in the end what it came to. */
export class Reporter implements Observer {
  readonly #rules: Map<string, RuleBook>;
  readonly #transitions: Transition[] = [];

  constructor(rules: readonly RuleConfig[]) {
    const enabled = rules.filter((rule) => rule.enabled);
    this.#rules = new Map(enabled.map((rule) => [rule.name, new RuleBook(rule)]));
  }

  looked({ rule, observation }: Looked): void {
    this.#rules.get(rule)?.timeline.add(observation.at, observation.value);
  }

  take(output: Output): void {
    if (output.kind === 'transition') {
      this.#transitions.push(output.transition);
      this.#rules.get(output.transition.rule)?.transition(output.transition);
    } else if (output.kind === 'notification') {
      const { notifier, transition } = output.notification;
      this.#rules.get(transition.rule)?.notification(notifier, transition.at);
    } else if (output.kind === 'window') this.#window(output.window);
  }

  report(engine: Engine): Report {
    const { events, problems, ahead } = engine.tally;
    const late = new Map(engine.rules.map((run) => [run.name, run.late]));
    const rules = [...this.#rules.values()].map((book) => book.report(late.get(book.name) ?? 0));
    const timelines = rules.filter(({ timeline }) => timeline.start !== undefined);
    const starts = timelines.map(({ timeline }) => timeline.start!);
    const ends = timelines.map(({ timeline: t }) => t.start! + t.width * t.columns.length);
    return {
      from: starts.length === 0 ? undefined : Math.min(...starts),
      to: ends.length === 0 ? undefined : Math.max(...ends),
      events,
      problems,
      ahead,
      rules,
      transitions: inEventTime(this.#transitions, [...this.#rules.keys()]),
    };
  }

  /** A rule without a condition is never looked at; its timeline is that of its windows. */
  #window({ rule, end, value }: { rule: string; end: Millis; value: number | undefined }): void {
    const book = this.#rules.get(rule);
    if (book?.isLookedAt === false) book.timeline.add(end, value);
  }
}

class RuleBook {
  readonly name: string;
  readonly isLookedAt: boolean;
  readonly timeline: Timeline;
  readonly #config: RuleConfig;
  readonly #bounds: readonly number[];
  readonly #days: Record<string, Day> = {};
  readonly #notifiers: Record<string, number> = {};
  #alerts = 0;
  #transitions = 0;

  constructor(config: RuleConfig) {
    const { condition, over } = compileRule(config);
    this.name = config.name;
    this.isLookedAt = condition !== undefined;
    this.#config = config;
    this.#bounds = condition?.bounds ?? [];
    const distance = condition?.distance ?? ((value: number) => value);
    this.timeline = new Timeline(over, { distance, held: condition?.test ?? (() => false) });
  }

  transition({ from, to, at }: Transition): void {
    this.#transitions += 1;
    if (to !== 'active' || (from !== 'inactive' && from !== 'pending')) return;
    this.#alerts += 1;
    this.#dayOf(at).alerts += 1;
  }

  notification(notifier: string, at: Millis): void {
    this.#notifiers[notifier] = (this.#notifiers[notifier] ?? 0) + 1;
    this.#dayOf(at).notifications += 1;
  }

  report(late: number): RuleReport {
    const { start, width, columns } = this.timeline;
    return {
      rule: this.name,
      measure: this.#config.measure,
      condition: this.#config.when,
      alerts: this.#alerts,
      transitions: this.#transitions,
      notifications: Object.values(this.#notifiers).reduce((sum, count) => sum + count, 0),
      notifiers: this.#notifiers,
      days: this.#days,
      late,
      timeline: { start, width, bounds: this.#bounds, columns },
    };
  }

  #dayOf(at: Millis): Day {
    const day = new Date(at).toISOString().slice(0, 10);
    this.#days[day] ??= { alerts: 0, notifications: 0 };
    return this.#days[day];
  }
}
