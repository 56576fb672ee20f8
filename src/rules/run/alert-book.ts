import type { Episodes, Generation } from '../../alerts/episodes.ts';
import type {
  AlertState,
  AlertStatus,
  Decision,
  LogEvent,
  Millis,
  Observation,
  Output,
  Scalar,
} from '../../model.ts';
import type { Snapshot } from '../../util/snapshot.ts';
import { nextByHours, withinHours } from '../active-hours.ts';
import { decide, fresh, isForgettable } from '../alert/machine.ts';
import type { CompiledRule } from '../compile.ts';
import type { Judge, Judgement } from '../judge.ts';
import { type AlertBookState, alertBookFormat } from './alert-book-state.ts';
import type { Observer } from './observer.ts';
import { Samples } from './samples.ts';

interface AlertBookParts {
  rule: CompiledRule;
  judge: Judge;
  episodes: Episodes;
  observer?: Observer | undefined;
  /** Called when the alert of a group begins, and when it comes to rest. */
  onRest?: (group: string, rests: boolean) => void;
}

/** Numbers of what is kept in memory. */
export interface KeptByBook {
  states: number;
  fields: number;
  samples: number;
}

/** The alerts of one rule, by group: the state of each, its fields, and the first lines as evidence. */
export class AlertBook {
  readonly #parts: AlertBookParts;
  readonly #samples: Samples;
  readonly #states = new Map<string, AlertState>();
  /** The fields of each group that is watched, for documents. */
  readonly #fields = new Map<string, Record<string, Scalar>>();

  constructor(parts: AlertBookParts) {
    this.#parts = parts;
    this.#samples = new Samples(parts.rule.over);
  }

  get openAlerts(): number {
    let open = 0;
    for (const { status } of this.#states.values())
      if (status !== 'inactive' && status !== 'pending') open += 1;
    return open;
  }

  get kept(): KeptByBook {
    return { states: this.#states.size, fields: this.#fields.size, samples: this.#samples.size };
  }

  knows(group: string): boolean {
    return this.#fields.has(group);
  }

  know(group: string, by: () => Record<string, Scalar>): void {
    if (!this.#fields.has(group)) this.#fields.set(group, by());
  }

  keep(group: string, event: LogEvent): void {
    this.#samples.offer(group, event);
  }

  byOf(group: string): Record<string, Scalar> {
    return this.#fields.get(group) ?? {};
  }

  rests(group: string): boolean {
    const state = this.#states.get(group);
    return state === undefined || state.status === 'inactive';
  }

  /** Groups whose alert is not at rest. */
  get openGroups(): string[] {
    return [...this.#states].filter(([, { status }]) => status !== 'inactive').map(([group]) => group);
  }

  statusOf(group: string): AlertStatus {
    return this.#states.get(group)?.status ?? 'inactive';
  }

  /** Where the present episode begins. */
  startOf(group: string): Millis | undefined {
    return this.#states.get(group)?.start;
  }

  /** One look at a group. Returns at which times it must be looked at again although nothing new comes. */
  look(
    group: string,
    observation: Observation,
    outputs: Output[],
    found: Judgement = this.#parts.judge.judge(group, observation),
  ): Millis[] {
    const { rule, observer } = this.#parts;
    const before = this.#states.get(group) ?? fresh;
    const judgement = rule.hours === undefined ? found : withinHours(found, observation, rule);
    const decision = decide(before, observation, rule, judgement);
    if (observer !== undefined) observer.looked?.({ rule, group, observation, judgement, before, decision });
    if (decision.state !== before) this.#remember(group, before, decision.state);
    if (decision.transition || decision.update || decision.notify.send)
      this.#tell(group, observation, decision, outputs);
    const open = decision.state.status !== 'inactive' || found.verdict === 'true';
    // The hours' beginning or end changes what comes of it, though nothing else does.
    const change = open ? nextByHours(observation, rule) : undefined;
    const times = [decision.deadline, found.again, change];
    return times.filter((time) => time !== undefined && time !== Number.POSITIVE_INFINITY) as Millis[];
  }

  /** An event came too late to be counted: an alert of its time is told so, where it is open or ended lately. */
  late(group: string, time: Millis, now: Millis): void {
    this.#parts.episodes.late(group, time, now);
  }

  get hasUntold(): boolean {
    return this.#parts.episodes.hasUnreported;
  }

  tellLate(now: Millis, outputs: Output[]): void {
    if (this.hasUntold) outputs.push(...this.#parts.episodes.reportLate(now));
  }

  /** Ends every open alert without a look at it: its rule is going. Nothing may be asked of the book after that. */
  end(now: Millis, reason: string, outputs: Output[]): void {
    for (const [group, state] of this.#states) {
      if (state.status === 'inactive') continue;
      // An alert that was raised before its window was over began later than now.
      const at = Math.max(now, state.updated ?? now, state.start ?? now);
      outputs.push(...this.#parts.episodes.end(group, { at, reason, state }));
    }
  }

  /** Says that another rule had the name before. */
  follow(generation: Generation): void {
    this.#parts.episodes.generation = generation;
  }

  /** Forgets what could never make a difference again; `holds` tells the groups that are still counted. */
  sweep(at: Millis, holds: (group: string) => boolean): void {
    const { rule, judge } = this.#parts;
    for (const [group, state] of this.#states) if (isForgettable(state, at, rule)) this.#states.delete(group);
    this.#forgetRested();
    this.#samples.forgetBefore(at - 2 * rule.over);
    judge.forgetBefore(at);
    for (const group of this.#fields.keys()) {
      if (!holds(group) && !this.#states.has(group)) this.#fields.delete(group);
    }
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
    this.#states.clear();
    this.#fields.clear();
    for (const [group, state] of saved.states) this.#states.set(group, state);
    for (const [group, by] of saved.fields) this.#fields.set(group, by);
  }

  #remember(group: string, before: AlertState, state: AlertState): void {
    const [rested, rests] = [before.status === 'inactive', state.status === 'inactive'];
    if (rested !== rests) this.#parts.onRest?.(group, rests);
    // Those that changed last are last, so that the first at rest are those at rest longest.
    if (rests) this.#states.delete(group);
    this.#states.set(group, state);
  }

  /**
   * No more than `maxGroups` alerts at rest are remembered, those first that rest longest: a cooldown of a day must
   * not keep every group of that day. Who comes back after that is told of before the cooldown is over.
   */
  #forgetRested(): void {
    let tooMany = this.#states.size - 2 * this.#parts.rule.config.maxGroups;
    for (const [group, { status }] of this.#states) {
      if (tooMany <= 0) return;
      if (status !== 'inactive') continue;
      this.#states.delete(group);
      tooMany -= 1;
    }
  }

  #tell(group: string, observation: Observation, decision: Decision, outputs: Output[]): void {
    const samples = () => this.#samples.since(group, observation.window.start);
    const by = this.byOf(group);
    outputs.push(...this.#parts.episodes.apply({ group, by, decision, observation, samples }));
  }
}
