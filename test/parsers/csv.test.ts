import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { splitCsv } from '../../src/parsers/custom/csv.ts';
import { keyValues } from '../../src/parsers/text/pairs.ts';

describe('a line of comma-separated values', () => {
  // The rules of RFC 4180, section 2.
  it.each<[line: string, values: string[] | undefined]>([
    ['aaa,bbb,ccc', ['aaa', 'bbb', 'ccc']],
    ['"aaa","bbb","ccc"', ['aaa', 'bbb', 'ccc']],
    ['"aaa","b""bb","ccc"', ['aaa', 'b"bb', 'ccc']],
    ['"a,a",b', ['a,a', 'b']],
    ['a, b ,c', ['a', ' b ', 'c']],
    ['', ['']],
    [',', ['', '']],
    ['a,', ['a', '']],
    ['"",""', ['', '']],
    ['""""', ['"']],
    ['a"b,c', ['a"b', 'c']],
    ['"a,b', undefined],
    ['a,"b""', undefined],
  ])('%s', (line, values) => expect(splitCsv(line, ',')).toEqual(values));

  it.each([',', ';', '\t', '||'])('is read as it was written, with %j between values', (delimiter) => {
    const value = fc.string({
      unit: fc.constantFrom('a', '"', ',', ';', '\t', '|', ' ', '😀'),
      maxLength: 5,
    });
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 5 }), (values) => {
        const quoted = values.map((one) => `"${one.replaceAll('"', '""')}"`);
        expect(splitCsv(quoted.join(delimiter), delimiter)).toEqual(values);
        // A writer may leave out the quotes where nothing needs them.
        const spare = values.map((one, at) => (/["|,;\t]/.test(one) ? quoted[at]! : one));
        expect(splitCsv(spare.join(delimiter), delimiter)).toEqual(values);
      }),
    );
  });
});

describe('pairs with a separator of their own', () => {
  it.each<[line: string, separator: string, sign: string, fields: object | undefined]>([
    ['user: bob; status: ok', ';', ':', { user: 'bob', status: 'ok' }],
    ['url=http://h/?a=1&b=2', ' ', '=', { url: 'http://h/?a=1&b=2' }],
    ['a=1|b=true|c=007|d="x y"|e=', '|', '=', { a: 1, b: true, c: '007', d: 'x y', e: '' }],
    ['n=9007199254740993 m=-0.5 k=1e3', ' ', '=', { n: '9007199254740993', m: -0.5, k: '1e3' }],
    ['no pairs at all', ' ', '=', undefined],
    ['=x a=1', ' ', '=', { a: 1 }],
    ['a => 1 ;; b => 2', ';;', '=>', { a: 1, b: 2 }],
    ['a=1 a=2', ' ', '=', { a: 2 }],
    ['__proto__=1 a=2', ' ', '=', JSON.parse('{"__proto__":1,"a":2}')],
  ])('%s', (line, separator, sign, fields) => {
    const found = keyValues(line, separator, sign);
    expect(found && Object.entries(found)).toEqual(fields && Object.entries(fields));
  });
});
