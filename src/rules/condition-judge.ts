import type { Observation } from '../model.ts';
import type { CompiledRule } from './compile.ts';
import { type Judge, type Judgement, statelessJudge } from './judge.ts';

type Conditions = Pick<CompiledRule, 'config' | 'condition' | 'recovery'>;

/** A judge that tests the rule's measure and condition on each window alone. */
export function conditionJudge(rule: Conditions): Judge {
  return statelessJudge(
    (observation) => judgeByCondition(observation, rule),
    (value, count) => holds(value, count, rule),
  );
}

/** A window with fewer events than `minCount` is calm. */
export function judgeByCondition(
  { value, count }: Observation,
  { config, condition, recovery }: Conditions,
): Judgement {
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

/** Whether `judgeByCondition` returns the verdict `true`. */
function holds(value: number | undefined, count: number, { config, condition }: Conditions): boolean {
  return condition !== undefined && value !== undefined && count >= config.minCount && condition.test(value);
}

function tooFew(count: number, minCount: number): string {
  return `${count} events are fewer than ${minCount} (minCount), so the condition was not looked at`;
}
