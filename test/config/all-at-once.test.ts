import { describe, expect, it } from 'vitest';
import type { Check } from '../../src/config/load/load.ts';
import { loadConfig } from '../../src/config/load/load.ts';
import { controlProblems } from '../../src/notifiers/control/problems.ts';

const paths = (yaml: string, checks: Check[] = []) =>
  loadConfig({ path: 'logboom.yml', env: {}, readFile: () => yaml, checks }).problems.map(({ path }) => path);

/** Stands for the checks of outer layers: one finding about the rule's filter alone, one about how settings fit together. */
const checks: Check[] = [
  ({ rules }) =>
    rules.flatMap((_, index) => [
      { path: `rules[${index}].where`, message: 'no KQL', remedy: 'write KQL', alone: true },
      { path: `rules[${index}].every`, message: 'does not divide', remedy: 'divide' },
    ]),
];

const control = controlProblems(() => () => false) as Check;

describe('all problems at once', () => {
  it('has those of a rule that stand alone, although another setting of the rule is broken', () => {
    expect(paths('rules: [{name: a, over: 5}]', checks)).toEqual(['rules[0].over', 'rules[0].where']);
  });

  it('has those of a rule whose name is broken', () => {
    expect(paths('rules: [{name: "a~b"}]', checks)).toEqual(['rules[0].name', 'rules[0].where']);
  });

  it('has all of those of a rule beside a broken one', () => {
    const found = paths('rules: [{name: "a~b"}, {name: b}]', checks);
    expect(found).toEqual(['rules[0].name', 'rules[0].where', 'rules[1].where', 'rules[1].every']);
  });

  it('has unknown notifiers of a rule with another problem', () => {
    expect(paths('rules: [{name: a, over: 5, notify: [nobody]}]')).toEqual([
      'rules[0].over',
      'rules[0].notify[0]',
    ]);
  });

  it.each([
    [
      'a notifier',
      'notifiers: {mail: {kind: email, host: a.example, from: me, to: [a@b.example]}}',
      'notifiers.mail.from',
    ],
    ['a notifier without its kind', 'notifiers: {mail: {host: a.example}}', 'notifiers.mail.kind'],
    ['an interval', 'time_intervals: [{name: 5, time_intervals: []}]', 'time_intervals[0].name'],
  ])('has those of rules where %s lacks a required setting', (_, section, broken) => {
    const found = paths(`${section}\nrules: [{name: a, notify: [mail, nobody]}]`, checks);
    expect(found).toEqual(expect.arrayContaining([broken, 'rules[0].where']));
    expect(found.includes('rules[0].notify[0]')).toBe(!section.includes('mail'));
    expect(found).toContain('rules[0].notify[1]');
  });

  it('has those of a rule that lacks a required setting, and none that follow from it', () => {
    const broken = '{name: gone, kind: change, labels: {team: shop}}';
    const routes = 'routes: [{matchers: [\'team="shop"\'], notify: [nobody]}]';
    expect(
      paths(`rules: [${broken}, {name: b, over: 5}]\n${routes}`, [...checks, control]).toSorted(),
    ).toEqual(['routes[0].notify[0]', 'rules[0].field', 'rules[0].where', 'rules[1].over', 'rules[1].where']);
  });

  it('does not say of a broken setting what follows from its default', () => {
    const about: Check[] = [() => [{ path: 'rules[0].over', message: 'x', remedy: 'y', alone: true }]];
    expect(paths('rules: [{name: a, over: 5}]', about)).toEqual(['rules[0].over']);
  });
});
