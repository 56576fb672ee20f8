import { unknownNames } from '../alerts/template.ts';
import type { Problem } from '../config/load/problems.ts';
import type { CommonSettings } from '../config/schema/rule-settings.ts';
import { checkQuery, checkZone, type Report } from './checks.ts';
import { isDuration, kindOf, type RuleConfig } from './kinds/index.ts';

/** The part of the configuration that the checks need. */
interface Checked {
  rules: readonly RuleConfig[];
}

/** Everything in the rules that cannot work or can never have an effect, for people to read before a start. */
export function ruleProblems(config: Checked): Problem[] {
  const problems: Problem[] = [];
  const names = new Set<string>();
  config.rules.forEach((rule, place) => {
    const report: Report = (setting, message, remedy, alone) =>
      problems.push({
        path: `rules[${place}].${setting}`,
        message: sentence(message),
        remedy: sentence(remedy),
        ...(alone && { alone }),
      });
    if (names.has(rule.name))
      report('name', `another rule is called ${rule.name}`, 'give each rule a name of its own');
    names.add(rule.name);
    checkLengths(rule, report);
    checkFilter(rule, report);
    kindOf(rule).check(rule, report);
    checkCooldown(rule, report);
    checkHours(rule, report);
    checkNotifiers(rule, report);
  });
  return problems;
}

/** Names in message templates that would always be empty. */
export function messageProblems({ rules }: Checked): Problem[] {
  return rules.flatMap((rule, place) => {
    const { unknown, known } = unknownNames(rule, kindOf(rule).documentFields);
    if (unknown.length === 0) return [];
    return {
      path: `rules[${place}].message`,
      message: `A message of this rule knows no ${unknown.map((name) => `\`${name}\``).join(' and no ')}: that would be left empty.`,
      remedy: `Group by the field (\`by\`), or use one of ${[...known, ...rule.by].join(', ')}.`,
    };
  });
}

const day = 86_400_000;
/** Longer times have no use, and lead to dates that no calendar has. */
const longest = 3_650 * day;

function checkLengths(rule: RuleConfig, report: Report): void {
  for (const [name, length] of Object.entries(rule))
    if (isDuration(rule.kind, name) && typeof length === 'number' && length > longest)
      report(name, 'no rule looks farther than ten years', `use ${longest / day}d or less`);
}

function checkFilter({ where, by }: CommonSettings, report: Report): void {
  checkQuery(where, 'where', report);
  by.forEach((name, place) => {
    if (name === '' || name.includes('*'))
      report(
        `by[${place}]`,
        `${JSON.stringify(name)} is no field's name`,
        'name one field, such as host.name',
      );
    if (by.indexOf(name) < place)
      report(`by[${place}]`, `the field ${name} is there twice`, 'remove one of them');
  });
}

function checkCooldown({ cooldown, cooldownGrowth, cooldownMax }: CommonSettings, report: Report): void {
  if (cooldownGrowth > 1 && cooldown === 0)
    report('cooldownGrowth', 'there is no cooldown to grow', 'set `cooldown`, such as 5m');
  if (cooldownGrowth > 1 && cooldownMax < cooldown)
    report('cooldownMax', 'the cooldown is longer than this already', 'use a multiple of `cooldown`');
}

function checkHours({ activeHours }: CommonSettings, report: Report): void {
  if (activeHours === undefined) return;
  checkZone(activeHours.zone, 'activeHours.zone', report);
  activeHours.hours.forEach((hours, place) => {
    const [from, to] = hours.split('-');
    if (from === to)
      report(
        `activeHours.hours[${place}]`,
        `${hours} is no time at all`,
        'write 00:00-24:00 for the whole day',
      );
  });
}

/** Whether the notifiers exist is checked with the configuration itself. */
function checkNotifiers({ notify }: CommonSettings, report: Report): void {
  notify.forEach((name, place) => {
    if (notify.indexOf(name) < place)
      report(`notify[${place}]`, `the notifier ${name} is there twice`, 'remove one of them');
  });
}

function sentence(text: string): string {
  return `${text[0]!.toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
}
