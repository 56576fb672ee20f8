import { describe, expect, it } from 'vitest';
import { customFormats } from '../../src/parsers/custom/custom-formats.ts';
import { slowLines } from '../../src/parsers/custom/grok.ts';
import { Guarded, hasNestedRepetition } from '../../src/util/guards/guarded.ts';

describe('an expression that may take exponential time', () => {
  it.each([
    '(a+)+',
    '(?:a|b*)*',
    '((a+)b)+',
    '(\\d+,?){2,}',
    '(?<x>[)]+)*',
    '(a{2,}b)+',
    '((a)*)*',
    '(x(y+)z){1,3}',
  ])('%s is recognised', (source) => expect(hasNestedRepetition(source)).toBe(true));

  it.each([
    'a+b*',
    '(a)+',
    '(a+)',
    '(a+)?',
    '(?:a|b)+',
    '\\(a+\\)+',
    '[(a+)]+',
    '(a{3})+',
    '(a+){3}',
    '((a+)b)c+',
    '',
  ])('%s is none', (source) => expect(hasNestedRepetition(source)).toBe(false));
});

describe('a guarded expression', () => {
  const hostile = `${'a'.repeat(60)}!`;

  it('gives up a line that would take hours, and reads the next one', () => {
    const guarded = new Guarded(/^(a+)+$/, true);
    expect(guarded.exec(hostile)).toBeUndefined();
    expect(guarded.exec('aaa')?.[1]).toBe('aaa');
    expect(guarded.exec('b')).toBeNull();
  });

  it('tells what it gave up, and tries again after that once in a while only', () => {
    const outcomes: string[] = [];
    const guarded = new Guarded(/^(a+)+$/, true, (outcome) => outcomes.push(outcome));
    for (let time = 0; time < 3; time += 1) guarded.exec(hostile);
    guarded.exec('aaa');
    expect(outcomes).toEqual(['given up', 'given up', 'given up']);
  });

  it('gives up a long line also where time grows with the cube of its length only', () => {
    const guarded = new Guarded(/x.*x.*x.*x.*y/, false);
    expect(guarded.exec('x'.repeat(16_000))).toBeUndefined();
    expect(guarded.exec('xxxxy')?.index).toBe(0);
  });
});

describe('a format of grok', () => {
  const parse = (grok: string, line: string, patterns: Record<string, string> = {}) =>
    customFormats({ mine: { grok, patterns, timestamp: 'timestamp' } })[0]!.parse(line, {
      zone: 'UTC',
      receivedAt: 0,
    });

  it('says of a line that its time was used up, also where the pattern is declared', () => {
    const line = `${'a'.repeat(60)}!`;
    for (const result of [parse('^(a+)+$', line), parse('^%{MANY:x}+$', line, { MANY: '(a+)' })])
      expect(result).toMatchObject({ failure: 'a grok expression used up its time for one line' });
    const before = slowLines()['given up'];
    parse('^(a+)+$', line);
    expect(slowLines()['given up']).toBe(before + 1);
  });

  it('reads a line that breaks off within quotes as soon as any other', () => {
    const line = `203.0.113.9 - - [21/Nov/2026:05:40:07 +0000] "GET / HTTP/1.1" 200 1 "-" "${'Mozilla/5.0 (x '.repeat(60)}`;
    expect(parse('%{COMBINEDAPACHELOG}', line)).toBeUndefined();
    expect(parse('%{COMBINEDAPACHELOG}', `${line}"`)?.named).toMatchObject({
      'http.response.status_code': 200,
    });
  });
});
