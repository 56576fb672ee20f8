import type { AlertSettings } from '../config/schema/rule-settings.ts';
import type { RuleConfig } from '../config/schema/rules.ts';
import type { Engine } from '../engine/engine.ts';
import type { Episode, Millis, Output, Transition, WindowResult } from '../model.ts';
import { parseCondition } from '../rules/condition.ts';
import { alertSettings, requiredBy } from '../rules/rule.ts';
import type { CountedEvent, ObservedDecision, Observer } from '../rules/run/observer.ts';
import type { Run } from '../rules/run/run.ts';
import type { SeenEvent } from '../sources/source.ts';
import type { EndOfFiles } from './end-of-files.ts';
import { inEventTime } from './replay.ts';
import { type Column, Timeline } from './timeline.ts';

interface Day {
  alerts: number;
  notifications: number;
}

/** The results of one rule. */
export interface RuleReport {
  rule: string;
  measure: string;
  /** Undefined if the rule only counts. */
  condition: string | undefined;
  /** Whether any event matched the rule. */
  concerned: boolean;
  /** Number of events that passed the filter. */
  matched: number;
  /** How many of them lack the field that is measured, and are counted nowhere. */
  missing: number;
  /** What they lack, in words. */
  required: string;
  /** Number of alerts that became active from inactive or pending. */
  alerts: number;
  transitions: number;
  /** Number of notifications, in total and by notifier. */
  notifications: number;
  notifiers: Record<string, number>;
  /** By day of event time (UTC); days without alerts and notifications are left out. */
  days: Record<string, Day>;
  /** Number of events that came too late to be counted. */
  late: number;
  /** Number of events that came late and were counted: the windows that had closed were judged again. */
  corrected: number;
  timeline: { start: Millis | undefined; width: Millis; bounds: readonly number[]; columns: Column[] };
}

export interface Report {
  /** Event times of the first and the last event that any rule matched; undefined if there was none. */
  from: Millis | undefined;
  to: Millis | undefined;
  events: number;
  /** Events that are not JSON objects. No rule counts them. */
  problems: number;
  /** Events whose time lies in the future. They are left out of files; in a journal they count as of their receipt. */
  ahead: number;
  /** Lines without a readable time, which were left out. */
  untimed: number;
  /** Alerts that only the lack of events after the end of the files would raise. */
  leftOut: number;
  /** The first lines without a readable time. */
  untimedLines: string[];
  /** Processors that had no effect: those that decide before the journal, and those for other inputs than the files are of. */
  withoutEffect: string[];
  rules: RuleReport[];
  transitions: Transition[];
}

/** Observes a replay and reports its results. */
export class Reporter implements Observer {
  readonly #rules: Map<string, RuleBook>;
  readonly #transitions: Transition[] = [];
  readonly #untimed: string[] = [];
  /** Set when the last event of files was read. */
  end: EndOfFiles | undefined;
  /** Names of processors that have no effect on the files. */
  withoutEffect: string[] = [];

