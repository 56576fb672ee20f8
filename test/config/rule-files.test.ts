import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load/load.ts';
import { formatProblem } from '../../src/config/load/problems.ts';
import { ruleProblems } from '../../src/rules/problems.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'logboom-rule-files-'));
  mkdirSync(join(folder, 'rules.d'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Writes `files` (below the folder) and loads `logboom.yml` with the text. */
function loaded(text: string, files: Record<string, string> = {}) {
  const path = join(folder, 'logboom.yml');
  for (const [name, content] of Object.entries({ ...files, 'logboom.yml': text }))
    writeFileSync(join(folder, name), content);
  const found = loadConfig({ path, env: {}, checks: [ruleProblems] });
  return {
    ...found,
    names: found.config?.rules.map(({ name }) => name),
    texts: found.problems.map((one) => formatProblem(one, path)),
  };
}

describe('files of rules', () => {
  it.each([
    ['one rule', '{ name: b, over: 1m }', ['b']],
    ['a list', '- { name: b, over: 1m }\n- { name: c, over: 1m }', ['b', 'c']],
    ['a section', 'rules:\n  - { name: b, over: 1m }', ['b']],
  ])('hold %s', (_, content, names) => {
    expect(loaded('rules: ./rules.d/web.yml', { 'rules.d/web.yml': content }).names).toEqual(names);
  });

  it('are read in the order of their names, beside rules of the configuration', () => {
    const rule = (name: string) => `{ name: ${name}, over: 1m }`;
    const files = {
      'rules.d/20-b.yml': rule('b'),
      'rules.d/10-a.yml': rule('a'),
      'rules.d/readme.md': '#',
      'rules.d/.hidden.yml': rule('h'),
    };
    expect(loaded('rules:\n  - { name: own, over: 1m }\n  - rules.d/*.yml\n', files).names).toEqual([
      'own',
      'a',
      'b',
    ]);
  });

  it('are among the files that a change of reloads', () => {
    const { files } = loaded('rules: rules.d/*.yml', { 'rules.d/a.yml': '{ name: a, over: 1m }' });
    expect(files).toEqual([join(folder, 'logboom.yml'), join(folder, 'rules.d/a.yml')]);
  });

  it('are named with line and column where a rule has a problem', () => {
    const { texts } = loaded('rules: [{ name: own, over: 1m }, rules.d/*.yml]', {
      'rules.d/a.yml': '- name: a\n  over: 1m\n- name: b\n  over: 1m\n  where: "x == 1"\n',
      'rules.d/b.yml': 'name: c\nwen: 5\n',
    });
    expect(texts).toEqual([
      expect.stringContaining(`${folder}/rules.d/b.yml:2:1  rules[3].wen (rule c)`),
      expect.stringContaining(`${folder}/rules.d/a.yml:5:3  rules[2].where (rule b) = "x == 1"`),
    ]);
  });

  it('are refused with their place where the YAML is wrong', () => {
    const { texts } = loaded('rules: rules.d/*.yml', { 'rules.d/a.yml': 'name: a\n\tover: 1m\n' });
    expect(texts[0]).toMatch(/rules\.d\/a\.yml:2:1\n {2}This is not valid YAML/);
  });

  it.each([
    ['rules.d/*.yml', /No file matches .*rules\.d\/\*\.yml\./],
    ['other/*.yml', /The folder .*other cannot be read: ENOENT/],
    ['rules.d/gone.yml', /The file .*rules\.d\/gone\.yml cannot be read: ENOENT/],
  ])('that %s does not find are a problem of the entry', (pattern, said) => {
    const { problems } = loaded(`rules:\n  - ${pattern}\n`);
    expect(problems).toMatchObject([{ path: 'rules[0]', line: 2, message: expect.stringMatching(said) }]);
  });

  it.skipIf(process.getuid?.() === 0)('that cannot be read are a problem of the entry', () => {
    writeFileSync(join(folder, 'rules.d/a.yml'), '');
    chmodSync(join(folder, 'rules.d/a.yml'), 0);
    expect(loaded('rules: rules.d/a.yml').texts[0]).toContain('EACCES');
  });

  it('may be empty beside others', () => {
    const files = { 'rules.d/a.yml': '', 'rules.d/b.yml': '{ name: b, over: 1m }' };
    const { names, problems } = loaded('rules: rules.d/*.yml', files);
    expect({ names, problems }).toEqual({ names: ['b'], problems: [] });
  });

  it('have names of their own: a name in two files is a problem of the second', () => {
    const files = { 'rules.d/a.yml': '{ name: a, over: 1m }', 'rules.d/b.yml': '{ name: a, over: 1m }' };
    expect(loaded('rules: rules.d/*.yml', files).texts).toEqual([
      expect.stringMatching(/rules\.d\/b\.yml:1:3 {2}rules\[1\]\.name = "a"\n {2}Another rule is called a\./),
    ]);
  });
});
