import { execFileSync, spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { commands } from '../../src/cli/commands.ts';
import { main } from '../../src/cli/main.ts';
import { commandTexts } from '../../src/cli/shell/command-texts.ts';
import { completionScript } from '../../src/cli/shell/completions.ts';
import { manual } from '../../src/cli/shell/manual.ts';
import { terminal } from '../support/cli.ts';

const bash = completionScript('bash', commands);
const has = (program: string) => spawnSync(program, ['--version']).error === undefined;

/** What bash offers after the words, of which the last is being written. */
function offered(...words: string[]): string[] {
  const line = words.map((word) => `'${word}'`).join(' ');
  const script = `${bash}\nCOMP_WORDS=(${line}); COMP_CWORD=${words.length - 1}; _logboom; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return execFileSync('bash', ['--norc', '-c', script], { encoding: 'utf8', cwd: '/' })
    .split('\n')
    .filter(Boolean);
}

describe('the texts of commands', () => {
  it('have a description for each command and each option', () => {
    for (const { name, description, options } of commandTexts(commands)) {
      expect(description, name).not.toBe('');
      for (const option of options) expect(option.description, `${name} --${option.name}`).not.toBe('');
    }
  });

  it('name the actions of commands that have some', () => {
    const actions = new Map(commandTexts(commands).map((text) => [text.name, text.actions]));
    expect(actions.get('silence')).toEqual(['add', 'list', 'expire']);
    expect(actions.get('alerts')).toEqual(expect.arrayContaining(['list', 'acknowledge', 'assign']));
    expect(actions.get('dead-letters')).toEqual(['list', 'show', 'retry', 'drop']);
    expect(actions.get('completion')).toEqual(['bash', 'zsh', 'fish']);
    expect(actions.get('run')).toEqual([]);
  });
});

describe.skipIf(!has('bash'))('bash completion', () => {
  it('offers all commands first', () => {
    expect(offered('logboom', '')).toEqual([...Object.keys(commands), '--help', '--version']);
  });

  it.each([
    [['logboom', 'ba'], ['backtest']],
    [
      ['logboom', 'status', '--'],
      ['--config', '--url', '--token', '--json', '--help'],
    ],
    [['logboom', 'status', '--u'], ['--url']],
    [['logboom', 'dead-letters', 're'], ['retry']],
    [['logboom', 'help', 'exp'], ['explain']],
    [['logboom', 'check', '/et'], ['/etc']],
    [['logboom', 'unknown', '--'], ['--help']],
  ])('offers after %j: %j', (words, found) => {
    expect(offered(...words)).toEqual(found);
  });
});

describe('completions of the other shells', () => {
  it.each(['zsh', 'fish'] as const)('%s has every command and option', (shell) => {
    const script = completionScript(shell, commands);
    for (const { name, options } of commandTexts(commands)) {
      expect(script).toContain(name);
      for (const option of options) expect(script).toMatch(new RegExp(`(--|-l )${option.name}\\b`));
    }
  });

  it.runIf(has('zsh'))('zsh reads the script', () => {
    expect(
      spawnSync('zsh', ['-n'], { input: completionScript('zsh', commands), encoding: 'utf8' }).stderr,
    ).toBe('');
  });

  it('protect quotes, brackets and colons of descriptions', () => {
    const args = { one: { type: 'boolean', description: "the user's [own]: a\\b" } };
    const odd = { odd: { meta: { description: "it's" }, args } };
    expect(completionScript('zsh', odd)).toContain("'--one[the user'\\''s \\[own\\]\\: a\\\\b]'");
    expect(completionScript('fish', odd)).toContain("-l one -d 'the user\\'s [own]: a\\\\b'");
  });

  it('are refused for an unknown shell, with the known ones', () => {
    expect(() => completionScript('tcsh', commands)).toThrow(
      'There is no completion for `tcsh`. Known shells: bash, zsh, fish.',
    );
  });
});

describe('the manual page', () => {
  const page = manual(commands, '1.2.3');

  it('has a section for each command, with its options', () => {
    for (const { name, options } of commandTexts(commands)) {
      expect(page).toContain(`.SS "logboom ${name.replaceAll('-', '\\-')}"`);
      for (const option of options) expect(page).toContain(`\\-\\-${option.name.replaceAll('-', '\\-')}\\fR`);
    }
  });

  it.runIf(has('man'))('is read by man without a warning', () => {
    const env = { ...process.env, MANWIDTH: '100', LC_ALL: 'C.UTF-8' };
    const shown = spawnSync('man', ['--warnings', '-l', '-'], { input: page, encoding: 'utf8', env });
    expect(shown.stderr).toBe('');
    expect(shown.stdout).toContain('logboom - ingest logs');
  });

  it('protects lines that begin with a dot', () => {
    expect(manual({ a: { meta: { description: '.hidden' } } }, '1')).toContain('\n\\&.hidden.');
  });
});

describe('logboom version', () => {
  it.each([['version'], ['--version'], ['-v']])('%s prints one line', async (argument) => {
    const screen = terminal();
    expect(await main([argument], screen)).toBe(0);
  });
});
