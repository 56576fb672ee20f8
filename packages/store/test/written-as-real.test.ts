import { expect, it } from 'vitest';
import { isWrittenAsReal } from '../src/mapping/dynamic.ts';

it.each<[string, string, boolean]>([
  ['a', '{"a":5.0}', true],
  ['a', '{"a" : [ -1e2]}', true],
  ['a', '{"a":5,"b":5.0}', false],
  ['a', '{"x":{"a":5},"a":5E1}', true],
  ['a', '{"a":"5.0"}', false],
  ['a.b', '{"axb":5.0}', false],
  ['(a', '{"(a":5.0}', true],
  ['a"b', '{"a\\"b":5.0}', true],
  ['p'.repeat(2 ** 16), `{"${'p'.repeat(2 ** 16)}":5.0}`, true],
])('the number of %s is written as a real one in %s: %s', (key, text, isReal) => {
  expect(isWrittenAsReal(key, () => text)).toBe(isReal);
});
