import { writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { scoreRules } from '../../src/cli/commands/test-rules.ts';
import { terminal } from '../support/cli.ts';
import { aFolder } from '../support/folder.ts';

const rules = () => {
  const path = `${aFolder()}/rules.yml`;
  writeFileSync(path, "rules: [{ name: burst, by: [host.name], over: 10s, when: '>= 150', notify: [x] }]\n");
  return path;
};

it('prints a line for each rule', () => {
  const screen = terminal();
  expect(scoreRules({ rules: rules(), seeds: '5' }, screen)).toBe(0);
  expect(screen.text()).toMatch(/^rule +finds +alerts +precision +recall.*\nburst +burst +3 +100% +100%/);
  expect(screen.complaints()).toMatch(/events, 18 incidents; docs\/scores.md describes the columns$/);
});

it('prints JSON', () => {
  const screen = terminal();
  scoreRules({ rules: rules(), seeds: '5', json: true }, screen);
  expect(JSON.parse(screen.text())).toMatchObject({
    seeds: [5],
    scores: [{ rule: 'burst', finds: ['burst'] }],
  });
});

it('refuses seeds that are none', () => {
  expect(() => scoreRules({ rules: rules(), seeds: '1,x' }, terminal())).toThrow(
    '--seeds takes a whole number',
  );
});

it('names the processors that have no effect on generated days, and applies the others', () => {
  const path = `${aFolder()}/logboom.yml`;
  const processors = [
    { kind: 'rateLimit', name: 'few', events: 1, per: '1h' },
    { kind: 'drop', name: 'of-shop', inputs: ['lumberjack'] },
    { kind: 'drop', name: 'nothing-left', if: 'message : *' },
  ];
  const written = { processors, rules: [{ name: 'all', over: '10s', when: '> 0' }] };
  writeFileSync(path, JSON.stringify(written));
  const screen = terminal();
  scoreRules({ rules: path, seeds: '5' }, screen);
  expect(screen.text()).toMatch(/\nall +none +0 /);
  expect(screen.complaints()).toMatch(/Processors without effect here, .* inputs: few, of-shop\.$/);
  scoreRules({ rules: path, seeds: '5', json: true }, screen);
  expect(screen.text()).toContain('"withoutEffect": [');
});
