import { z } from 'zod';
import type { AlertSettings } from '../config/schema/rule-settings.ts';
import type { Measure, Millis, Observation } from '../model.ts';
import { type Snapshot, SnapshotFormat } from '../util/snapshot.ts';
import type { Condition } from './condition.ts';

/**
 * What one observation says. `true`: the condition holds; `calm`: the recovery condition holds; `between`: neither
 * holds, which is the width of a hysteresis; `few`: the window has fewer events than `minCount`, so that neither can be
 * judged; `nothing`: there is nothing to measure.
 */
export interface Judgement {
  verdict: 'true' | 'calm' | 'between' | 'few' | 'nothing';
  /** Such as `count 7 is >= 5`. */
  reason: string;
  /**
   * How far a value lies beyond what is normal, where that differs between observations. Default: the distance of the
   * rule's condition.
   */
  measuredBy?: Pick<Condition, 'distance'>;
  /** Event time at which the group must be observed again although no value changes. */
  again?: Millis;
}

/**
 * Decides, for one observation of one group, whether the condition of a rule holds. Observations of a group come in
 * the order of their times, except early ones. A judge with a memory is deterministic: its snapshot and the
 * observations after it lead to the same judgements.
 */
export interface Judge {
  judge(group: string, observation: Observation): Judgement;
  /**
   * Whether the verdict would be `true`, without a reason. Most windows of most groups are calm, and to write reasons
   * that nobody reads costs more than to count. Only a judge without a memory has it.
   */
  holds?(value: number | undefined, count: number): boolean;
  /** What a judge with a memory remembers of groups. */
  readonly groups?: GroupMemory;
  /** Forgets what can make no difference to observations after that event time. */
  forgetBefore(time: Millis): void;
  snapshot(): Snapshot<unknown>;
  restore(snapshot: Snapshot<unknown>): void;
}

/** Takes what is remembered of one group out, as plain data, and puts it back. Undefined: nothing is remembered. */
export interface GroupMemory {
  lift(group: string): unknown;
  load(group: string, memory: unknown): void;
}

/** The snapshot of a judge without a memory. */
export const noMemory = (): Snapshot<null> => memoryless.write(null);

const memoryless = new SnapshotFormat<null>({ component: 'A judge without a memory', schema: z.null() });

/** A judge without a memory. */
export function statelessJudge(
  judge: (observation: Observation) => Judgement,
  holds: (value: number | undefined, count: number) => boolean,
): Judge {
  return {
    judge: (_, observation) => judge(observation),
    holds,
    forgetBefore: () => {},
    snapshot: noMemory,
    restore: () => {},
  };
}

/** What of a rule decides on a window alone. */
interface Conditions {
  readonly config: Pick<AlertSettings, 'measure' | 'minCount'>;
  readonly condition: Condition | undefined;
  readonly recovery: Condition | undefined;
  readonly measure: Measure;
}

/** Measures of which an empty window has a value. */
const totals = new Set<Measure['kind']>(['count', 'rate', 'sum', 'distinct']);

/** A judge that tests the rule's measure and condition on each window alone. */
export function conditionJudge(rule: Conditions): Judge {
  return statelessJudge(
    (observation) => judgeByCondition(observation, rule),
    (value, count) => holds(value, count, rule),
  );
}

/**
 * In a window with fewer events than `minCount` the condition cannot be judged. The recovery can, where the measure is a
 * total: that few events are few is observed. A share or an average of a few events says nothing.
 */
export function judgeByCondition(
  { value, count, about }: Observation,
  { config, condition, recovery, measure }: Conditions,
): Judgement {
  if (!condition || !recovery)
    return { verdict: 'calm', reason: 'the rule has no condition, it only counts' };
  if (value === undefined)
    return { verdict: 'nothing', reason: `there is nothing to measure as ${config.measure}` };
  const measured = about ? `${config.measure} about` : config.measure;
  const isFew = count < config.minCount;
  if (isFew && !(totals.has(measure.kind) && recovery.test(value)))
    return { verdict: 'few', reason: tooFew(count, config.minCount) };
  if (!isFew && condition.test(value))
    return { verdict: 'true', reason: `${measured} ${condition.describe(value)}` };
  if (recovery.test(value)) return { verdict: 'calm', reason: `${measured} ${recovery.describe(value)}` };
  return { verdict: 'between', reason: `${measured} ${condition.describe(value)}` };
}

/** Whether `judgeByCondition` returns the verdict `true`. */
function holds(value: number | undefined, count: number, { config, condition }: Conditions): boolean {
  return condition !== undefined && value !== undefined && count >= config.minCount && condition.test(value);
}

/** The reason of the verdict `few`. */
export function tooFew(count: number, minCount: number): string {
  return `${count} events are fewer than ${minCount} (minCount): too few events to judge`;
}