  constructor(rules: readonly RuleConfig[]) {
    const enabled = rules.filter((rule) => rule.enabled);
    this.#rules = new Map(
      enabled.map((rule) => [rule.name, new RuleBook(alertSettings(rule), requiredBy(rule))]),
    );
  }

  observed(decision: ObservedDecision): void {
    if (this.end?.observes(decision.rule.config.name, decision.observation.at) === false) return;
    this.#rules.get(decision.rule.config.name)?.observed(decision);
  }

  /** The message is decoded when it is asked for. */
  read(_: string, event: SeenEvent): void {
    if (event.timeSource === 'receipt' && this.#untimed.length < 3)
      this.#untimed.push(event.message.slice(0, 200));
  }

  counted({ rule, outcome, amount }: CountedEvent): void {
    const book = this.#rules.get(rule)!;
    book.matched += 1;
    if (outcome === 'missing' || amount === undefined) book.missing += 1;
    if (outcome !== 'missing') book.concerned = true;
  }

  take(output: Output): void {
    if (this.end?.keeps(output) === false) return;
    if (output.kind === 'transition') {
      this.#transitions.push(output.transition);
      this.#rules.get(output.transition.rule)?.transition(output.transition);
    } else if (output.kind === 'notification') {
      const { notifier, at, transition } = output.notification;
      this.#rules.get(transition.rule)?.notification(notifier, at);
    } else if (output.kind === 'window') this.#window(output.window);
    else if (output.kind === 'episode' && output.episode.withdrawn)
      this.#rules.get(output.episode.rule)?.withdrawn(output.episode);
  }

  report(engine: Engine): Report {
    const { events, problems, ahead, untimed } = engine.tally;
    const runs = new Map(engine.rules.map((run) => [run.name, run]));
    const rules = [...this.#rules.values()].map((book) => book.report(runs.get(book.name)));
    const timelines = rules.filter(({ timeline }) => timeline.start !== undefined);
    const starts = timelines.map(({ timeline }) => timeline.start!);
    const ends = timelines.map(({ timeline: t }) => t.start! + t.width * t.columns.length);
    return {
      from: starts.length === 0 ? undefined : Math.min(...starts),
      to: ends.length === 0 ? undefined : Math.max(...ends),
      events,
      problems,
      ahead,
      untimed,
      leftOut: this.end?.leftOut ?? 0,
      untimedLines: this.#untimed,
      withoutEffect: this.withoutEffect,
      rules,
      transitions: inEventTime(this.#transitions, [...this.#rules.keys()]),
    };
  }

  /** The timeline of a rule without a condition comes from its window results. */
  #window(window: WindowResult): void {
    this.#rules.get(window.rule)?.counted(window);
  }
}

class RuleBook {
  readonly name: string;
  concerned = false;
  matched = 0;
  missing = 0;
  readonly #required: string;
  readonly #settings: AlertSettings;
  readonly #timeline: Timeline;
  readonly #days: Record<string, Day> = {};
  readonly #notifiers: Record<string, number> = {};
  /** When each alert was raised, by the id of its episode. */
  readonly #raised = new Map<string, Millis>();
  #transitions = 0;

  constructor(settings: AlertSettings, required: string) {
    this.name = settings.name;
    this.#required = required;
    this.#settings = settings;
    this.#timeline = new Timeline(settings.over);
  }

  observed({ rule, observation: { at, value }, judgement }: ObservedDecision): void {
    const { distance } = judgement.measuredBy ?? rule.condition!;
    const held = judgement.verdict === 'true';
    this.#timeline.add(at, value === undefined ? undefined : { value, held, distance: distance(value) });
  }

  /** Adds a window result of a rule without a condition; for other rules `observed` has added it. */
  counted({ end, value }: WindowResult): void {
    if (this.#settings.when !== undefined) return;
    this.#timeline.add(end, value === undefined ? undefined : { value, held: false, distance: value });
  }

  transition({ episode, to, at }: Transition): void {
    this.#transitions += 1;
    if (to === 'active' && !this.#raised.has(episode)) this.#raised.set(episode, at);
  }

  /** Late events showed that the alert should not have been raised. */
  withdrawn({ id }: Episode): void {
    this.#raised.delete(id);
  }

  notification(notifier: string, at: Millis): void {
    this.#notifiers[notifier] = (this.#notifiers[notifier] ?? 0) + 1;
    dayOf(this.#days, at).notifications += 1;
  }

  /** `run`: the rule's run at the end. */
  report(run: Pick<Run, 'late' | 'corrected'> | undefined): RuleReport {
    const { start, width, columns } = this.#timeline;
    const { measure, when } = this.#settings;
    return {
      rule: this.name,
      measure,
      condition: when,
      concerned: this.concerned,
      matched: this.matched,
      missing: this.missing,
      required: this.#required,
      alerts: this.#raised.size,
      transitions: this.#transitions,
      notifications: Object.values(this.#notifiers).reduce((sum, count) => sum + count, 0),
      notifiers: this.#notifiers,
      days: this.#daysInOrder(),
      late: run?.late ?? 0,
      corrected: run?.corrected ?? 0,
      timeline: { start, width, bounds: boundsOf(when), columns },
    };
  }

  #daysInOrder(): Record<string, Day> {
    const days = structuredClone(this.#days);
    for (const at of this.#raised.values()) dayOf(days, at).alerts += 1;
    return Object.fromEntries(Object.entries(days).sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}

function dayOf(days: Record<string, Day>, at: Millis): Day {
  const day = new Date(at).toISOString().slice(0, 10);
  days[day] ??= { alerts: 0, notifications: 0 };
  return days[day];
}

/** The bounds of a condition. A condition in words, such as `>= 3 times the window before`, has none. */
function boundsOf(when: string | undefined): readonly number[] {
  const parsed = when === undefined ? undefined : parseCondition(when);
  return parsed !== undefined && 'ok' in parsed ? parsed.ok.bounds : [];
}
