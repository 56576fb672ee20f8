import type { RuleConfig } from '../config/rules.ts';
import type { Millis, Output, Transition, WindowResult } from '../model.ts';
import type { Engine } from '../pipeline/engine.ts';
import type { Looked, Observer } from '../pipeline/observer.ts';
import type { StateRule } from '../rules/judgement.ts';
import { type Column, Timeline } from './timeline.ts';
import { inEventTime } from './transition-log.ts';

export interface Day {
  alerts: number;
  notifications: number;
}

/** What a rule would have done. */
export interface RuleReport {
  rule: string;
  /** Undefined, as the condition is, where no event was for the rule. */
  measure: string | undefined;
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
    this.#rules = new Map(enabled.map((rule) => [rule.name, new RuleBook(rule.name)]));
  }

  looked({ rule, observation }: Looked): void {
    this.#rules.get(rule.config.name)?.looked(rule, observation.at, observation.value);
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
  #window(window: WindowResult): void {
    this.#rules.get(window.rule)?.counted(window);
  }
}

class RuleBook {
  readonly name: string;
  #rule: StateRule | undefined;
  #timeline: Timeline | undefined;
  readonly #days: Record<string, Day> = {};
  readonly #notifiers: Record<string, number> = {};
  #measure: string | undefined;
  #alerts = 0;
  #transitions = 0;

  constructor(name: string) {
    this.name = name;
  }

  looked(rule: StateRule, at: Millis, value: number | undefined): void {
    if (this.#timeline === undefined || this.#rule === undefined) {
      const { condition, over } = rule;
      const distance = condition?.distance ?? ((found: number) => found);
      this.#rule = rule;
      this.#timeline = new Timeline(over, { distance, held: condition?.test ?? (() => false) });
    }
    this.#timeline.add(at, value);
  }

  counted({ start, end, value, measure }: WindowResult): void {
    if (this.#rule) return;
    this.#measure = measure;
    this.#timeline ??= new Timeline(end - start, { distance: (found) => found, held: () => false });
    this.#timeline.add(end, value);
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
    const { start, width = 0, columns = [] } = this.#timeline ?? {};
    return {
      rule: this.name,
      measure: this.#rule?.config.measure ?? this.#measure,
      condition: this.#rule?.condition?.text,
      alerts: this.#alerts,
      transitions: this.#transitions,
      notifications: Object.values(this.#notifiers).reduce((sum, count) => sum + count, 0),
      notifiers: this.#notifiers,
      days: this.#days,
      late,
      timeline: { start, width, bounds: this.#rule?.condition?.bounds ?? [], columns },
    };
  }

  #dayOf(at: Millis): Day {
    const day = new Date(at).toISOString().slice(0, 10);
    this.#days[day] ??= { alerts: 0, notifications: 0 };
    return this.#days[day];
  }
}
