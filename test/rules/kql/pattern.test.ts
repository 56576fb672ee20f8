import { describe, expect, it } from 'vitest';
import { compileQuery } from '../../../src/rules/kql/compile.ts';
import { longestPattern, longestText } from '../../../src/rules/kql/text.ts';
import { ruleProblems } from '../../../src/rules/problems.ts';
import { levelRank } from '../../../src/util/levels.ts';
import { fieldsOf } from '../../support/fields.ts';
import { ruleConfig } from '../../support/rules/rules.ts';

describe('a pattern', () => {
  it.each([
    ['a: 1 and message: /(/', 19, 'cannot be used'],
    ['message: /(?=a)/', 10, 'cannot be used: it looks ahead or behind'],
    ['message: /(a)\\1/', 10, 'cannot be used'],
    ['message: /a{100000}/', 10, 'cannot be used'],
    [`message: /${'a'.repeat(longestPattern + 1)}/`, 10, `longer than ${longestPattern} characters`],
  ])('that is not to be used is refused with its place', (query, column, words) => {
    expect(() => compileQuery(query)).toThrow(`column ${column} of the query`);
    expect(() => compileQuery(query)).toThrow(words);
    expect(ruleProblems({ rules: [ruleConfig({ where: query })] })).toMatchObject([
      { path: 'rules[0].where' },
    ]);
  });

  it('may be as long as is allowed', () => {
    const longest = 'a'.repeat(longestPattern);
    expect(compileQuery(`message: /${longest}/`)(fieldsOf({ message: longest }))).toBe(true);
  });
});

describe('a line that is too long', () => {
  const line = `first ${'x'.repeat(longestText)} last`;

  it.each([
    ['message: /first/', true],
    ['message: /last/', false],
    ['message: first', true],
    ['message: last', false],
    ['message: "x last"', false],
    ['url.path: *last', true],
  ])('is looked at from its beginning by patterns and words: %s is %s', (query, found) => {
    expect(compileQuery(query)(fieldsOf({ message: line, 'url.path': line }))).toBe(found);
  });
});

describe('levels', () => {
  const order = ['trace', 'debug', 'info', 'notice', 'warn', 'error', 'critical', 'alert', 'emergency'];

  it('have an order', () => {
    expect(order.map(levelRank)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it.each([
    ['WARNING', 'warn'],
    ['Wrn', 'warn'],
    ['err', 'error'],
    ['SEVERE', 'error'],
    ['fatal', 'critical'],
    ['crit', 'critical'],
    ['emerg', 'emergency'],
    ['panic', 'emergency'],
    ['dbg', 'debug'],
    ['informational', 'info'],
    ['verbose', 'trace'],
  ])('%s is another name of %s', (name, level) => {
    expect(levelRank(name)).toBe(levelRank(level));
  });

  it.each(['unknown', 'loud', ''])('%j is neither above nor below any', (level) => {
    const fields = fieldsOf({ 'log.level': level });
    for (const other of order) {
      expect(compileQuery(`log.level >= ${other} or log.level < ${other}`)(fields)).toBe(false);
    }
    expect(compileQuery('log.level : "unknown"')(fields)).toBe(level === 'unknown');
  });
});
