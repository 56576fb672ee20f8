import type { KindConfig, RuleConfig } from '../config/schema/rules.ts';
import type { Millis } from '../model.ts';
import { isZone } from '../util/zone.ts';
import { isWholeGroup } from './kinds/absence/judge.ts';
import type { Report } from './problems.ts';

/** What is wrong with the settings that only one kind has. */
export function checkKind(rule: RuleConfig, report: Report): void {
  if ('quiet' in rule) checkQuiet(rule.quiet, report);
  if (rule.kind === 'match' && rule.where.trim() === '')
    report('where', 'every event would raise the alert', 'write the query of the events to be told of');
  if ('field' in rule) checkField(rule.field, report);
  if (rule.kind === 'cardinality') checkBounds(rule, 'max', report);
  if (rule.kind === 'baseline') checkBaseline(rule, report);
  if (rule.kind === 'normal') checkNormal(rule, report);
  if (rule.kind === 'change') checkForget(rule, report);
  if (rule.kind === 'new-term') checkTerms(rule, report);
  if (rule.kind === 'spike') checkSpike(rule, report);
  if (rule.kind === 'absence') checkAbsence(rule, report);
}

function checkQuiet(quiet: Millis, report: Report): void {
  if (quiet < 1 || !Number.isInteger(quiet))
    report('quiet', 'an alert cannot end in the moment in which it begins', 'use 1ms or more, such as 5m');
}

function checkAbsence({ every, by, expect, learn, forget }: KindConfig<'absence'>, report: Report): void {
  if (every < 1) report('every', 'everybody would be silent all the time', 'use 1ms or more, such as 5m');
  if (by.length > 0 && learn && forget <= every)
    report('forget', 'a group would be forgotten before it is silent', 'use a multiple of `every`');
  if (!learn && expect.length === 0 && by.length > 0)
    report('expect', 'no group is expected, and none is learned', 'name groups, or set `learn: true`');
  if (by.length === 0 && expect.length > 0)
    report('expect', 'groups are expected of a rule without groups', 'name the fields in `by`');
  expect.forEach((group, place) => {
    if (by.length > 0 && !isWholeGroup(group, by))
      report(
        `expect[${place}]`,
        `${JSON.stringify(group)} does not have a value for each field in \`by\``,
        `write ${by.map((name) => `‹${name}›`).join(', ')}`,
      );
    if (expect.indexOf(group) < place)
      report(`expect[${place}]`, `${group} is there twice`, 'remove one of them');
  });
}

/** Every hop of two windows is remembered for each group. */
const maxHops = 1_000;

function checkSpike({ over, every = over, ratio }: KindConfig<'spike'>, report: Report): void {
  if (over / every > maxHops)
    report(
      'every',
      `${over / every} windows of each group would be remembered`,
      `use a hop of at least 1/${maxHops} of \`over\``,
    );
  if (ratio === 1) report('ratio', 'every window is once as much as itself', 'use more than 1, such as 3');
}

function checkField(field: string, report: Report): void {
  if (/[\s*,]/.test(field))
    report('field', `${JSON.stringify(field)} is no field's name`, 'name one field, such as user.name');
}

function checkForget({ forget, lateness }: KindConfig<'change'>, report: Report): void {
  if (forget <= lateness)
    report('forget', 'a value would be forgotten while events may still come', 'use more than `lateness`');
}

function checkTerms({ remember, warmUp, lateness }: KindConfig<'new-term'>, report: Report): void {
  if (remember <= lateness)
    report('remember', 'a value would be forgotten while events may still come', 'use more than `lateness`');
  if (warmUp > remember)
    report('warmUp', 'what is learned first would be forgotten before the end', 'use at most `remember`');
}

function checkBounds(
  { min, max }: { min?: number | undefined; max?: number | undefined },
  setting: string,
  report: Report,
): void {
  if (min === undefined && max === undefined)
    report(setting, 'there is no bound to go beyond', 'set `min`, `max` or both');
  else if (min !== undefined && max !== undefined && min > max)
    report(setting, `no value lies between ${min} and ${max}`, 'set `min` to less than `max`');
}

function checkNormal({ bounds, by }: KindConfig<'normal'>, report: Report): void {
  const fields = Object.entries(bounds);
  if (fields.length === 0)
    report('bounds', 'no field is looked at', 'name a field with `min`, `max` or both');
  if (by.includes('parameter'))
    report('by', '`parameter` is the name under which documents have the field', 'group by another field');
  for (const [field, { min, max }] of fields) {
    const setting = /^[\w@-]+$/.test(field) ? `bounds.${field}` : `bounds[${JSON.stringify(field)}]`;
    if (/[\s*,]/.test(field))
      report(setting, "this is no field's name", 'name one field, such as system.load.1');
    checkBounds({ min, max }, setting, report);
  }
}

const hour = 3_600_000;

function checkBaseline(
  { over, season, zone, warmUp, memory, forget }: KindConfig<'baseline'>,
  report: Report,
): void {
  if (!isZone(zone))
    report(
      'zone',
      `${JSON.stringify(zone)} is no time zone`,
      'write a name of the IANA database, such as `Europe/Berlin`',
    );
  if (season !== 'none' && over > hour)
    report('over', 'a window would lie in several hours of its season', 'use 1h or less, or `season: none`');
  if (warmUp > memory)
    report('warmUp', 'more would have to be learned than is remembered', 'use at most `memory`');
  if (forget <= over)
    report('forget', 'a group would be forgotten within a window', 'use a multiple of `over`');
}
