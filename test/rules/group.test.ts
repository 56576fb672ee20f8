import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FieldValue } from '../../src/model.ts';
import { groupingBy } from '../../src/rules/group.ts';
import { fieldsOf } from '../support/fields.ts';

const group = (...values: FieldValue[]) => {
  const names = values.map((_, place) => `f${place}`);
  return groupingBy(names).group(
    fieldsOf(Object.fromEntries(values.map((value, place) => [names[place]!, value]))),
  );
};

describe('a group', () => {
  it.each<[FieldValue[], string]>([
    [['web-1'], 'web-1'],
    [['web-1', 404], 'web-1, 404'],
    [[undefined], '_missing'],
    [[null], '_missing'],
    [[[]], '_missing'],
    [[[null, 'a']], 'a'],
    [[['a', 'b']], 'a\\, b'],
    [[['b', 'a', 'b']], 'a\\, b'],
    [['_missing'], '\\_missing'],
    [['_other'], '\\_other'],
    [[''], '""'],
    [['""'], '\\"\\"'],
    [['a, b', 'c'], 'a\\, b, c'],
    [['a\\'], 'a\\\\'],
    [[false], 'false'],
    [[undefined, 'x'], '_missing, x'],
  ])('of %j has the key %s', (values, key) => {
    expect(group(...values).key).toBe(key);
  });

  it('has the values that are there, with their types', () => {
    expect(group('web-1', 404, undefined, true).by).toEqual({ f0: 'web-1', f1: 404, f3: true });
  });

  it.each(['ERROR', 'error', 'Err', 'severe'])('of the level %s is that of its severity', (level) => {
    const fields = fieldsOf({ 'log.level': level });
    expect(groupingBy(['log.level']).group(fields)).toEqual({ key: 'error', by: { 'log.level': 'error' } });
  });

  it('is one for all events where a rule has no fields to group by', () => {
    expect(groupingBy([]).group(fieldsOf({ a: 1 }))).toEqual({ key: '', by: {} });
  });

  it('keeps a bounded part of a long value, and tells long values apart by their ends', () => {
    const [one, other] = ['a', 'b'].map((end) => group('x'.repeat(1_000_000) + end));
    expect(one!.key.length).toBeLessThanOrEqual(256);
    expect(one!.key).not.toBe(other!.key);
    expect(one!.by).toEqual({ f0: one!.key });
  });

  it('gives the key alone too, the same one', () => {
    const grouping = groupingBy(['a', 'b']);
    const fields = fieldsOf({ a: 'x,y', b: 3 });
    expect(grouping.key(fields)).toBe(grouping.group(fields).key);
  });
});

describe('two groups', () => {
  const part = fc.oneof(
    fc.string({ unit: fc.constantFrom('a', ',', ' ', '\\', '"', '_', 'missing') }),
    fc.constantFrom('_missing', '', undefined, null),
  );

  it('share a key only where their values are the same', () => {
    const values = (parts: FieldValue[]) => JSON.stringify(parts.map((one) => one ?? null));
    fc.assert(
      fc.property(fc.tuple(part, part), fc.tuple(part, part), (one, other) => {
        expect(group(...one).key === group(...other).key).toBe(values(one) === values(other));
      }),
      { numRuns: 2_000 },
    );
  });
});
