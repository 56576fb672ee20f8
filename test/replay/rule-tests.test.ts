import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadFixture } from '../../src/replay/fixture.ts';
import { differences, runFixture } from '../../src/replay/rule-tests.ts';
import { yaml } from '../support/config.ts';

const examples = fileURLToPath(new URL('../../examples/rules/', import.meta.url));

/** Results of a file of tests that is not on disk. */
function run(text: string, files: Record<string, string> = {}) {
  const readFile = (path: string) => {
    const found =
      path === 'x.test.yml' ? text : Object.entries(files).find(([name]) => path.endsWith(name))?.[1];
    if (found === undefined) throw new Error(`no such file, open '${path}'`);
    return found;
  };
  return runFixture(loadFixture('x.test.yml', readFile));
}

const three = yaml`
  rules: [{ name: three, over: 1s, lateness: 0s, when: '>= 3', notify: [somebody] }]
  tests:
    - name: three
      events: [{ generate: { from: '2026-01-01T00:00:00Z', every: 10ms, count: 3, line: '{iso} {n}' } }]
      expect:
`;

describe('the tests of the example rules', () => {
  const files = readdirSync(examples).filter((name) => name.endsWith('.test.yml'));
  const results = files.flatMap((file) => runFixture(loadFixture(examples + file)));
  it.each(results.map((result) => [result.name, result] as const))('%s', (_, { diff, passed }) => {
    expect(passed ? [] : diff).toEqual([]);
  });
});

describe('a test of rules', () => {
  it('passes where the transitions are those expected; what it does not name may be anything', () => {
    expect(run(`${three}      - { to: active, value: 3 }\n      - { to: inactive }\n`)).toMatchObject([
      { name: 'three', passed: true },
    ]);
  });

  it('fails with the difference: what is missing, what is different, what nobody expected', () => {
    const [result] = run(
      `${three}      - { to: active, value: 4 }\n      - { to: inactive }\n      - { to: pending }\n`,
    );
    expect(result).toEqual({
      name: 'three',
      passed: false,
      diff: [
        '- { to: active, value: 4 }',
        '+ { at: 2026-01-01T00:00:01.000Z, rule: three, to: active, value: 3 }',
        '  { at: 2026-01-01T00:00:02.000Z, rule: three, to: inactive, value: 0 }',
        '- { to: pending }',
      ],
    });
  });

  it('counts messages where it says how many', () => {
    const expected = '[{ to: active }, { to: inactive }]';
    expect(run(three.replace('expect:', `expect: ${expected}\n    notifications: 1`))).toMatchObject([
      {
        passed: false,
        diff: [expect.any(String), expect.any(String), '- notifications: 1', '+ notifications: 2'],
      },
    ]);
  });

  it('may stop before silence falls', () => {
    expect(run(three.replace('expect:', 'settle: false\n    expect: [{ to: active }]'))[0]!.passed).toBe(
      true,
    );
  });

  it('may let silence pass between events: what comes after it is late, and its alert is raised late', () => {
    const events = `
        - event: { '@timestamp': '2026-01-01T00:00:00Z', message: a }
        - silence: 1m
        - event: { '@timestamp': '2026-01-01T00:00:00Z', message: late }
    `;
    const ends = '{ to: active, at: 2026-01-01T00:00:01Z }, { to: inactive, at: 2026-01-01T00:00:02Z }';
    const [result] = run(
      three
        .replace('>= 3', '>= 2')
        .replace(/events: .*/, `events:${events.trimEnd()}`)
        .replace('expect:', `expect: [${ends}]\n    notifications: 1`),
    );
    expect(result!.passed).toBe(true);
  });

  it('takes lines as they are, with fields', () => {
    const [result] = run(yaml`
      rules: [{ name: r, by: [host.name], where: 'http.response.status_code >= 500', over: 10s, when: '>= 1' }]
      tests:
        - name: one
          events:
            - fields: { host.name: web-9 }
              lines: |
                192.0.2.1 - - [01/Jan/2026:00:00:00 +0000] "GET / HTTP/1.1" 500 1 "-" "-"
          expect: [{ group: web-9, to: active }, { to: inactive }]
    `);
    expect(result!.diff.every((line) => line.startsWith('  {'))).toBe(true);
  });

  it('merges generators by time', () => {
    const generate = (from: string) => `{ from: '2026-01-01T00:${from}Z', every: 2s, count: 3, status: 500 }`;
    const text = three.replace(/generate: .* \}/, `generate: [${generate('00:00')}, ${generate('00:01')}] }`);
    const wide = text.replace('over: 1s', 'over: 6s').replace('>= 3', '>= 6');
    expect(run(wide.replace('expect:', 'expect: [{ to: active, value: 6 }, {}]'))[0]!.passed).toBe(true);
  });

  it('finds its rules in a file beside it', () => {
    const text = three.replace(/rules: .*/, 'rules: mine.yml').replace('expect:', 'expect: [{}, {}]');
    const rules = "rules: [{ name: mine, over: 1s, when: '>= 3' }]";
    expect(run(text, { 'mine.yml': rules })[0]!.passed).toBe(true);
    expect(() => run(text)).toThrow(/x\.test\.yml|mine\.yml/);
  });

  it.each([
    ['tests: [', /x\.test\.yml is not a valid file of rule tests/],
    ['rules: []\ntests: []', /tests/],
    [three.replace('expect:', 'expect: [{ to: active, colour: red }]'), /colour/],
    [
      three.replace('2026-01-01T00:00:00Z', 'noon').replace('expect:', 'expect: []'),
      /generate\.from\n {2}this is not a time/,
    ],
    [three.replace('>= 3', 'many').replace('expect:', 'expect: []'), /"many" is no condition/],
  ])('says what is wrong with its file', (text, message) => {
    expect(() => run(text)).toThrow(message);
  });
});

describe('differences', () => {
  const same = (one: string, other: string) => one === other;

  it('leave what is in both as it is', () => {
    const found = differences([...'abcd'], [...'bcxd'], same);
    expect(found.map(({ kind, expected, actual }) => `${kind[0]}${expected ?? actual}`).join(' ')).toBe(
      'ma sb sc ux sd',
    );
  });

  it('give back both sides, in order', () => {
    const texts = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 12 });
    fc.assert(
      fc.property(texts, texts, (expected, actual) => {
        const found = differences(expected, actual, same);
        expect(found.flatMap((one) => ('expected' in one ? [one.expected] : []))).toEqual(expected);
        expect(found.flatMap((one) => ('actual' in one ? [one.actual] : []))).toEqual(actual);
        if (expected.join() === actual.join()) expect(found.every(({ kind }) => kind === 'same')).toBe(true);
      }),
    );
  });
});
