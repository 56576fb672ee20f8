import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  formatDate,
  legalCharacters,
  piecesOf,
  problemInIndex,
  problemInName,
  problemInPattern,
} from '../../src/util/field-pattern.ts';
import { idInSpace, isDefaultSpace } from '../../src/util/kibana-space.ts';

const field = (text: string, path: string[], otherwise?: string) => ({
  ...{ kind: 'field', text, path },
  ...(otherwise !== undefined && { otherwise }),
});
const text = (one: string) => ({ kind: 'text', text: one });

/** References as Logstash (`sprintf`) and Beats (format strings) document them. */
describe('a pattern of fields', () => {
  it.each<[string, object[]]>([
    ['', []],
    ['plain', [text('plain')]],
    ['%{host}', [field('%{host}', ['host'])]],
    ['%{host.name}', [field('%{host.name}', ['host', 'name'])]],
    ['%{[host][name]}', [field('%{[host][name]}', ['host', 'name'])]],
    ['%{[host.name]}', [field('%{[host.name]}', ['host', 'name'])]],
    ['%{[@metadata][beat]}', [field('%{[@metadata][beat]}', ['@metadata', 'beat'])]],
    ['%{[fields.app]:none}', [field('%{[fields.app]:none}', ['fields', 'app'], 'none')]],
    ['%{[a]:}', [field('%{[a]:}', ['a'])]],
    ['%{[a]:b:c}', [field('%{[a]:b:c}', ['a'], 'b:c')]],
    ['%{+yyyy.MM.dd}', [{ kind: 'date', text: '%{+yyyy.MM.dd}', format: 'yyyy.MM.dd' }]],
    [
      'a-%{b}-%{+yyyy}.',
      [
        text('a-'),
        field('%{b}', ['b']),
        text('-'),
        { kind: 'date', text: '%{+yyyy}', format: 'yyyy' },
        text('.'),
      ],
    ],
    ['%{a}%{b}', [field('%{a}', ['a']), field('%{b}', ['b'])]],
    ['100%', [text('100%')]],
    ['%{open', [text('%{open')]],
    ['%{}', [text('%{}')]],
    ['{a}', [text('{a}')]],
  ])('%j has the pieces %j', (pattern, pieces) => expect(piecesOf(pattern)).toEqual(pieces));

  it('loses no character, whatever the text', () => {
    const part = fc.constantFrom('a', '%', '{', '}', '[', ']', ':', '+', '.', '%{x}', '%{+yyyy}', '\n');
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
        const pattern = parts.join('');
        expect(
          piecesOf(pattern)
            .map((piece) => piece.text)
            .join(''),
        ).toBe(pattern);
      }),
    );
  });

  it.each<[string, string | undefined]>([
    ['logs-%{[event][dataset]}-%{+yyyy.MM.dd}', undefined],
    ['', undefined],
    ['%{+xxxx.ww}', undefined],
    ["%{+yyyy'T'HH}", undefined],
    ['%{open', '`%{open` begins a field that does not end, or names none'],
    ['%{}', '`%{}` begins a field that does not end, or names none'],
    ['%{[a][]}', '`%{[a][]}` names no field'],
    ['%{a..b}', '`%{a..b}` names no field'],
    ['%{{yyyy}}', '`%{{yyyy}` is a date in another way of writing; write for example %{+yyyy.MM.dd}'],
    [
      '%{+MMM}',
      '`%{+MMM}` has `MMM`, which is no number of a date in UTC; there are y, Y, x, w, e, M, d, D, H, m, s',
    ],
    [
      '%{+yyyy Z}',
      '`%{+yyyy Z}` has `Z`, which is no number of a date in UTC; there are y, Y, x, w, e, M, d, D, H, m, s',
    ],
    [
      '%{+EEE}',
      '`%{+EEE}` has `EEE`, which is no number of a date in UTC; there are y, Y, x, w, e, M, d, D, H, m, s',
    ],
    ['%{+}', '`%{+}` is an empty date'],
  ])('%j: %s', (pattern, problem) => expect(problemInPattern(pattern)).toBe(problem));
});

