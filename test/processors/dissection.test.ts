import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Dissection } from '../../src/processors/dissection.ts';

const fieldsOf = (pattern: string, text: string) => {
  const found = new Dissection(pattern).of(text);
  return found && Object.fromEntries(found);
};

/** Patterns and results as the reference of Logstash's filter `dissect` has them. */
describe('a pattern of dissect', () => {
  it.each<[pattern: string, text: string, fields: object | undefined]>([
    [
      '%{ts} %{+ts} %{+ts} %{src} %{prog}[%{pid}]: %{msg}',
      'Apr 26 12:20:02 localhost systemd[1]: Starting system activity',
      { ts: 'Apr 26 12:20:02', src: 'localhost', prog: 'systemd', pid: '1', msg: 'Starting system activity' },
    ],
    ['%{+a/2} %{+a/1} %{+a/4} %{+a/3}', '1 2 3 go', { a: '2 1 go 3' }],
    ['%{+a/2}-%{b}-%{+a/1}', 'x-y-z', { b: 'y', a: 'z x' }],
    ['%{a} %{+a/2} %{+a/1}', '1 2 3', { a: '1 3 2' }],
    ['%{+a} %{+a}', '1 2', { a: '1 2' }],
    ['%{a},%{+a}:%{+a}', '1,2:3', { a: '1,2:3' }],
    ['%{a} %{a}', '1 2', { a: '2' }],
    ['%{a->} %{b}', 'x     y', { a: 'x', b: 'y' }],
    ['%{a} %{b}', 'x  y', { a: 'x', b: ' y' }],
    ['[%{a}]%{->} [%{b}]', '[x]   [y]', { a: 'x', b: 'y' }],
    ['%{+a/1->} %{+a/2}', 'x   y', { a: 'x y' }],
    ['%{?skipped} %{b}', 'x y', { b: 'y' }],
    ['<%{pri}>%{rest}', '<13>up', { pri: '13', rest: 'up' }],
    ['<%{pri}>%{rest}', '13>up', undefined],
    ['%{a}||%{b}', 'x|y||z', { a: 'x|y', b: 'z' }],
    ['%{a},%{b},%{c}', ',,', { a: '', b: '', c: '' }],
    ['%{a},%{b}', 'x', undefined],
    ['%{a}.', 'x', undefined],
    ['%{path/1} %{b}', 'x y', { 'path/1': 'x', b: 'y' }],
  ])('%s of %s', (pattern, text, fields) => {
    expect(fieldsOf(pattern, text)).toEqual(fields);
  });

  it.each([
    ['%{a}%{b}', /no delimiter between two keys/],
    ['%{?k} %{&k}', /names that are taken from the text/],
    ['%{*k} %{b}', /names that are taken from the text/],
  ])('%s cannot be used', (pattern, why) => expect(() => new Dissection(pattern)).toThrow(why));

  it('takes apart what its values and delimiters were put together from', () => {
    const value = fc.stringMatching(/^[a-c ]{0,4}$/);
    const part = fc.tuple(value, fc.constantFrom(',', '::', '] [', '|'));
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 6 }), value, (parts, last) => {
        const pattern = parts.map(([, delimiter], at) => `%{k${at}}${delimiter}`).join('');
        const text = parts.map(([one, delimiter]) => `${one}${delimiter}`).join('');
        const fields = Object.fromEntries(parts.map(([one], at) => [`k${at}`, one]));
        expect(fieldsOf(`${pattern}%{last}`, `${text}${last}`)).toEqual({ ...fields, last });
      }),
    );
  });
});
