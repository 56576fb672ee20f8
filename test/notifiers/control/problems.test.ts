import { describe, expect, it } from 'vitest';
import { controlProblems } from '../../../src/notifiers/control/problems.ts';
import { compileQuery } from '../../../src/rules/kql/compile.ts';
import { load } from '../../support/config.ts';

const problemsOf = (config: object) => {
  const rules = [
    { name: 'errors', by: ['host.name'], severity: 'high', labels: { team: 'shop' } },
    { name: 'slow', severity: 'low', labels: { team: 'web' } },
  ];
  const yaml = JSON.stringify({ rules, notifiers: { ops: { kind: 'webhook', url: 'http://a' } }, ...config });
  return load({ yaml, checks: [controlProblems(compileQuery)] }).problems;
};
const ops = { notify: ['ops'] };
const nights = { name: 'nights', time_intervals: [{ times: [{ start_time: '22:00', end_time: '24:00' }] }] };

describe('the check of noise control finds', () => {
  it.each<[string, object, string, RegExp]>([
    [
      'an escalation in a circle',
      {
        routes: [
          { ...ops, name: 'a', matchers: ['team=shop'], escalate: { after: '5m', to: 'b' } },
          { ...ops, name: 'b', escalate: { after: '5m', to: 'a' } },
        ],
      },
      'routes[0].escalate.to',
      /circle: a → b → a/,
    ],
    [
      'a route that escalates to itself',
      { routes: [{ ...ops, name: 'a', escalate: { after: '5m', to: 'a' } }] },
      'routes[0].escalate.to',
      /circle: a → a/,
    ],
    [
      'an escalation to nowhere',
      { routes: [{ ...ops, name: 'first', escalate: { after: '5m', to: 'fisrt' } }] },
      'routes[0].escalate.to',
      /no route `fisrt`; did you mean `first`/,
    ],
    [
      'a matcher that cannot be read',
      { routes: [{ ...ops, matchers: ['severity'] }] },
      'routes[0].matchers[0]',
      /no matcher/,
    ],
    [
      'a label that no rule has',
      { routes: [{ ...ops, matchers: ['taem="shop"'] }] },
      'routes[0].matchers[0]',
      /no rule has `taem`; did you mean `team`/,
    ],
    [
      'a severity that no rule has',
      { routes: [{ ...ops, matchers: ['severity="critical"'] }] },
      'routes[0].matchers[0]',
      /No alert can match/,
    ],
    [
      'a rule that does not exist',
      { inhibit_rules: [{ source_matchers: ['rule=~"err.*"'], target_matchers: ['rule="solw"'] }] },
      'inhibit_rules[0].target_matchers[0]',
      /No alert can match/,
    ],
    [
      'matchers that exclude each other',
      { routes: [{ ...ops, matchers: ['rule=errors', 'severity=low'] }] },
      'routes[0]',
      /all of these/,
    ],
    ['an unknown notifier', { routes: [{ notify: ['opps'] }] }, 'routes[0].notify[0]', /did you mean `ops`/],
    [
      'a route that notifies nobody',
      { routes: [{ matchers: ['team=shop'] }] },
      'routes[0]',
      /notifies nobody/,
    ],
    [
      'a route within one that notifies nobody',
      { routes: [{ matchers: ['team=shop'], routes: [{ ...ops, matchers: ['rule=errors'] }] }] },
      'routes[0]',
      /notifies nobody/,
    ],
    [
      'a route behind one that takes everything',
      { routes: [ops, { ...ops, name: 'b' }] },
      'routes[1]',
      /takes all of them/,
    ],
    [
      'two routes of one name',
      {
        routes: [
          { ...ops, name: 'b', matchers: ['team=shop'] },
          { ...ops, name: 'b' },
        ],
      },
      'routes[1].name',
      /Another route is called/,
    ],
    [
      'two routes of the same matchers',
      { routes: [{ ...ops, continue: true }, ops] },
      'routes[1]',
      /the same matchers/,
    ],
    [
      'an unknown interval',
      { routes: [{ ...ops, mute_time_intervals: ['nigths'] }], time_intervals: [nights] },
      'routes[0].mute_time_intervals[0]',
      /did you mean `nights`/,
    ],
    [
      'an interval that cannot be read',
      { time_intervals: [{ name: 'a', time_intervals: [{ weekdays: ['mon'] }] }] },
      'time_intervals[0].time_intervals[0]',
      /none of sunday/,
    ],
    [
      'an unknown zone',
      { time_intervals: [{ name: 'a', time_intervals: [{ location: 'Europe/Berln' }] }] },
      'time_intervals[0].time_intervals[0].location',
      /not a time zone/,
    ],
    [
      'two intervals of one name',
      { time_intervals: [nights, nights] },
      'time_intervals[1].name',
      /Another interval/,
    ],
    [
      'a query of a maintenance window',
      { time_intervals: [nights], maintenance: [{ name: 'm', query: 'a : (', time_intervals: ['nights'] }] },
      'maintenance[0].query',
      /./,
    ],
    [
      'a maintenance window without an interval',
      { maintenance: [{ name: 'm', time_intervals: ['nights'] }] },
      'maintenance[0].time_intervals[0]',
      /no interval/,
    ],
    [
      'a notifier of a reserved name',
      { notifiers: { routes: { kind: 'file', path: '/tmp/a' } } },
      'notifiers.routes',
      /stands for the routes/,
    ],
    [
      'routes that no rule uses',
      { rules: [{ name: 'a', notify: ['ops'] }], routes: [ops] },
      'routes',
      /names its notifiers/,
    ],
  ])('%s', (_, config, path, message) => {
    const problems = problemsOf(config);
    expect(problems).toMatchObject([{ message: expect.stringMatching(message) }]);
    expect(problems[0]!.path.startsWith(path)).toBe(true);
    expect(problems[0]!.remedy).not.toBe('');
  });

  it('nothing wrong with a whole configuration', () => {
    const routes = [
      {
        matchers: ['team=~"shop|cart"'],
        routes: [{ ...ops, matchers: ['severity="high"'], escalate: { after: '15m', to: 'last' } }, ops],
      },
      { ...ops, matchers: ['host.name=~"web-.*"'], mute_time_intervals: ['nights'], group_by: ['rule'] },
      { ...ops, matchers: ['rule=~"logboom-.*"'] },
      { ...ops, matchers: [] },
      { ...ops, name: 'last', escalation_only: true },
    ];
    const maintenance = [{ name: 'm', query: 'host.name : web-1', time_intervals: ['nights'] }];
    expect(problemsOf({ routes, maintenance, time_intervals: [nights] })).toEqual([]);
  });
});