/** Letters of Joda-Time, in UTC, as the filter and the output of Logstash use them. */
describe('a date in a pattern', () => {
  const at = Date.parse('2026-03-07T04:05:09.010Z');
  it.each([
    ['yyyy.MM.dd', '2026.03.07'],
    ['YYYY.MM.dd', '2026.03.07'],
    ['yy-M-d', '26-3-7'],
    ['HH:mm:ss', '04:05:09'],
    ['H:m:s', '4:5:9'],
    ['D', '66'],
    ['DDD', '066'],
    ['e', '6'],
    ['xxxx.ww', '2026.10'],
    ['xx-w', '26-10'],
    ["yyyy'T'HH", '2026T04'],
    ["''yy''", "'26'"],
    ["'it''s' yy", "it's 26"],
    ['yyyyy', '02026'],
    ['.-/ ', '.-/ '],
    ['', ''],
  ])('%j is %s', (pattern, wanted) => expect(formatDate(at, pattern)).toBe(wanted));

  // ISO 8601: the week of the year belongs to the year that holds its Thursday.
  it.each([
    ['2024-12-29', '2024.52'],
    ['2024-12-30', '2025.01'],
    ['2025-12-28', '2025.52'],
    ['2025-12-29', '2026.01'],
    ['2026-12-31', '2026.53'],
    ['2027-01-03', '2026.53'],
    ['2027-01-04', '2027.01'],
    ['2000-01-01', '1999.52'],
  ])('%s is in the week %s', (day, week) => {
    expect(formatDate(Date.parse(day), 'xxxx.ww')).toBe(week);
  });

  it('is the date that JavaScript writes, at any moment', () => {
    const moment = fc.date({ min: new Date('1000-01-01'), max: new Date('9999-12-31'), noInvalidDate: true });
    fc.assert(
      fc.property(moment, (date) => {
        expect(formatDate(date.getTime(), "yyyy-MM-dd'T'HH:mm:ss")).toBe(date.toISOString().slice(0, 19));
      }),
    );
  });

  it('has weeks of seven days, of which each begins on a Monday', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 40_000 }), (day) => {
        const of = (one: number, pattern: string) => formatDate(one * 86_400_000, pattern);
        const isMonday = of(day, 'e') === '1';
        expect(of(day, 'xxxx.ww') === of(day - 1, 'xxxx.ww')).toBe(!isMonday);
      }),
    );
  });
});

/** What Elasticsearch refuses as the name of an index. */
describe('the name of an index', () => {
  it.each<[string, string | undefined]>([
    ['logs-shop', undefined],
    ['a.b_c+d', undefined],
    ['ä', undefined],
    ['', 'is empty'],
    ['.', 'is empty'],
    ['..', 'is empty'],
    ['...', undefined],
    ['-a', 'begins with `-`'],
    ['_a', 'begins with `_`'],
    ['+a', 'begins with `+`'],
    ['Logs', 'has capital letters'],
    ['Ä', 'has capital letters'],
    ['a b', 'has ` ` in it'],
    ['a,b', 'has `,` in it'],
    ['a:b', 'has `:` in it'],
    ['a#b', 'has `#` in it'],
    ['a*', 'has `*` in it'],
    ['a/b', 'has `/` in it'],
    ['a\\b', 'has `\\` in it'],
    ['x'.repeat(255), undefined],
    ['x'.repeat(256), 'is longer than 255 bytes'],
    ['ä'.repeat(128), 'is longer than 255 bytes'],
  ])('%j: %s', (name, problem) => expect(problemInIndex(name)).toBe(problem));

  it.each([
    ['Shop Berlin', 'shop_berlin'],
    ['a/b\\c*d?e"f<g>h|i,j#k:l', 'a_b_c_d_e_f_g_h_i_j_k_l'],
    ['tab\tnew\nline', 'tab_new_line'],
    ['ok-1.2_3', 'ok-1.2_3'],
  ])('is made of %j: %s', (value, name) => expect(legalCharacters(value)).toBe(name));

  it('is legal after that, whatever the value', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (value) => {
        const name = legalCharacters(value);
        // A few letters have no small form of their own.
        fc.pre(name === name.toLowerCase());
        expect(problemInName(name)).toBeUndefined();
      }),
    );
  });
});

describe('a space of Kibana', () => {
  it.each<[string | undefined, boolean, string]>([
    [undefined, true, 'logboom-traffic'],
    ['', true, 'logboom-traffic'],
    ['default', true, 'logboom-traffic'],
    ['Default', false, 'logboom-traffic-Default'],
    ['ops', false, 'logboom-traffic-ops'],
  ])('%j is the default one: %s', (space, isDefault, id) => {
    expect([isDefaultSpace(space), idInSpace('logboom-traffic', space)]).toEqual([isDefault, id]);
  });
});
