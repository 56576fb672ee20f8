import type { Episodes } from '../alerts/episodes.ts';
import type { AlertState, LogEvent, Millis, Observation, Output, Scalar, WindowValue } from '../model.ts';
import type { CompiledRule } from '../rules/rule.ts';
import { fresh, isForgettable, step } from '../rules/state.ts';
import type { Windows } from '../windows/windows.ts';
import { Samples } from './samples.ts';

export interface RuleRunParts {
  rule: CompiledRule;
  windows: Windows;
  episodes: Episodes;
}

/** Alerts at rest are looked through for forgettable ones after so many visits. */
const visitsBetweenSweeps = 10_000;

/** One rule at work: its windows, and for each group the state of its alert. */
export class RuleRun {
  readonly name: string;
  /** Changes with the rule: state of another fingerprint is state of another rule. */
  readonly fingerprint: string;
  late = 0;
  closed = 0;
  private readonly parts: RuleRunParts;
  private readonly samples: Samples;
  private readonly states = new Map<string, AlertState>();
  /** The fields of each group that is watched, for documents. */
  private readonly fields = new Map<string, Record<string, Scalar>>();
  /** In the snapshot, for what is forgotten and when must not depend on restarts. */
  private visits = 0;

  constructor(parts: RuleRunParts) {
    const { config, over } = parts.rule;
    this.parts = parts;
    this.name = config.name;
    this.fingerprint = fingerprintOf(parts.rule);
    this.samples = new Samples(over);
  }

  get waiting(): boolean {
    return this.parts.windows.waiting;
  }

  /** What is kept in memory for groups, to be bounded by `maxGroups`. */
  get kept(): { groups: number; states: number; fields: number; samples: number } {
    const { windows } = this.parts;
    const { states, fields, samples } = this;
    return { groups: windows.groups, states: states.size, fields: fields.size, samples: samples.size };
  }

  get openAlerts(): number {
    let open = 0;
    for (const { status } of this.states.values())
      if (status !== 'inactive' && status !== 'pending') open += 1;
    return open;
  }

  /** The event time before which `advance` finds nothing to close. */
  get due(): Millis {
    const { rule, windows } = this.parts;
    return windows.closedThrough + rule.every + rule.config.lateness;
  }

  add(event: LogEvent, outputs: Output[]): void {
    const { rule, windows } = this.parts;
    if (!rule.filter(event)) return;
    const group = rule.key(event);
    const added = windows.add(event.time, group, rule.amount(event));
    if (added === 'late') {
      this.late += 1;
      return;
    }
    if (added === 'overflow') return;
    if (!this.fields.has(group)) this.fields.set(group, rule.group(event).by);
    if (!rule.condition) return;
    this.samples.offer(group, event);
    if (rule.early) this.lookEarly(group, outputs);
  }

  /** Closes the windows that no event within the rule's lateness can change any more. */
  advance(now: Millis, outputs: Output[]): void {
    this.parts.windows.advance(now - this.parts.rule.config.lateness, (window) =>
      this.close(window, outputs),
    );
    if (this.visits >= visitsBetweenSweeps) this.sweep();
  }

  snapshot(): unknown {
    const { windows, episodes } = this.parts;
    return {
      windows: windows.snapshot(),
      episodes: episodes.snapshot(),
      samples: this.samples.snapshot(),
      states: [...this.states],
      fields: [...this.fields],
      late: this.late,
      visits: this.visits,
    };
  }

  restore(snapshot: unknown): void {
    const saved = snapshot as Record<'windows' | 'episodes' | 'samples', unknown> & {
      states: [string, AlertState][];
      fields: [string, Record<string, Scalar>][];
      late: number;
      visits: number;
    };
    this.parts.windows.restore(saved.windows);
    this.parts.episodes.restore(saved.episodes);
    this.samples.restore(saved.samples);
    for (const [group, state] of saved.states) this.states.set(group, state);
    for (const [group, by] of saved.fields) this.fields.set(group, by);
    this.late = saved.late;
    this.visits = saved.visits;
  }

  /** The newest window may have become true with this event; that is worth knowing before it is over. */
  private lookEarly(group: string, outputs: Output[]): void {
    const { rule, windows } = this.parts;
    const head = windows.head(group);
    if (head?.value === undefined || !rule.condition!.test(head.value)) return;
    if (this.states.get(group)?.status === 'active') return;
    this.look(head, true, outputs);
  }

  private close(window: WindowValue, outputs: Output[]): void {
    const { rule } = this.parts;
    this.visits += 1;
    this.closed += 1;
    if (rule.condition) this.look(window, false, outputs);
    // Windows that end at multiples of their length tile the timeline: the others say nothing new.
    if (rule.config.record && window.end % rule.over === 0 && window.count > 0) {
      const { name, measure } = rule.config;
      outputs.push({
        kind: 'window',
        window: { ...window, rule: name, measure, by: this.byOf(window.group) },
      });
    }
  }

  private look(window: WindowValue, early: boolean, outputs: Output[]): void {
    const { rule, windows, episodes } = this.parts;
    const { group, start, end, value, count } = window;
    const observation: Observation = {
      at: end,
      since: end - rule.every,
      window: { start, end },
      value,
      count,
      early,
    };
    const before = this.states.get(group) ?? fresh;
    const decision = step(before, observation, rule);
    if (decision.state !== before) this.remember(group, before, decision.state);
    if (decision.deadline !== undefined) windows.schedule(group, decision.deadline);
    if (!decision.transition && !decision.update) return;
    const samples = () => this.samples.since(group, start);
    outputs.push(...episodes.apply({ group, by: this.byOf(group), decision, observation, samples }));
  }

  /** The group of an alert that is not at rest stays among the groups watched, so `maxGroups` bounds these, too. */
  private remember(group: string, before: AlertState, state: AlertState): void {
    const [rested, rests] = [before.status === 'inactive', state.status === 'inactive'];
    if (rested !== rests) this.parts.windows.pin(group, !rests);
    // Those that changed last are last, so that the first at rest are those at rest longest.
    if (rests) this.states.delete(group);
    this.states.set(group, state);
  }

  private byOf(group: string): Record<string, Scalar> {
    return this.fields.get(group) ?? {};
  }

  /** Forgets what could never make a difference again: states at rest, and the samples and fields of groups gone by. */
  private sweep(): void {
    this.visits = 0;
    const { rule, windows } = this.parts;
    const at = windows.closedThrough;
    for (const [group, state] of this.states) if (isForgettable(state, at, rule)) this.states.delete(group);
    this.forgetRested();
    this.samples.forgetBefore(at - 2 * rule.over);
    for (const group of this.fields.keys()) {
      if (!windows.has(group) && !this.states.has(group)) this.fields.delete(group);
    }
  }

  /**
   * No more than `maxGroups` alerts at rest are remembered, those first that rest longest: a cooldown of a day must
   * not keep every group of that day. Who comes back after that is told of before the cooldown is over.
   */
  private forgetRested(): void {
    let tooMany = this.states.size - 2 * this.parts.rule.config.maxGroups;
    for (const [group, { status }] of this.states) {
      if (tooMany <= 0) return;
      if (status !== 'inactive') continue;
      this.states.delete(group);
      tooMany -= 1;
    }
  }
}

/** Everything about a rule that its windows and states depend on. */
function fingerprintOf({ config }: CompiledRule): string {
  const { where, measure, by, over, every, lateness, when, minCount, recover, maxGroups } = config;
  const parts = [where, measure, by, over, every, lateness, when, minCount, recover, maxGroups];
  return JSON.stringify([...parts, config.for, config.keepActiveFor, config.record]);
}
