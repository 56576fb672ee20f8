import type { RuleConfig } from '../../config/schema/rules.ts';
import type { LogEvent, Millis, Output } from '../../model.ts';
import { compileRule } from '../../rules/rule.ts';
import type { Run } from '../../rules/run/run.ts';

interface VariantRunsParts {
  rule: RuleConfig;
  /** Started rules that differ from the rule in lengths and conditions only. One or more. */
  runs: readonly Run[];
  /** Events of this group alone are counted. Undefined: those of all groups. */
  group: string | undefined;
  /** So many groups may the rule have, where only one is counted. */
  mostGroups: number;
  /** Event time after which no event matters. */
  until: Millis;
}

/** Event times that settle nothing for a run yet: it is asked at the first one. */
const never = Number.NEGATIVE_INFINITY;
/** After so long by receipt times, whatever the other groups do, a late event has been counted. */
const settledAfter: Millis = 20_000;

/**
 * Variants of a rule as one run: each event is held against the filter and the group once for all of them. With a group, the
 * variants do what they would do with all groups, as far as that group is concerned, while `isExact`. They are no part of a
 * server, which would let time pass for them: they never wait.
 */
export class VariantRuns implements Run {
  readonly name: string;
  readonly fingerprint = '';
  readonly keys: NonNullable<Run['keys']>;
  readonly late = 0;
  readonly closed = 0;
  readonly waiting = false;
  readonly openAlerts = 0;
  readonly #parts: VariantRunsParts;
  readonly #rule: ReturnType<typeof compileRule>;
  readonly #dues: Float64Array;
  readonly #groups = new Set<string>();
  /** The variants began at that event time, and know of no event before it. */
  #begin: Millis = never;
  #isTooEarly = false;
  /** Events of the group came late, whether they were counted or not. */
  #hadLateEvents = false;
  #receivedAt: Millis = never;
  /** Receipt time of the last event that matters and that came late and was counted. */
  #lateAt: Millis = never;

  constructor(parts: VariantRunsParts) {
    this.#parts = parts;
    this.#rule = compileRule(parts.rule);
    this.name = parts.rule.name;
    this.keys = this.#rule.keys;
    this.#dues = new Float64Array(parts.runs.length).fill(never);
  }

  get book() {
    return this.#parts.runs[0]!.book;
  }

  get kept() {
    return this.#parts.runs[0]!.kept;
  }

  /**
   * Whether other groups can have taken no room from the group, and no event came for windows before the beginning. Groups whose late events
   * wait are counted against `maxGroups` beside those with windows, so that a group may count twice.
   */
  get isExact(): boolean {
    const room = this.#groups.size * (this.#hadLateEvents ? 2 : 1);
    return room <= this.#parts.mostGroups && !this.#isTooEarly;
  }

  /** Lets the variants begin at an event time, with groups that there are already. Before the first event. */
  beginAt(now: Millis, groups: ReadonlySet<string>): void {
    this.#begin = now - this.#rule.config.lateness;
    for (const group of groups) this.#groups.add(group);
    // Without any window, there is nothing to put out.
    this.advance(now, []);
  }

  /** Whether the rule has no groups, so that the variants are as in a replay of all events. */
  get isWhole(): boolean {
    const { rule, group } = this.#parts;
    return group === undefined || rule.by.length === 0;
  }

  /** Whether late events that matter have been counted by now. When that happens depends on other groups, too. */
  get isSettled(): boolean {
    if (this.isWhole) return this.#parts.runs.every(({ lateGroups = 0 }) => lateGroups === 0);
    return this.#receivedAt - this.#lateAt > settledAfter;
  }

  get due(): Millis {
    let due = Number.POSITIVE_INFINITY;
    for (const one of this.#dues) due = Math.min(due, one);
    return due;
  }

  add(event: LogEvent, outputs: Output[], inOrder: boolean): void {
    if (!this.#rule.filter(event)) return;
    const { group, mostGroups, runs, until } = this.#parts;
    if (group !== undefined) {
      const its = this.#rule.key(event);
      if (this.#groups.size <= mostGroups) this.#groups.add(its);
      if (its !== group) return;
    }
    if (event.time < this.#begin) this.#isTooEarly = true;
    for (const run of runs) {
      const { corrected, late } = run;
      run.add(event, outputs, inOrder);
      if (run.corrected !== corrected || run.late !== late) this.#hadLateEvents = true;
      if (run.corrected !== corrected && event.time <= until) this.#lateAt = this.#receivedAt;
    }
  }

  advance(now: Millis, outputs: Output[]): void {
    for (const [place, run] of this.#parts.runs.entries()) {
      if (now < this.#dues[place]!) continue;
      run.advance(now, outputs);
      this.#dues[place] = run.due;
    }
  }

  recordReceived(receivedAt: Millis, outputs: Output[]): void {
    this.#receivedAt = receivedAt;
    for (const run of this.#parts.runs) run.recordReceived?.(receivedAt, outputs);
  }

  snapshot(): never {
    throw new Error('Variants of a rule are tried in one go and have no snapshots.');
  }

  restore(): never {
    return this.snapshot();
  }
}
