import type { Problem } from '../config/load/problems.ts';
import type { RuleConfig, ThresholdConfig } from '../config/schema/rules.ts';
import { messageOf } from '../errors.ts';
import type { Measure } from '../model.ts';
import { formatDuration } from '../util/units.ts';
import { type Condition, overlap, parseCondition } from './condition.ts';
import { checkKind } from './kind-problems.ts';
import { compileQuery } from './kql/compile.ts';
import { amountOf, type Parsed, parseMeasure } from './measure.ts';
import { isLength } from './kinds/settings.ts';
import { checkTelling } from './telling-problems.ts';

/** Windows that overlap more often than this cost more memory than they tell. */
const maxPanes = 100_000;

/** What the checks need of the configuration. */
interface Checked {
  rules: readonly RuleConfig[];
}

/** Tells of one setting of a rule. `alone`: it is wrong by itself, whatever the others are. */
export type Report = (setting: string, message: string, remedy: string, alone?: boolean) => void;

/** Everything in the rules that cannot work or can never have an effect, for people to read before they start. */
export function ruleProblems(config: Checked): Problem[] {
  const problems: Problem[] = [];
  config.rules.forEach((rule, place) => {
    const report: Report = (setting, message, remedy, alone) =>
      problems.push({
        path: `rules[${place}].${setting}`,
        message: sentence(message),
        remedy: sentence(remedy),
        ...(alone && { alone }),
      });
    if (config.rules.findIndex(({ name }) => name === rule.name) < place)
      report('name', `another rule is called ${rule.name}`, 'give each rule a name of its own');
    checkLengths(rule, report);
    checkFilter(rule, report);
    if ('over' in rule) checkWindows(rule, report);
    if (rule.kind === 'threshold') checkConditions(rule, report);
    else if ('measure' in rule) checkMeasure(rule.measure, report);
    checkKind(rule, report);
    checkTelling(rule, report);
    checkNotify(rule, report);
  });
  return problems;
}

const day = 86_400_000;
/** Beyond it lies no use, but times that no calendar has. */
const longest = 3_650 * day;

function checkLengths(rule: RuleConfig, report: Report): void {
  for (const [name, length] of Object.entries(rule))
    if (isLength(name, rule.kind) && typeof length === 'number' && length > longest)
      report(name, 'no rule looks farther than ten years', `use ${longest / day}d or less`);
}

function checkFilter({ where, by }: RuleConfig, report: Report): void {
  attempt(() => compileQuery(where), 'where', 'write KQL as in Kibana', report);
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

function checkWindows({ over, every = over }: Pick<ThresholdConfig, 'over' | 'every'>, report: Report): void {
  const [length, hop] = [formatDuration(over), formatDuration(every)];
  if (over < 1 || !Number.isInteger(over))
    report('over', `a window cannot be ${length} long`, 'use whole milliseconds, 1ms or more');
  else if (every < 1 || !Number.isInteger(every))
    report('every', `windows cannot follow one another by ${hop}`, 'use whole milliseconds, 1ms or more');
  else if (every > over)
    report('every', `${hop} is longer than the window of ${length}`, `use ${length} or less`);
  else if (over % every !== 0)
    report('every', `${length} is no multiple of ${hop}`, 'use a hop that divides the window evenly');
  else if (over / every > maxPanes)
    report(
      'every',
      `${over / every} windows would overlap at any time`,
      `use ${formatDuration(over / maxPanes)} or more`,
    );
}

function checkMeasure(text: string, report: Report): Measure | undefined {
  const measure = read(parseMeasure(text), 'measure', report);
  if (measure?.kind === 'share')
    attempt(() => amountOf(measure), 'measure', 'write KQL inside share( )', report);
  return measure;
}

function checkConditions(rule: ThresholdConfig, report: Report): void {
  const measure = checkMeasure(rule.measure, report);
  const when = rule.when === undefined ? undefined : read(parseCondition(rule.when), 'when', report);
  const recover =
    rule.recover === undefined ? undefined : read(parseCondition(rule.recover), 'recover', report);
  if (rule.recover !== undefined && rule.when === undefined)
    report('recover', 'there is nothing to recover from', 'add a condition as `when`');
  const both = when && recover && overlap(when, recover);
  if (both !== undefined)
    report('recover', `at ${both} both ${when!.text} and ${recover!.text} hold`, 'leave no value to both');
  if (measure && when) checkReach(measure, when, rule.minCount, report);
}

/** Conditions that no window can meet: mostly a percentage written as a whole number. */
function checkReach(measure: Measure, when: Condition, minCount: number, report: Report): void {
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

/** Whether the notifiers exist is checked with the configuration itself. */
function checkNotify(rule: RuleConfig, report: Report): void {
  rule.notify.forEach((name, place) => {
    if (rule.notify.indexOf(name) < place)
      report(`notify[${place}]`, `the notifier ${name} is there twice`, 'remove one of them');
  });
  if (rule.notify.length > 0 && rule.kind === 'threshold' && rule.when === undefined)
    report('notify', 'a rule without a condition has nothing to tell', 'add `when`, or remove `notify`');
}

function read<T>(parsed: Parsed<T>, setting: string, report: Report): T | undefined {
  if ('ok' in parsed) return parsed.ok;
  report(setting, parsed.problem, parsed.remedy, true);
  return undefined;
}

function attempt(run: () => unknown, setting: string, remedy: string, report: Report): void {
  try {
    run();
  } catch (thrown) {
    report(setting, messageOf(thrown), remedy, true);
  }
}

function sentence(text: string): string {
  return `${text[0]!.toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
}
