import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { customFormats } from '../../src/parsers/custom/custom-formats.ts';
import { stockPatterns } from '../../src/parsers/custom/grok-patterns.ts';
import { rewrite, withoutNames } from '../../src/parsers/custom/oniguruma.ts';

const context = { zone: 'UTC', receivedAt: 0 };

const parse = (grok: string | string[], line: string, patterns: Record<string, string> = {}) =>
  customFormats({ mine: { grok, patterns, timestamp: 'timestamp' } })[0]!.parse(line, context);

describe('an expression without names', () => {
  it.each<[string, string, [number, string][]]>([
    ['(?<a>x)(y)', '(x)(?:y)', [[1, 'a']]],
    ['(y)(?<a>x)', '(?:y)(x)', [[1, 'a']]],
    [
      '(?<a>(?<b>x))',
      '((x))',
      [
        [1, 'a'],
        [2, 'b'],
      ],
    ],
    ['(?<a>x)\\k<a>', '(x)(?:\\1)', [[1, 'a']]],
    ['(?<a>x)\\k<a>7', '(x)(?:\\1)7', [[1, 'a']]],
    ['(["\'])(?<a>x)\\1', '(["\'])(x)\\1', [[2, 'a']]],
    ['(?:(?=(?<a>x))\\k<a>)', '(?:(?=(x))(?:\\1))', [[1, 'a']]],
    ['(?<!a)(?<=b)(?!c)(?=d)(?:e)', '(?<!a)(?<=b)(?!c)(?=d)(?:e)', []],
    ['[(?<a>](?<b>[)(])', '[(?<a>]([)(])', [[1, 'b']]],
    ['\\((?<a>x)\\)', '\\((x)\\)', [[1, 'a']]],
    ['(?<[http][method]>x)', '(x)', [[1, '[http][method]']]],
    ['(a)\\\\1', '(?:a)\\\\1', []],
    ['[\\]](?<a>x)', '[\\]](x)', [[1, 'a']]],
    [
      '(?<a>x)|(?<a>y)',
      '(x)|(y)',
      [
        [1, 'a'],
        [2, 'a'],
      ],
    ],
    ['\\k<later>(?<a>x)', '\\k<later>(x)', [[1, 'a']]],
    ['', '', []],
  ])('%s is %s', (source, expected, groups) => {
    const found = withoutNames(source);
    expect(found.source).toBe(expected);
    expect(found.groups.map(({ number, name }) => [number, name])).toEqual(groups);
  });

  it('captures what the named groups of the same expression capture', () => {
    const source = '(?<a>\\d+)( ?)(?<b>(x|y)+)(?:(?=(?<c>z*))\\k<c>)(?<d>w)?';
    const named = new RegExp(source);
    const { source: plain, groups } = withoutNames(source);
    for (const line of ['12 xyxzzzw', '1x', '1yzz', 'no', '9 yw', '12  x'])
      expect(groups.map(({ number, name }) => [name, new RegExp(plain).exec(line)?.[number]])).toEqual(
        ['a', 'b', 'c', 'd'].map((name) => [name, named.exec(line)?.groups?.[name]]),
      );
  });

  it('of each stock pattern captures its references and nothing else', () => {
    let compiled = 0;
    for (const name of stockPatterns().keys()) {
      expect(() => parse(`%{${name}:all}`, 'a line of nothing'), name).not.toThrow();
      compiled += 1;
    }
    expect(compiled).toBeGreaterThan(340);
  });
});

