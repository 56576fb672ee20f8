import { writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { testRules } from '../../src/cli/commands/test-rules.ts';
import { terminal } from '../support/cli.ts';
import { aFolder } from '../support/folder.ts';

const file = (expected: string) => {
  const path = `${aFolder()}/a.test.yml`;
  const events = "[{ generate: { from: '2026-01-01T00:00:00Z', every: 10ms, count: 3, line: '{iso}' } }]";
  const rules = "rules: [{ name: three, over: 1s, when: '>= 3' }]";
  writeFileSync(path, `${rules}\ntests:\n  - name: t\n    events: ${events}\n    expect: ${expected}\n`);
  return path;
};

it('prints what passed and ends with 0', () => {
  const screen = terminal();
  const path = file('[{ to: active }, { to: inactive }]');
  expect(testRules([path], {}, screen)).toBe(0);
  expect(screen.text()).toBe(`${path}\n  ✓ t\n\n1 passed, 0 failed`);
});

it('prints the difference of what failed and ends with 1', () => {
  const screen = terminal();
  expect(testRules([file('[{ to: pending }, { to: inactive }]')], {}, screen)).toBe(1);
  expect(screen.text()).toContain(
    '  ✗ t  (- expected, + actual)\n      - { to: pending }\n      + { at: 2026',
  );
  expect(screen.text()).toMatch(/0 passed, 1 failed$/);
});

it('a file that cannot be used fails, and the others are tested', () => {
  const screen = terminal();
  expect(testRules(['/nowhere.yml', file('[{}, {}]')], {}, screen)).toBe(1);
  expect(screen.text()).toContain('✗ /nowhere.yml is not a valid file of rule tests');
  expect(screen.text()).toMatch(/1 passed, 1 failed$/);
});

it('prints JSON for programs', () => {
  const screen = terminal();
  testRules([file('[{}]')], { json: true }, screen);
  expect(JSON.parse(screen.text())).toMatchObject({
    passed: 0,
    failed: 1,
    files: [{ tests: [{ name: 't' }] }],
  });
});

it.each([
  [
    'in rules of its own',
    'rules:\n  - name: a\n    over: 1s\n    when: many\ntests: [{ name: t, events: [], expect: [] }]\n',
    ':4:5  rules[0].when (rule a) = "many"',
  ],
  [
    'in a name',
    'rules: []\ntests:\n  - name: t\n    evnts: []\n    events: []\n    expect: []\n',
    ':4:5  tests[0].evnts\n',
  ],
  [
    'in one of several kinds of events',
    'rules: []\ntests:\n  - name: t\n    events:\n      - silense: 2m\n    expect: []\n',
    ':5:9  tests[0].events[0].silense\n',
  ],
  [
    'deep in an event',
    'rules: []\ntests:\n  - name: t\n    events:\n      - generate: { from: then, every: 1s, count: 1 }\n    expect: []\n',
    ':5:21  tests[0].events[0].generate.from\n  this is not a time',
  ],
  ['in its YAML', 'rules: []\ntests:\n\t- a\n', ':3:1\n  This is not valid YAML'],
])('says where a mistake is: %s', (_, text, said) => {
  const path = `${aFolder()}/a.test.yml`;
  writeFileSync(path, text);
  const screen = terminal();
  expect(testRules([path], {}, screen)).toBe(1);
  expect(screen.text()).toContain(`${path}${said}`);
});
