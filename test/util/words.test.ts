import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FieldValue } from '../../src/model.ts';
import { didYouMean } from '../../src/util/did-you-mean.ts';
import {
  canonicalLevel,
  isLevelField,
  isPresent,
  levelNames,
  levelRank,
  presentValues,
  ranksNamed,
} from '../../src/util/levels.ts';
import { secretTexts } from '../../src/util/secret-texts.ts';
import {
  countOf,
  detached,
  formatMeasured,
  formatNumber,
  formatShare,
  withoutCredentials,
} from '../../src/util/text.ts';

/** Names of levels by their order, from syslog (RFC 5424) and the loggers of the world. */
describe('a level of a log', () => {
  it.each<[string, string, number]>([
    ['trace', 'trace', 0],
    ['VERBOSE', 'trace', 0],
    ['silly', 'trace', 0],
    ['Debug', 'debug', 1],
    ['dbg', 'debug', 1],
    ['info', 'info', 2],
    ['INFORMATIONAL', 'info', 2],
    ['notice', 'notice', 3],
    ['warning', 'warn', 4],
    ['WRN', 'warn', 4],
    ['err', 'error', 5],
    ['SEVERE', 'error', 5],
    ['crit', 'critical', 6],
    ['Fatal', 'critical', 6],
    ['dpanic', 'critical', 6],
    ['alert', 'alert', 7],
    ['emerg', 'emergency', 8],
    ['panic', 'emergency', 8],
  ])('%s is %s, of rank %d', (name, canonical, rank) => {
    expect([canonicalLevel(name), levelRank(name)]).toEqual([canonical, rank]);
  });

  it.each(['', 'unknown', 'ERROR ', 'err0r', 'constructor'])('%j is none', (name) => {
    expect(levelRank(name)).toBeUndefined();
    expect(canonicalLevel(name)).toBe(name.toLowerCase());
  });

  it('has names in three ways of writing, all of which have its rank', () => {
    for (let rank = 0; rank <= 8; rank += 1) {
      const names = levelNames((one) => one === rank);
      expect(names.length % 3).toBe(0);
      expect(new Set(names.map(levelRank))).toEqual(new Set([rank]));
    }
    expect(new Set(levelNames(() => true)).size).toBe(levelNames(() => true).length);
    expect(levelNames(() => false)).toEqual([]);
  });

  it.each<[RegExp, number[]]>([
    [/^err/, [5]],
    [/^WARN/, [4]],
    [/^crit|^fatal$/, [6]],
    [/^xyz$/, []],
    [/./, [0, 1, 2, 3, 4, 5, 6, 7, 8]],
  ])('is found by the names that fit %s', (pattern, ranks) => {
    expect([...ranksNamed((name) => pattern.test(name))]).toEqual(ranks);
  });

  it('is that of `log.level` alone', () => {
    expect(['log.level', 'level', 'syslog.level'].map(isLevelField)).toEqual([true, false, false]);
  });
});

/** "Null, [] and [null] are no values", as for `exists` of Elasticsearch. */
describe('the values of a field', () => {
  it.each<[FieldValue, unknown[]]>([
    [undefined, []],
    [null, []],
    [[], []],
    [[null], []],
    [[null, 1], [1]],
    ['', ['']],
    [0, [0]],
    [false, [false]],
    [
      ['a', null, 'b'],
      ['a', 'b'],
    ],
  ])('%j are %j', (value, values) => {
    expect(presentValues(value)).toEqual(values);
    expect(isPresent(value)).toBe(values.length > 0);
  });
});