describe('what Oniguruma knows and JavaScript does not', () => {
  it.each([
    ['[[:alpha:]]+', 'abc', 'abc'],
    ['[[:digit:][:space:]]+', '1 2', '1 2'],
    ['\\h+', 'beef', 'beef'],
    ['\\Aab\\z', 'ab', 'ab'],
    ['a++b', 'aab', 'aab'],
    ['a*+a', 'aaa', undefined],
    ['(?>a|ab)c', 'abc', undefined],
    ['(?>ab|a)c', 'abc', 'abc'],
    ['(?i)get', 'GeT', 'GeT'],
    ['(?i:get) x', 'GET x', 'GET x'],
    ['(?i:get) x', 'GET X', undefined],
    ['a(?i)b|c', 'aB', 'aB'],
    ['(?:a(?i)b)c', 'aBc', 'aBc'],
    ['(?:a(?i)b)c', 'aBC', undefined],
    ['(?i:[a-f_]+)z', 'aBF_Z', undefined],
    ['(?i:[a-f_]+z)', 'aBF_Z', 'aBF_Z'],
    ['(?i:[^x])', 'X', undefined],
    ['(?i:a(?-i:b))', 'AB', undefined],
    ['(?i:a(?-i:b))', 'Ab', 'Ab'],
    ['(?i:(?<Name>q)\\k<Name>)', 'qq', 'qq'],
    ['(?i)\\d\\w', '7Q', '7Q'],
    ['(?m)a.b', 'a\nb', 'a\nb'],
    ['(?mi-x:a.B)', 'A\nb', 'A\nb'],
    ['[(?i)]+', 'i?)', 'i?)'],
  ])('%s on %s', (source, line, expected) => {
    expect(new RegExp(withoutNames(rewrite(source)).source, 's').exec(line)?.[0]).toBe(expected);
  });
});

describe('a grok expression', () => {
  it('refers to a group of its own by name', () => {
    expect(parse('(?<quote>["\'])%{DATA:text}\\k<quote>', `say 'it "is"' now`)?.named).toEqual({
      quote: "'",
      text: 'it "is"',
    });
  });

  it('refers to a group by number', () => {
    expect(parse('(["\'])%{DATA:text}\\1', `say 'it "is"' now`)?.named).toEqual({ text: 'it "is"' });
  });

  it('takes the time of the branch that matched', () => {
    const grok = '^(?:A %{TIMESTAMP_ISO8601:timestamp}|B %{HTTPDATE:timestamp}) %{WORD:word}$';
    for (const line of ['A 2026-11-20T10:00:00Z go', 'B 20/Nov/2026:11:00:00 +0100 go'])
      expect(parse(grok, line)).toEqual({
        time: Date.parse('2026-11-20T10:00:00Z'),
        fields: {},
        named: { word: 'go' },
      });
  });

  it('keeps a time that cannot be read', () => {
    expect(parse('%{WORD:timestamp} %{INT:n:int}', 'soon +7')).toEqual({
      time: Number.NaN,
      fields: {},
      named: { timestamp: 'soon', n: 7 },
    });
  });

  it.each(['20/Nov/2026:11:00:00 +0100', '20/Nov/2026:04:30:00 -0530', '20/nov/2026:10:00:00 +0000'])(
    'reads the time %s',
    (text) => {
      expect(parse('^(?<timestamp>.*)$', text)?.time).toBe(Date.parse('2026-11-20T10:00:00Z'));
    },
  );

  it.each([
    '31/Nov/2026:10:00:00 +0000',
    '20/Nov/2026:25:00:00 +0000',
    '20/Nov/2026:10-00-00 +0000',
    '20/Abc/2026:10:00:00 +0000',
  ])('takes %s for no time', (text) => {
    expect(parse('^(?<timestamp>.*)$', text)?.time).toBeNaN();
  });

  it('captures a field twice as a list', () => {
    expect(parse('%{INT:n:int} %{INT:n:int}', '1 2')?.named).toEqual({ n: [1, 2] });
  });

  it('agrees with an expression written by hand on all lines of a real log', () => {
    const lines = readFileSync(new URL('../fixtures/apache-combined.log', import.meta.url), 'utf8')
      .trim()
      .split('\n');
    const byHand =
      /^(\S+) \S+ (\S+) \[([^\]]+)\] "(\S+) (\S+) HTTP\/(\S+)" (\d{3}) (\d+|-) "([^"]*)" "([^"]*)"/;
    const format = customFormats({
      mine: { grok: '%{COMBINEDAPACHELOG}', patterns: {}, timestamp: 'timestamp' },
    })[0]!;
    let same = 0;
    for (const line of lines) {
      const [, client, , , method, url, version, status, , referrer, agent] = byHand.exec(line) ?? [];
      const named = format.parse(line, context)?.named;
      if (client === undefined || named === undefined) continue;
      const dash = (text: unknown) => text ?? '-';
      expect([
        named['source.address'],
        named['http.request.method'],
        named['url.original'],
        named['http.version'],
        named['http.response.status_code'],
        dash(named['http.request.referrer']),
        dash(named['user_agent.original']),
      ]).toEqual([client, method, url, version, Number(status), referrer, agent]);
      same += 1;
    }
    expect(same).toBeGreaterThan(9_900);
  });
});
