import * as z from 'zod';
import { alertSettings } from '../../../config/schema/rule-settings.ts';
import type { Measure } from '../../../model.ts';
import { checkMeasure, checkWindows, type Report, readOrReport } from '../../checks.ts';
import { type Condition, conditionJudge, overlap, parseCondition } from '../../condition.ts';
import { checkRoster, rosterOf } from '../../roster.ts';
import { CountingRun, RosterRun, windowParts } from '../../run/window-run.ts';
import { defineKind } from '../kind.ts';

const schema = z.strictObject({
  kind: z
    .literal('threshold')
    .optional()
    .default('threshold')
    .describe('Kind of the rule. docs/rules.md has a section for each kind.'),
  ...alertSettings,
  expect: z
    .array(z.string())
    .optional()
    .describe(
      'Groups that a condition on few events (`< 5`) applies to even if they were never seen: values of `by`, such as `web-1` or `web-1, nginx.access`.',
    ),
});

export type ThresholdConfig = z.infer<typeof schema>;

/** A condition on the measure of each window. */
export const threshold = defineKind({
  schema,
  traits: { raisesEarly: true, keepsLate: false, moments: false },
  settings: (config) => config,
  check(config, report) {
    checkWindows(config, report);
    checkConditions(config, report);
    checkExpected(config, report);
    if (config.notify.length > 0 && config.when === undefined)
      report('notify', 'a rule without a condition has nothing to tell', 'add `when`, or remove `notify`');
  },
  start: (parts) => {
    const { by, expect = [] } = parts.config;
    const counting = windowParts(parts, () => conditionJudge(parts.rule));
    return expect.length === 0
      ? new CountingRun(counting)
      : new RosterRun(counting, rosterOf({ by, expect }));
  },
});

/** A group without events is judged by the value 0, so only what counts events can expect one. */
function checkExpected({ by, expect, when, measure }: ThresholdConfig, report: Report): void {
  if (expect === undefined) return;
  checkRoster({ by, expect }, report);
  const parsed = when === undefined ? undefined : parseCondition(when);
  const condition = parsed !== undefined && 'ok' in parsed ? parsed.ok : undefined;
  if (expect.length > 0 && !condition?.test(0))
    report(
      'expect',
      'no value of a group without events meets the condition',
      'write a condition such as < 5, or remove `expect`',
    );
  if (expect.length > 0 && measure !== 'count')
    report(
      'expect',
      'only a count has a value where no event is',
      'use the measure `count`, or the kind absence',
    );
}

function checkConditions(config: ThresholdConfig, report: Report): void {
  const measure = checkMeasure(config.measure, report);
  const read = (setting: 'when' | 'recover') => {
    const text = config[setting];
    return text === undefined ? undefined : readOrReport(parseCondition(text), setting, report);
  };
  const [when, recover] = [read('when'), read('recover')];
  if (config.recover !== undefined && config.when === undefined)
    report('recover', 'there is nothing to recover from', 'add a condition as `when`');
  const both = when && recover && overlap(when, recover);
  if (both !== undefined)
    report(
      'recover',
      `${both} meets both \`when\` (${when!.text}) and \`recover\` (${recover!.text})`,
      'choose conditions that exclude each other, such as > 5 and < 3',
    );
  if (measure && when) checkReach(measure, when, config.minCount, report);
}

/** Reports conditions that no window can meet: mostly a percentage written as a whole number. */
function checkReach(measure: Measure, when: Condition, minCount: number, report: Report): void {
  if (['count', 'rate', 'distinct'].includes(measure.kind) && when.text.includes('%'))
    report(
      'when',
      `a ${measure.kind} is a number, not a percentage: ${when.text} would compare it with ${when.bounds.join(' and ')}`,
      'write a number, such as > 5, or use the measure share(KQL)',
    );
  if (measure.kind === 'share' && !canHold(when, 0, 1))
    report(
      'when',
      `a share lies between 0 and 1, so it is never ${when.text}`,
      'write a percentage, such as 5%',
    );
  if (measure.kind === 'count' && !canHold(when, minCount, Number.MAX_VALUE))
    report(
      'when',
      `a count of ${minCount} or more is never ${when.text}`,
      'lower minCount or change the condition',
    );
}

function canHold(when: Condition, low: number, high: number): boolean {
  const beside = when.bounds.flatMap((bound) => [bound, bound - 1e-9, bound + 1e-9]);
  return [low, high, ...beside.filter((value) => value >= low && value <= high)].some(when.test);
}
