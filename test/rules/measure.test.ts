import { describe, expect, it } from 'vitest';
import type { FieldValue, Measure } from '../../src/model.ts';
import { parseMeasure } from '../../src/rules/condition.ts';
import { amountOf } from '../../src/rules/group.ts';
import { fieldsOf } from '../support/fields.ts';

describe('a measure', () => {
  it.each<[string, Measure]>([
    ['count', { kind: 'count' }],
    [' rate ', { kind: 'rate' }],
    ['sum(http.response.bytes)', { kind: 'sum', field: 'http.response.bytes' }],
    ['avg( event.duration )', { kind: 'avg', field: 'event.duration' }],
    ['min(a)', { kind: 'min', field: 'a' }],
    ['max(a)', { kind: 'max', field: 'a' }],
    ['distinct(user.name)', { kind: 'distinct', field: 'user.name' }],
    ['percentile(event.duration, 95)', { kind: 'percentile', field: 'event.duration', percent: 95 }],
    ['percentile(a,99.9)', { kind: 'percentile', field: 'a', percent: 99.9 }],
    ['share(status:(500 or 502) and (a:b))', { kind: 'share', query: 'status:(500 or 502) and (a:b)' }],
  ])('%s is read', (text, measure) => {
    expect(parseMeasure(text)).toEqual({ ok: measure });
  });

  it.each([
    ['', 'is no measure'],
    ['median(a)', 'is no measure'],
    ['Count', 'is no measure'],
    ['count(a)', 'count takes no field'],
    ['sum', 'sum needs one field'],
    ['sum()', 'sum needs one field'],
    ['sum(a, b)', 'sum needs one field'],
    ['percentile(a)', 'a field and a number between 0 and 100'],
    ['percentile(a, 0)', 'a field and a number between 0 and 100'],
    ['percentile(a, 100)', 'a field and a number between 0 and 100'],
    ['percentile(a, x)', 'a field and a number between 0 and 100'],
    ['percentile(a, 5, 6)', 'a field and a number between 0 and 100'],
    ['share()', 'share needs a query'],
    ['count) or (x', 'is no measure'],
  ])('%j is refused with a remedy', (text, problem) => {
    const parsed = parseMeasure(text);
    expect(parsed).toMatchObject({
      problem: expect.stringContaining(problem),
      remedy: expect.stringMatching(/^write /),
    });
  });
});

describe('what an event brings', () => {
  const event = fieldsOf({
    n: 7,
    text: '2.5',
    word: 'x',
    list: [null, 'no', 3, 4],
    one: [null, 8],
    words: ['a', 'b'],
    'log.level': 'SEVERE',
    yes: true,
    none: null,
    big: 'NaN',
  });
  it.each<[string, FieldValue]>([
    ['count', 1],
    ['rate', 1],
    ['sum(n)', 7],
    ['avg(text)', 2.5],
    ['max(word)', undefined],
    ['min(list)', [3, 4]],
    ['avg(one)', 8],
    ['sum(words)', undefined],
    ['sum(yes)', undefined],
    ['sum(none)', undefined],
    ['sum(big)', undefined],
    ['percentile(nothing, 95)', undefined],
    ['distinct(word)', 'x'],
    ['distinct(n)', '7'],
    ['distinct(list)', ['no', '3', '4']],
    ['distinct(log.level)', 'error'],
    ['distinct(none)', undefined],
    ['share(word: x)', true],
    ['share(word: y)', false],
  ])('to %s is %s', (text, amount) => {
    const parsed = parseMeasure(text);
    if (!('ok' in parsed)) throw new Error(parsed.problem);
    expect(amountOf(parsed.ok)(event)).toEqual(amount);
  });

  it('is asked of the fields as an object, which may be one that changes under the hand', () => {
    class Moving {
      readonly #value = 3;
      get() {
        return this.#value;
      }
      has() {
        return true;
      }
      names() {
        return [];
      }
    }
    expect(amountOf({ kind: 'sum', field: 'n' })(new Moving())).toBe(3);
  });
});
