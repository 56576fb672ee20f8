import { describe, expect, it } from 'vitest';
import { clausesOf } from '../../../src/rules/kql/clauses.ts';
import { compileQuery } from '../../../src/rules/kql/compile.ts';
import { fieldsOf } from '../../support/fields.ts';

describe('the parts of a query', () => {
  it.each([
    ['', [], []],
    ['log.level: ERROR', ['log.level: ERROR'], ['log.level']],
    ['a: 1 and (b: 2 or c: 3) and not d: 4', ['a: 1', 'b: 2 or c: 3', 'not d: 4'], ['a', 'b', 'c', 'd']],
    ['(a: 1 and b > 2) and c: *', ['a: 1', 'b > 2', 'c: *'], ['a', 'b', 'c']],
    ['a: { b: 1 and c: 2 }', ['a: { b: 1 }', 'a: { c: 2 }'], ['a.b', 'a.c']],
    ['"timed out"', ['"timed out"'], ['message']],
    ['http.*: 500', ['http.*: 500'], []],
    ['a.*: { b: 1 }', ['a.*: { b: 1 }'], []],
    ['not (a: 1 or not b: 2)', ['not (a: 1 or not b: 2)'], ['a', 'b']],
    ['a: { b: { c: 1 or d: 2 } }', ['a.b: { c: 1 or d: 2 }'], ['a.b.c', 'a.b.d']],
    ['a: 1 or a: 2', ['a: 1 or a: 2'], ['a']],
  ])('of %j are %j', (query, parts, fields) => {
    const found = clausesOf(query);
    expect(found.map(({ text }) => text)).toEqual(parts);
    expect(found.flatMap((clause) => clause.fields)).toEqual(fields);
  });

  const events = [
    { a: '1', b: 5, 'log.level': 'error', 'x.y': 'z' },
    { a: '2', b: 5, 'log.level': 'info' },
    { b: 1, message: 'it timed out' },
    {},
  ].map(fieldsOf);

  it.each([
    'a: 1 and b > 2',
    'not a: 1 and (b: 5 or b: 1)',
    'x: { y: z } and a: *',
    'x: { y: z and not w: 1 }',
    'message: "timed out" and b: 1 and not log.level >= error',
    'not (a: 1 or a: 2) and b: *',
  ])('all match an event where %j does', (query) => {
    const whole = compileQuery(query);
    for (const event of events) expect(clausesOf(query).every(({ test }) => test(event))).toBe(whole(event));
  });
});
