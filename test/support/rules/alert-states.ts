import type { AlertState, Decision, Observation } from '../../../src/model.ts';
import { decide, fresh } from '../../../src/rules/alert/machine.ts';
import type { CompiledRule } from '../../../src/rules/compile.ts';
import { judgeByCondition } from '../../../src/rules/condition.ts';
import type { Judgement } from '../../../src/rules/judge.ts';
import { compileRule } from '../../../src/rules/rule.ts';
import { type RuleInput, ruleConfig } from './rules.ts';

export const ten = Date.parse('2026-11-21T10:00:00Z');
export const second = 1000;

/** The tutorial's rule: five within a second, looked at every 10 ms. */
export const tutorial: Partial<RuleInput> = {
  over: '1s',
  every: '10ms',
  when: '>= 5',
  recover: '< 3',
  notify: ['log'],
};

export const ruleOf = (input: Partial<RuleInput> = {}): CompiledRule =>
  compileRule(ruleConfig({ over: '10s', when: '>= 5', notify: ['log'], ...input }));

/** `after`: seconds past ten o'clock. The value is the count unless another is given. */
export type Look = Partial<Observation> & { after?: number };

export function observation(rule: CompiledRule, { after = 0, ...given }: Look): Observation {
  const at = ten + after * second;
  const window = { start: at - rule.over, end: at };
  const value = 'value' in given ? given.value : given.count;
  return { at, since: at - rule.every, window, count: 0, early: false, ...given, value };
}

/** Decides on an observation, by default with the verdict of a threshold. */
export function step(
  state: AlertState,
  o: Observation,
  rule: CompiledRule,
  judgement: Judgement = judgeByCondition(o, rule),
): Decision {
  return decide(state, o, rule, judgement);
}

/** Looks one after the other; the last decision, and all of them. */
export function run(input: Partial<RuleInput>, ...looks: Look[]) {
  const rule = ruleOf(input);
  let state: AlertState = fresh;
  const decisions = looks.map((one): Decision => {
    const decision = step(state, observation(rule, one), rule);
    state = decision.state;
    return decision;
  });
  return { rule, decisions, last: decisions.at(-1)!, state };
}

export const path = (decisions: Decision[]) =>
  decisions.flatMap(({ transition }) => (transition ? [`${transition.from} → ${transition.to}`] : []));
