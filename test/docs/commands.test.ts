import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { commands } from '../../src/cli/commands.ts';
import { commandTexts } from '../../src/cli/shell/command-texts.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'docker/README.md',
  'kibana/README.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];
const textOf = (page: string) => readFileSync(join(root, page), 'utf8');
const texts = new Map(commandTexts(commands).map((text) => [text.name, text]));

/** Calls of logboom in blocks of code and in code within a line, each with its words. */
function callsIn(text: string): string[][] {
  const blocks = [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```/gm)]
    .filter(([, language]) => ['', 'sh', 'bash', 'console', 'text'].includes(language!))
    .flatMap(([, , block]) => block!.split('\n'));
  const inline = [...text.replace(/```[\s\S]*?```/g, '').matchAll(/`([^`]+)`/g)].map(([, code]) => code!);
  return [...blocks, ...inline].flatMap((line) => {
    const command = line.replace(/\s#.*$/, '').replace(/^\s*\$?\s*/, '');
    return command.split(/\s*(?:&&|\||;|>)\s*/).flatMap((part) => {
      const words = part.trim().split(/\s+/);
      if (words[0] === 'npx') words.shift();
      return words[0] === 'logboom' && words.length > 1 ? [words.slice(1)] : [];
    });
  });
}

/** What is wrong with a call: an unknown command, option or action. */
function faultOf([name = '', ...rest]: string[]): string | undefined {
  if (name.startsWith('-') || name === '<command>' || name === 'help') return undefined;
  const text = texts.get(name.replace(/[.,:]$/, ''));
  if (text === undefined) return /^[a-z][a-z-]*$/.test(name) ? `there is no command ${name}` : undefined;
  const known = ['help', ...text.options.map((option) => option.name)];
  const options = rest.flatMap((word) => /^\[?--([a-z-]+)/.exec(word)?.[1] ?? []);
  const unknown = options.find(
    (option) => !known.includes(option) && !known.includes(option.replace(/^no-/, '')),
  );
  return unknown === undefined ? undefined : `${name} has no option --${unknown}`;
}

describe('commands in the documentation', () => {
  it.each(pages)('%s names commands and options that exist', (page) => {
    const faults = callsIn(textOf(page)).flatMap((words) => {
      const fault = faultOf(words);
      return fault === undefined ? [] : [`logboom ${words.join(' ')}: ${fault}`];
    });
    expect(faults).toEqual([]);
  });

  it('are found at all', () => {
    expect(callsIn(textOf('README.md')).length).toBeGreaterThan(3);
    expect(
      callsIn('```sh\nnpx logboom check && logboom reload   # asks\n```\nRun `logboom status --json`.'),
    ).toEqual([['check'], ['reload'], ['status', '--json']]);
  });

  it.each([
    [['chek'], 'there is no command chek'],
    [['status', '--jsno'], 'status has no option --jsno'],
    [['kibana', '--no-rules', 'import'], undefined],
  ])('%j: %s', (words, fault) => expect(faultOf(words)).toBe(fault));
});

describe('links in the documentation', () => {
  it.each(pages)('%s links to files and headings that exist', (page) => {
    const links = [
      ...textOf(page)
        .replace(/```[\s\S]*?```/g, '')
        .matchAll(/\]\(([^)\s]+)\)/g),
    ].map(([, link]) => link!);
    const broken = links
      .filter((link) => !/^[a-z]+:/.test(link))
      .filter((link) => !leadsSomewhere(page, link));
    expect(broken).toEqual([]);
  });
});

function leadsSomewhere(page: string, link: string): boolean {
  const [path = '', heading] = link.split('#');
  const target = path === '' ? page : join(dirname(page), path);
  if (!existsSync(join(root, target))) return false;
  return heading === undefined || !target.endsWith('.md') || slugsOf(textOf(target)).includes(heading);
}

/** Anchors of headings, as GitHub makes them. */
function slugsOf(text: string): string[] {
  const headings = [...text.replace(/```[\s\S]*?```/g, '').matchAll(/^#+ (.+)$/gm)].map(
    ([, heading]) => heading!,
  );
  return headings.map((heading) =>
    heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-'),
  );
}
