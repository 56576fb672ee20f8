import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { addRule, readRuleText, replaceRule, ruleTextAt } from '../../src/config/load/rule-text.ts';

const file = `# Ours.
data: /var/lib/logboom  # keep
rules:
  # The first one.
  - name: errors
    # of the shop
    where: 'http.response.status_code >= 500'
    when: '>= 5'   # a guess
  - name: slow
    message: |
      too slow:
        {{value}}

    over: 5m

  - { name: inline, when: '> 1' }
log: { level: info }
`;
const at = { errors: { line: 5, column: 5 }, slow: { line: 9, column: 5 }, inline: { line: 16, column: 5 } };

describe('the text of a rule', () => {
  it.each([
    [
      'errors',
      `name: errors\n# of the shop\nwhere: 'http.response.status_code >= 500'\nwhen: '>= 5'   # a guess\n`,
    ],
    ['slow', 'name: slow\nmessage: |\n  too slow:\n    {{value}}\n\nover: 5m\n'],
    ['inline', 'name: inline\nwhen: "> 1"\n'],
  ] as const)('of %s has no indentation of the file', (name, text) => {
    expect(ruleTextAt(file, at[name])?.text).toBe(text);
  });

  it.each(Object.entries(at))('of %s leads to the same file when it is put back', (_, place) => {
    const { text } = ruleTextAt(file, place)!;
    const next = replaceRule(file, place, text);
    expect(parse(next)).toEqual(parse(file));
    if (place !== at.inline) expect(next).toBe(file);
  });

  it('is found where the file holds nothing else', () => {
    const alone = 'name: one\nwhen: ">= 5"\n';
    expect(ruleTextAt(alone, { line: 1, column: 1 })?.text).toBe(alone);
    expect(replaceRule(alone, { line: 1, column: 1 }, 'name: two\nover: 1m')).toBe('name: two\nover: 1m\n');
  });

  it('is not found elsewhere', () => {
    expect(ruleTextAt(file, { line: 3, column: 1 })).toBeUndefined();
    expect(ruleTextAt('- *one\n', { line: 1, column: 3 })).toBeUndefined();
  });
});

describe('a rule in the place of another', () => {
  it('leaves comments and all other lines as they are', () => {
    const next = replaceRule(file, at.errors, "name: errors\nwhen: '>= 9' # measured\nover: 1m\n");
    expect(next).toBe(
      file.replace(/ {4}# of the shop[\s\S]*?a guess/, "    when: '>= 9' # measured\n    over: 1m"),
    );
  });

  it('keeps texts of several lines', () => {
    const rule = { name: 'slow', message: 'one\n  two\n\nthree\n', over: '1m' };
    const text = 'name: slow\nmessage: |\n  one\n    two\n\n  three\nover: 1m\n';
    expect(parse(replaceRule(file, at.slow, text)).rules[1]).toEqual(rule);
  });

  it('is written in braces where the other was', () => {
    expect(replaceRule(file, at.inline, 'name: inline\nby: [host.name]\n')).toContain(
      '  - {"name":"inline","by":["host.name"]}\n',
    );
  });

  it.each([
    ['- name: errors\n  over: 1m\n', { name: 'errors', over: '1m' }],
    ['# why\n-   name: errors\n    over: 1m\n', { name: 'errors', over: '1m' }],
    ['name: errors\r\nover: 1m\r\n', { name: 'errors', over: '1m' }],
    ['{name: errors, over: 1m}', { name: 'errors', over: '1m' }],
    ['"name": "errors"', { name: 'errors' }],
  ])('may be written as %j', (text, rule) => {
    const next = replaceRule(file, at.errors, text);
    expect(parse(next)).toEqual({ ...parse(file), rules: parse(file).rules.with(0, rule) });
  });

  it.each([
    ['', /a mapping of settings/],
    ['# nothing', /a mapping of settings/],
    ['errors', /a mapping of settings/],
    ['- a\n- b', /a mapping of settings/],
    ['name: a\nname: b', /line 2.*unique/],
    ['name: [a', /not valid YAML, line 1/],
    ['name: a\n---\nname: b', /not valid YAML/],
    ['name: *secret', /not valid YAML|outside of it/],
    ['name: a\n? x', /cannot be put|mapping/],
  ])('is refused as %j', (text, reason) => {
    const next = () => replaceRule(`secret: &secret s\n${file}`, { line: 6, column: 5 }, text);
    if (text.endsWith('? x')) return void expect(parse(next()).rules[0]).toEqual({ name: 'a', x: null });
    expect(next).toThrow(reason);
  });

  it.each(['name: a\nlog: { level: trace }', 'name: a\n\n\n# x'])('cannot leave its place: %j', (text) => {
    const next = parse(replaceRule(file, at.errors, text));
    expect(next.log).toEqual({ level: 'info' });
    expect(next.rules).toHaveLength(3);
  });
});

describe('a rule that is added', () => {
  it.each([
    ['after the others', 'rules:\n- name: a\n', 'rules:\n- name: a\n- name: new\n  over: 1m\n'],
    [
      'as deep as they are',
      'rules:\n    - name: a # x\nlog: {}\n',
      'rules:\n    - name: a # x\n    - name: new\n      over: 1m\nlog: {}\n',
    ],
    ['to JSON', '{"rules": [{"name": "a"}]}', '{"rules": [{"name": "a"}, {"name":"new","over":"1m"}]}'],
    ['to an empty list', 'rules: []\n', 'rules: [{"name":"new","over":"1m"}]\n'],
    ['to JSON without rules', '{"data": "x"}', '{"data": "x", "rules": [{"name":"new","over":"1m"}]}'],
    [
      'to an empty section',
      'rules: # none\nlog: {}\n',
      'rules: # none\n  - name: new\n    over: 1m\nlog: {}\n',
    ],
    ['to a file without rules', 'data: x', 'data: x\nrules:\n  - name: new\n    over: 1m\n'],
    [
      'after names of files',
      'rules:\n  - rules.d/*.yml\n',
      'rules:\n  - rules.d/*.yml\n  - name: new\n    over: 1m\n',
    ],
  ])('stands %s', (_, before, after) => {
    expect(addRule(before, 'name: new\nover: 1m\n')).toBe(after);
  });

  it('is refused where the rules are those of other files', () => {
    expect(() => addRule('rules: rules.d/*.yml\n', 'name: new')).toThrow(/no list in this file/);
  });
});

it('reads a rule as it was sent', () => {
  expect(readRuleText('- name: a\n  over: 1m\n')).toEqual({
    text: 'name: a\nover: 1m\n',
    rule: { name: 'a', over: '1m' },
  });
});
