import type { Millis, Observation } from '../model.ts';
import type { Condition } from './condition.ts';
import type { CompiledRule } from './rule.ts';

/** What the state machine needs of a rule. */
export type StateRule = Pick<CompiledRule, 'config' | 'condition' | 'recovery' | 'over' | 'every'>;

/**
 * What one window says: `true`: the condition holds; `calm`: the recovery holds; `between`: neither, which is the
 * width of a hysteresis; `nothing`: there is nothing to measure.
 */
export interface Judgement {
  verdict: 'true' | 'calm' | 'between' | 'nothing';
  /** Such as `count 7 is >= 5`. */
  reason: string;
  /** How far a value lies beyond what is normal, where that changes from look to look. Default: the rule's condition. */
  measuredBy?: Pick<Condition, 'distance'>;
  /** Event time at which the group must be looked at again although no value changes. */
  again?: Millis;
}

/** What a kind of rule makes of a window. What it remembers of groups to do so is part of its state. */
export interface Judge {
  judge(group: string, observation: Observation): Judgement;
  /**
   * Whether the verdict would be `true`, told without a reason: most windows of most groups are calm, and words about
   * them that nobody reads cost more than the counting. Only judges without a memory can tell.
   */
  holds?(value: number | undefined, count: number): boolean;
  /** Forgets what can make no difference any more to windows that end after that time. */
  forgetBefore(time: Millis): void;
  snapshot(): unknown;
  restore(snapshot: unknown): void;
}

/** A judge without a memory. */
export function lookingAtWindows(
  judge: (observation: Observation) => Judgement,
  holds: (value: number | undefined, count: number) => boolean,
): Judge {
  return {
    judge: (_, observation) => judge(observation),
    holds,
    forgetBefore: () => {},
    snapshot: () => null,
    restore: () => {},
  };
}

/** Looks at the window alone. A window with fewer events than `minCount` says that all is calm. */
export function judge({ value, count }: Observation, { config, condition, recovery }: StateRule): Judgement {
  if (!condition || !recovery)
    return { verdict: 'calm', reason: 'the rule has no condition, it only counts' };
  if (value === undefined)
    return { verdict: 'nothing', reason: `there is nothing to measure as ${config.measure}` };
  if (count < config.minCount) return { verdict: 'calm', reason: tooFew(count, config.minCount) };
  if (condition.test(value))
    return { verdict: 'true', reason: `${config.measure} ${condition.describe(value)}` };
  if (recovery.test(value))
    return { verdict: 'calm', reason: `${config.measure} ${recovery.describe(value)}` };
  return { verdict: 'between', reason: `${config.measure} ${condition.describe(value)}` };
}

/** Whether `judge` says `true`. */
export function holds(value: number | undefined, count: number, { config, condition }: StateRule): boolean {
  return condition !== undefined && value !== undefined && count >= config.minCount && condition.test(value);
}

function tooFew(count: number, minCount: number): string {
  return `${count} events are fewer than ${minCount} (minCount), so the condition was not looked at`;
}