describe('a name that is meant', () => {
  it.each<[string, string[], string]>([
    ['prot', ['port', 'host'], '; did you mean `port`?'],
    ['max_size', ['maxSize', 'maxAge'], '; did you mean `maxSize`?'],
    ['MAX-SIZE', ['maxSize'], '; did you mean `maxSize`?'],
    ['hsot', ['port', 'host'], '; did you mean `host`?'],
    ['elasticserach', ['elasticsearch', 'indexing'], '; did you mean `elasticsearch`?'],
    ['a', ['b'], '; did you mean `b`?'],
    ['ab', ['xy'], ''],
    ['zzz', ['port', 'host'], ''],
    ['port', [], ''],
    ['', ['port'], ''],
    ['lvl', ['level', 'label'], ''],
    ['levle', ['level', 'label'], '; did you mean `level`?'],
  ])('%j among %j: %j', (word, candidates, text) => {
    expect(didYouMean(word, candidates)).toBe(text);
  });

  it('is a name itself, and the first of equally near ones', () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-z]{4,10}$/), { minLength: 1, maxLength: 5 }), (names) => {
        for (const name of names) expect(didYouMean(name, names)).toBe(`; did you mean \`${name}\`?`);
      }),
    );
    expect(didYouMean('cat', ['bat', 'hat'])).toBe('; did you mean `bat`?');
  });

  it('is the name after one edit of any kind', () => {
    const name = 'elasticsearch';
    fc.assert(
      fc.property(fc.nat(name.length - 2), fc.constantFrom('x', '9'), (at, letter) => {
        const edits = [
          name.slice(0, at) + name.slice(at + 1),
          name.slice(0, at) + letter + name.slice(at),
          name.slice(0, at) + letter + name.slice(at + 1),
          name.slice(0, at) + name[at + 1] + name[at] + name.slice(at + 2),
        ];
        for (const edit of edits) expect(didYouMean(edit, [name])).toContain(name);
      }),
    );
  });
});

describe('texts that may be secrets', () => {
  it.each<[unknown, string[]]>([
    [{ password: 'x' }, ['x']],
    [{ apiKey: 'k', user: 'ann' }, ['k']],
    [{ Authorization: 'Bearer 1' }, ['Bearer 1']],
    [{ url: 'https://hooks.example/1' }, ['https://hooks.example/1']],
    [{ room: 'general' }, []],
    [{ room: 'generals' }, ['generals']],
    [{ auth: { user: 'a', parts: ['b', { c: 'd' }] } }, ['a', 'b', 'd']],
    [{ token: '' }, []],
    [{ token: 5, secret: null, key: true }, []],
    ['short', []],
    ['long enough', ['long enough']],
    [null, []],
    [undefined, []],
    [7, []],
  ])('in %j are %j', (settings, texts) => expect(secretTexts(settings)).toEqual(texts));
});

describe('figures and texts', () => {
  it.each([
    [0, '0'],
    [7, '7'],
    [-7, '-7'],
    [1_234_567, '1234567'],
    [0.1, '0.1'],
    [0.123_456, '0.1235'],
    [12.345_67, '12.35'],
    [1234.5678, '1235'],
    [0.000_012_345_6, '0.00001235'],
    [-0.5, '-0.5'],
    [1e-25, '0'],
    [Number.NaN, 'NaN'],
    [Number.POSITIVE_INFINITY, 'Infinity'],
  ])('%d is written as %s', (value, text) => {
    expect(formatNumber(value)).toBe(text);
  });

  it.each([
    [0.0623, 'share(a: 1)', '6.23%'],
    [1, ' share(a: 1)', '100%'],
    [0.5, 'shared', '0.5'],
    [0.5, 'avg(share)', '0.5'],
    [7, '', '7'],
  ])('%d of %j is written as %s', (value, measure, text) => {
    expect(formatMeasured(value, measure)).toBe(text);
  });

  it.each([
    [0, '0%'],
    [0.001, '0.1%'],
    [1 / 3, '33.33%'],
  ])('the share %d is %s', (share, text) => expect(formatShare(share)).toBe(text));

  it.each([
    [0, '0 events'],
    [1, '1 event'],
    [2, '2 events'],
  ])('%d: %s', (count, text) => expect(countOf(count, 'event')).toBe(text));

  it.each([
    ['http://ann:pw@host/x', 'http://…@host/x'],
    ['see https://t@a and http://u:p@b', 'see https://…@a and http://…@b'],
    ['http://host/@x', 'http://host/@x'],
    ['mail ann@example.com', 'mail ann@example.com'],
    ['//a b@c', '//a b@c'],
  ])('%s is shown as %s', (text, shown) => expect(withoutCredentials(text)).toBe(shown));

  it('are the same when they are detached', () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), fc.string());
    fc.assert(
      fc.property(text, (one) => {
        expect(detached(one)).toBe(one);
      }),
    );
    expect(detached('a\ud800b')).toBe('a\ud800b');
  });
});
