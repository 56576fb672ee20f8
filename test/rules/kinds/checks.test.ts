import { describe, expect, it } from 'vitest';
import { ruleSchema } from '../../../src/rules/kinds/index.ts';
import { ruleProblems } from '../../../src/rules/problems.ts';

const parsed = (rule: object) => ruleSchema.parse({ name: 'r', ...rule });
/** Each problem with its place and its remedy. */
const said = (...rules: object[]) =>
  ruleProblems({ rules: rules.map(parsed) }).map(
    ({ path, message, remedy }) => `${path.replace(/^rules\[0\]\./, '')}: ${message} ${remedy}`,
  );

const atField = 'Name one field, such as user.name';

describe('the check of each kind of rule', () => {
  it.each<[string, object, string]>([
    // All kinds.
    ['a query with operators of other languages', { where: 'a: 1 && b: 2' }, 'where: '],
    ['a query that is none', { where: 'a: (' }, 'where: '],
    [
      'an empty field of groups',
      { by: [''] },
      `by[0]: "" is no field's name. Name one field, such as host.name.`,
    ],
    [
      'a pattern of groups',
      { by: ['a', 'b*'] },
      `by[1]: "b*" is no field's name. Name one field, such as host.name.`,
    ],
    ['a group twice', { by: ['a', 'b', 'a'] }, 'by[2]: The field a is there twice. Remove one of them.'],
    [
      'a length of eleven years',
      { when: '> 1', keepActiveFor: '4015d' },
      'keepActiveFor: No rule looks farther than ten years. Use 3650d or less.',
    ],
    [
      'growth without a cooldown',
      { cooldownGrowth: 2 },
      'cooldownGrowth: There is no cooldown to grow. Set `cooldown`, such as 5m.',
    ],
    [
      'growth below the cooldown',
      { cooldown: '2d', cooldownGrowth: 2 },
      'cooldownMax: The cooldown is longer than this already. Use a multiple of `cooldown`.',
    ],
    [
      'hours of no zone',
      { activeHours: { zone: 'Mars' } },
      'activeHours.zone: "Mars" is no time zone. Write a name of the IANA database, such as `Europe/Berlin`.',
    ],
    [
      'hours of no length',
      { activeHours: { hours: ['08:00-09:00', '10:00-10:00'] } },
      'activeHours.hours[1]: 10:00-10:00 is no time at all. Write 00:00-24:00 for the whole day.',
    ],
    // threshold
    [
      'threshold: a hop that divides nothing',
      { over: '1m', every: '7s' },
      'every: 1m is no multiple of 7s. Use a hop that divides the window evenly.',
    ],
    [
      'threshold: a hop too long',
      { over: '1m', every: '2m' },
      'every: 2m is longer than the window of 1m. Use 1m or less.',
    ],
    [
      'threshold: a window of nothing',
      { over: '0s' },
      'over: A window cannot be 0s long. Use whole milliseconds, 1ms or more.',
    ],
    [
      'threshold: a hop of nothing',
      { every: '0s' },
      'every: Windows cannot follow one another by 0s. Use whole milliseconds, 1ms or more.',
    ],
    [
      'threshold: windows that overlap too often',
      { over: '1h', every: '10ms' },
      'every: 360000 windows would overlap at any time. Use 36ms or more.',
    ],
    [
      'threshold: a measure that is none',
      { measure: 'median(a)' },
      'measure: "median(a)" is no measure. Write count, rate, sum(field), avg(field), min(field), max(field), percentile(field, 95), distinct(field) or share(KQL).',
    ],
    [
      'threshold: a count of a field',
      { measure: 'count(a)' },
      'measure: The measure count takes no field. Write count.',
    ],
    [
      'threshold: a sum of nothing',
      { measure: 'sum()' },
      'measure: The measure sum needs one field. Write for example sum(event.duration).',
    ],
    [
      'threshold: a sum of two fields',
      { measure: 'avg(a, b)' },
      'measure: The measure avg needs one field. Write for example avg(event.duration).',
    ],
    [
      'threshold: a share of nothing',
      { measure: 'share( )' },
      'measure: The measure share needs a query. Write for example share(log.level >= error).',
    ],
    [
      'threshold: a percentile of 100',
      { measure: 'percentile(a, 100)' },
      'measure: The measure percentile needs a field and a number between 0 and 100. Write for example percentile(event.duration, 95).',
    ],
    [
      'threshold: a condition that is none',
      { when: 'more than 5' },
      'when: "more than 5" is no condition. Write for example >= 5, < 2%, == 0 or outside 10..20.',
    ],
    ['threshold: an empty range', { when: 'outside 5..1' }, 'when: The range 5..1 is empty. Write 1..5.'],
    [
      'threshold: a recovery of nothing',
      { recover: '< 3' },
      'recover: There is nothing to recover from. Add a condition as `when`.',
    ],
    [
      'threshold: a recovery within the condition',
      { when: '>= 5', recover: '<= 5' },
      'recover: 5 meets both `when` (>= 5) and `recover` (<= 5). Choose conditions that exclude each other, such as > 5 and < 3.',
    ],
    [
      'threshold: a percentage of a count',
      { when: '> 5%' },
      'when: A count is a number, not a percentage: > 5% would compare it with 0.05. Write a number, such as > 5, or use the measure share(KQL).',
    ],
    [
      'threshold: a share above 1',
      { measure: 'share(a: 1)', when: '> 5' },
      'when: A share lies between 0 and 1, so it is never > 5. Write a percentage, such as 5%.',
    ],
    [
      'threshold: a count that cannot be',
      { when: '< 10', minCount: 10 },
      'when: A count of 10 or more is never < 10. Lower minCount or change the condition.',
    ],
    [
      'threshold: notifiers of a rule that only counts',
      { notify: ['log'] },
      'notify: A rule without a condition has nothing to tell. Add `when`, or remove `notify`.',
    ],
    [
      'a notifier twice',
      { when: '> 1', notify: ['log', 'ops', 'log'] },
      'notify[2]: The notifier log is there twice. Remove one of them.',
    ],
    // cardinality
    [
      'cardinality: no bound',
      { kind: 'cardinality', field: 'a' },
      'max: There is no bound to go beyond. Set `min`, `max` or both.',
    ],
    [
      'cardinality: bounds the wrong way round',
      { kind: 'cardinality', field: 'a', min: 5, max: 2 },
      'max: No value lies between 5 and 2. Set `min` to less than `max`.',
    ],
    [
      'cardinality: two fields',
      { kind: 'cardinality', field: 'a, b', max: 2 },
      `field: "a, b" is no field's name. ${atField}.`,
    ],
    // match
    [
      'match: no query',
      { kind: 'match', where: ' ' },
      'where: Every event would raise the alert. Write the query of the events that raise the alert.',
    ],
    [
      'match: no quiet time',
      { kind: 'match', where: 'a: 1', quiet: '0s' },
      'quiet: An alert cannot end in the moment in which it begins. Use 1ms or more, such as 5m.',
    ],
    // change and new-term
    ['change: a pattern', { kind: 'change', field: 'a*' }, `field: "a*" is no field's name. ${atField}.`],
    [
      'change: a value forgotten too soon',
      { kind: 'change', field: 'a', forget: '10s', lateness: '10s' },
      'forget: A value would be forgotten while events may still come. Use more than `lateness`.',
    ],
    [
      'new-term: a value forgotten too soon',
      { kind: 'new-term', field: 'a', remember: '1m', lateness: '1h', warmUp: '1m' },
      'remember: A value would be forgotten while events may still come. Use more than `lateness`.',
    ],
    [
      'new-term: a longer beginning than memory',
      { kind: 'new-term', field: 'a', remember: '1d', warmUp: '2d' },
      'warmUp: What is learned first would be forgotten before the end. Use at most `remember`.',
    ],
    // absence
    [
      'absence: no time',
      { kind: 'absence', every: '0s' },
      'every: Everybody would be silent all the time. Use 1ms or more, such as 5m.',
    ],
    [
      'absence: a group forgotten too soon',
      { kind: 'absence', by: ['host.name'], every: '1h', forget: '1h' },
      'forget: A group would be forgotten before it is silent. Use a multiple of `every`.',
    ],
    [
      'absence: nobody expected',
      { kind: 'absence', by: ['host.name'], every: '1m', learn: false },
      'expect: No group is expected, and none is learned. Name groups, or set `learn: true`.',
    ],
    // baseline and spike
    [
      'baseline: a window of several hours of its season',
      { kind: 'baseline', season: 'day', over: '2h' },
      'over: A window would lie in several hours of its season. Use 1h or less, or `season: none`.',
    ],
    [
      'baseline: a longer beginning than memory',
      { kind: 'baseline', warmUp: 30, memory: 7 },
      'warmUp: More would have to be learned than is remembered. Use at most `memory`.',
    ],
    [
      'baseline: a group forgotten too soon',
      { kind: 'baseline', over: '1h', forget: '1h' },
      'forget: A group would be forgotten within a window. Use a multiple of `over`.',
    ],
    [
      'baseline: no zone',
      { kind: 'baseline', zone: 'Mars' },
      'zone: "Mars" is no time zone. Write a name of the IANA database, such as `Europe/Berlin`.',
    ],
    [
      'spike: too many hops',
      { kind: 'spike', over: '1h', every: '1s' },
      'every: 3600 windows of each group would be remembered. Use a hop of at least 1/1000 of `over`.',
    ],
    [
      'spike: once as much',
      { kind: 'spike', ratio: 1 },
      'ratio: Every window is once as much as itself. Use more than 1, such as 3.',
    ],
    // normal
    [
      'normal: no field',
      { kind: 'normal', bounds: {} },
      'bounds: No field is looked at. Name a field with `min`, `max` or both.',
    ],
    [
      'normal: the name that documents have',
      { kind: 'normal', by: ['parameter'], bounds: { a: { max: 1 } } },
      'by: `parameter` is the name under which documents have the field. Group by another field.',
    ],
    // slo
    [
      'slo: no step',
      { kind: 'slo', slo: '99%', bad: 'a: 1', over: '0s' },
      'over: A step cannot be so short. Use 1s or more.',
    ],
    [
      'slo: neither good nor bad',
      { kind: 'slo', slo: '99%' },
      'good: Exactly one of `good` and `bad` says what is counted. Set `good`, or `bad`, and not both.',
    ],
    [
      'slo: good and bad',
      { kind: 'slo', slo: '99%', good: 'a: 1', bad: 'a: 2' },
      'good: Exactly one of `good` and `bad` says what is counted. Set `good`, or `bad`, and not both.',
    ],
    [
      'slo: a period of no whole steps',
      {
        kind: 'slo',
        slo: '99%',
        bad: 'a: 1',
        over: '7m',
        burnRates: [{ rate: 2, over: '70m', short: '7m', severity: 'low' }],
      },
      'period: It is no multiple of 7m. Use a multiple of `over`, such as 30d.',
    ],
    [
      'slo: a rate that cannot be',
      {
        kind: 'slo',
        slo: '90%',
        bad: 'a: 1',
        burnRates: [{ rate: 11, over: '1h', short: '5m', severity: 'low' }],
      },
      'burnRates[0].rate: With 90% no burn rate exceeds 10, where all events are bad. Use a lower rate, or a higher objective.',
    ],
    [
      'slo: a short window that is none',
      {
        kind: 'slo',
        slo: '99%',
        bad: 'a: 1',
        burnRates: [{ rate: 2, over: '1h', short: '1h', severity: 'low' }],
      },
      'burnRates[0].short: It is not shorter than the long window. Use about a twelfth of `over`.',
    ],
    [
      'slo: a window longer than the period',
      {
        kind: 'slo',
        slo: '99%',
        bad: 'a: 1',
        period: '1h',
        burnRates: [{ rate: 2, over: '2h', short: '5m', severity: 'low' }],
      },
      'burnRates[0].over: It is longer than the period. Use less than `period`.',
    ],
    [
      'slo: a window of no whole steps',
      {
        kind: 'slo',
        slo: '99%',
        bad: 'a: 1',
        burnRates: [{ rate: 2, over: '1h', short: '90s', severity: 'low' }],
      },
      'burnRates[0].short: 1m30s is no multiple of 1m. Use a multiple of the `over` of the rule.',
    ],
  ])('names %s', (_, rule, problem) => {
    const found = said(rule);
    expect(found[0]).toEqual(
      problem.endsWith(': ') ? expect.stringMatching(new RegExp(`^${problem}.+ Write .+$`)) : problem,
    );
  });

  it.each<[object]>([
    [{ when: '> 5', recover: '< 3', over: '1m', every: '10s', by: ['a'] }],
    [{ kind: 'cardinality', field: 'a', min: 1, max: 5 }],
    [{ kind: 'cardinality', field: 'a', min: 5, max: 5 }],
    [{ kind: 'match', where: 'a: 1' }],
    [{ kind: 'match', where: 'a: 1', quiet: '1ms' }],
    [{ kind: 'change', field: 'a', by: ['b'] }],
    [{ kind: 'new-term', field: 'a' }],
    [{ kind: 'absence', by: ['a'] }],
    [{ kind: 'absence', by: ['a'], learn: false, expect: ['x'] }],
    [{ kind: 'baseline', season: 'day', over: '1h' }],
    [{ kind: 'spike', ratio: 3 }],
    [{ kind: 'normal', bounds: { a: { max: 1 } } }],
    [{ kind: 'slo', slo: '99.9%', bad: 'a: 1' }],
    [{ cooldown: '5m', cooldownGrowth: 2, cooldownMax: '5m' }],
    [{ activeHours: { zone: 'Europe/Berlin', hours: ['22:00-06:00'] } }],
  ])('has nothing to say about %j', (rule) => expect(said(rule)).toEqual([]));

  it('names the second of two rules of one name', () => {
    expect(said({ name: 'a' }, { name: 'b' }, { name: 'a' })).toEqual([
      'rules[2].name: Another rule is called a. Give each rule a name of its own.',
    ]);
  });
});
