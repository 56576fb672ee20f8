import { writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { testRules } from '../../src/cli/test-rules.ts';
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
  expect(testRules([path], false, screen)).toBe(0);
  expect(screen.text()).toBe(`${path}\n  ✓ t\n\n1 passed, 0 failed`);
});

it('prints the difference of what failed and ends with 1', () => {
  const screen = terminal();
  expect(testRules([file('[{ to: pending }, { to: inactive }]')], false, screen)).toBe(1);
  expect(screen.text()).toContain(
    '  ✗ t  (- expected, + what happened)\n      - { to: pending }\n      + { at: 2026',
  );
  expect(screen.text()).toMatch(/0 passed, 1 failed$/);
});

it('a file that cannot be used fails, and the others are tested', () => {
  const screen = terminal();
  expect(testRules(['/nowhere.yml', file('[{}, {}]')], false, screen)).toBe(1);
  expect(screen.text()).toContain('✗ /nowhere.yml cannot be used as a test of rules');
  expect(screen.text()).toMatch(/1 passed, 1 failed$/);
});

it('prints JSON for programs', () => {
  const screen = terminal();
  testRules([file('[{}]')], true, screen);
  expect(JSON.parse(screen.text())).toMatchObject({
    passed: 0,
    failed: 1,
    files: [{ tests: [{ name: 't' }] }],
  });
});
