import type { Evidence } from '../../alerts/entry.ts';
import type { Episodes, Generation } from '../../alerts/episodes.ts';
import type { AlertState, AlertStatus, LogEvent, Millis, Observation, Output, Scalar } from '../../model.ts';
import type { Snapshot } from '../../util/snapshot.ts';
import { nextByHours, withinHours } from '../active-hours.ts';
import { decide, fresh, isForgettable } from '../alert/machine.ts';
import type { Shown } from '../group.ts';
import type { Judge, Judgement } from '../judge.ts';
import type { AlertBookParts, KeptByBook } from './alert-book-parts.ts';
import { type AlertBookState, alertBookFormat, type LiftedAlert } from './alert-book-state.ts';
import type { ObservedDecision } from './observer.ts';
import { Samples } from './samples.ts';

type Observed = Pick<ObservedDecision, 'observation' | 'before' | 'decision'>;

/**
 * The alerts of one rule, by group: the state of each, the fields of the group, and its first lines as evidence. It turns
 * observations into outputs. The observations of a group come in the order of their times; see `decide`.
 */
export class AlertBook {
  readonly #parts: AlertBookParts;
  readonly #samples: Samples;
  readonly #states = new Map<string, AlertState>();
  /** The fields of each known group, for documents. */
  readonly #fields = new Map<string, Record<string, Scalar>>();
  #forgotten = 0;

  constructor(parts: AlertBookParts) {
    this.#parts = parts;
    const { over, lateness } = { ...parts.rule.config, ...parts.rule };
    this.#samples = new Samples({ over, lateness, reach: 2 * over + lateness });
  }

  get openAlerts(): number {
    let open = 0;
    for (const { status } of this.#states.values())
      if (status !== 'inactive' && status !== 'pending') open += 1;
    return open;
  }

  get kept(): KeptByBook {
    const [states, fields, samples] = [this.#states.size, this.#fields.size, this.#samples.size];
    return { states, fields, samples, forgotten: this.#forgotten + this.#parts.episodes.forgotten };
  }

  hasFields(group: string): boolean {
    return this.#fields.has(group);
  }

  setFields(group: string, by: () => Record<string, Scalar>): void {
    if (!this.#fields.has(group)) this.#fields.set(group, by());
  }

  /** Keeps a line as evidence. `shown` is undefined for one that is none. */
  keepSample(group: string, event: LogEvent, shown: Shown | undefined): void {
    if (shown !== undefined) this.#samples.offer(group, event, { ...shown, isOpen: !this.isInactive(group) });
  }

  keepLast(group: string, event: LogEvent, after: Millis): void {
    this.#samples.keepLast(group, event, after);
  }

  fieldsOf(group: string): Record<string, Scalar> {
    return this.#fields.get(group) ?? {};
  }

  isInactive(group: string): boolean {
    return this.statusOf(group) === 'inactive';
  }

  /** Groups whose alert is not inactive. */
  get openGroups(): string[] {
    return [...this.#states].filter(([, { status }]) => status !== 'inactive').map(([group]) => group);
  }

  statusOf(group: string): AlertStatus {
    return this.#states.get(group)?.status ?? 'inactive';
  }

  /** Event time at which the present episode begins. */
  startOf(group: string): Millis | undefined {
    return this.#states.get(group)?.start;
  }

  stateOf(group: string): AlertState | undefined {
    return this.#states.get(group);
  }

  get judge(): Judge {
    return this.#parts.judge;
  }

  /** Groups whose alert is known. */
  get groups(): Iterable<string> {
    return this.#states.keys();
  }

  get episodes(): Episodes {
    return this.#parts.episodes;
  }

  evidenceOf(group: string, start: Millis): Evidence {
    return this.#samples.evidence(group, start);
  }

  /** The alert of a group, without its episodes that are over. */
  lift(group: string): LiftedAlert {
    const { judge, episodes } = this.#parts;
    const open = episodes.openOf(group);
    return {
      state: this.#states.get(group) ?? null,
      open: open === undefined ? null : { ...open },
      judge: judge.groups?.lift(group) ?? null,
    };
  }

  /** Replaces the alert of a group. Its episodes stay as they are. */
  load(group: string, { state, judge }: Pick<LiftedAlert, 'state' | 'judge'>): void {
    this.#parts.judge.groups?.load(group, judge ?? undefined);
    this.#states.delete(group);
    if (state !== null) this.#states.set(group, state);
  }

  /**
   * Decides on one observation of a group and appends what follows. Returns the event times at which the group must be
   * observed again although no event comes.
   */
  observe(
    group: string,
    observed: Observation,
    outputs: Output[],
    found: Judgement = this.#parts.judge.judge(group, observed),
  ): Millis[] {
    const { rule, observer } = this.#parts;
    const observation = found.slo ? { ...observed, value: found.value, slo: found.slo } : observed;
    const before = this.#states.get(group) ?? fresh;
    const judgement = rule.hours === undefined ? found : withinHours(found, observation, rule);
    const decision = decide(before, observation, rule, judgement);
    observer?.observed?.({ rule, group, observation, judgement, before, decision });
    if (decision.state !== before) this.#setState(group, before, decision.state);
    if (decision.transition || decision.update || decision.notify.send)
      this.#report(group, { observation, before, decision }, outputs);
    const open = decision.state.status !== 'inactive' || found.verdict === 'true';
    // The start or end of the active hours changes the decision, though nothing else does.
    const change = open && rule.hours !== undefined ? nextByHours(observation, rule) : undefined;
    const times = [decision.deadline, found.again, change];
    return times.filter((time) => time !== undefined && time !== Number.POSITIVE_INFINITY) as Millis[];
  }

  /** Counts an event that came too late, for the episode of its time, if that is open or ended lately. */
  countLate(group: string, time: Millis, now: Millis): void {
    this.#parts.episodes.late(group, time, now);
  }

  get hasUnreported(): boolean {
    return this.#parts.episodes.hasUnreported;
  }

  reportLate(now: Millis, outputs: Output[]): void {
    if (this.hasUnreported) outputs.push(...this.#parts.episodes.reportLate(now));
  }

  /** Ends every open alert without an observation, because the rule is removed. The book is not usable after that. */
  end(now: Millis, reason: string, outputs: Output[]): void {
    for (const [group, state] of this.#states) {
      outputs.push(...this.#parts.episodes.endWithheld(group, now, state));
      if (state.status === 'inactive') continue;
      // An alert that was raised before its window is over may begin later than now.
      const at = Math.max(now, state.updated ?? now, state.start ?? now);
      outputs.push(...this.#parts.episodes.end(group, { at, reason, state }));
    }
  }

  /** Another rule had the name before. Its episodes have the same ids otherwise. */
  setGeneration(generation: Generation): void {
    this.#parts.episodes.generation = generation;
  }

  /** Forgets what makes no difference to later decisions. `holds`: whether a group is still counted. */
  sweep(at: Millis, holds: (group: string) => boolean): void {
    const { rule, judge } = this.#parts;
    for (const [group, state] of this.#states) if (isForgettable(state, at, rule)) this.#states.delete(group);
    this.#limitInactive();
    this.#samples.forgetBefore(at - 2 * rule.over, (group) => !this.isInactive(group));
    judge.forgetBefore(at);
    for (const group of this.#fields.keys())
      if (!holds(group) && !this.#states.has(group)) this.#fields.delete(group);
  }

  snapshot(): Snapshot<AlertBookState> {
    return alertBookFormat.write({
      episodes: this.#parts.episodes.snapshot(),
      generation: this.#parts.episodes.generation,
      judge: this.#parts.judge.snapshot(),
      samples: this.#samples.snapshot(),
      states: [...this.#states],
      fields: [...this.#fields],
    });
  }

  restore(snapshot: Snapshot<unknown>): void {
    const saved = alertBookFormat.read(snapshot);
    this.#parts.episodes.generation = saved.generation;
    this.#parts.episodes.restore(saved.episodes);
    this.#parts.judge.restore(saved.judge);
    this.#samples.restore(saved.samples);
    for (const part of [this.#states, this.#fields]) part.clear();
    for (const [group, state] of saved.states) {
      this.#states.set(group, state);
      if (state.notified) this.#parts.episodes.wasNotified(group);
    }
    for (const [group, by] of saved.fields) this.#fields.set(group, by);
  }

  #setState(group: string, before: AlertState, state: AlertState): void {
    const [was, is] = [before.status === 'inactive', state.status === 'inactive'];
    if (was !== is) this.#parts.onInactive?.(group, is);
    // Alerts that changed last are last, so that the first inactive ones are inactive longest.
    if (is) this.#states.delete(group);
    this.#states.set(group, state);
  }

  /**
   * Forgets the alerts that are inactive longest, beyond `maxGroups` of them, so that a cooldown of a day does not keep
   * every group of that day. An alert that returns after that may be notified before its cooldown is over.
   */
  #limitInactive(): void {
    let tooMany = this.#states.size - 2 * this.#parts.rule.config.maxGroups;
    for (const [group, { status }] of this.#states) {
      if (tooMany <= 0) return;
      if (status !== 'inactive') continue;
      this.#states.delete(group);
      tooMany -= 1;
      this.#forgotten += 1;
    }
  }

  #report(group: string, { observation, before, decision }: Observed, outputs: Output[]): void {
    const { evidence, rule } = this.#parts;
    // The first window in which the condition held began there.
    const begun = (decision.state.start ?? before.start ?? observation.since) + rule.every - rule.over;
    const start = Math.min(begun, observation.window.start);
    // What comes after the last window in which the condition held is no evidence.
    const until = decision.state.status === 'active' ? observation.at : observation.since;
    const found = () => evidence?.(start) ?? this.#samples.evidence(group, start, until);
    const by = this.fieldsOf(group);
    outputs.push(...this.#parts.episodes.apply({ group, by, decision, observation, evidence: found }));
  }
}
