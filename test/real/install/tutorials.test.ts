import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../..', import.meta.url));
const page = readFileSync(join(root, 'docs/tutorials.md'), 'utf8');

/** The sections of docs/tutorials.md: commands, rules, and lines that the last `backtest` prints. */
const tutorials = page
  .split(/^## /m)
  .slice(1)
  .map((section) => {
    const block = (language: string) =>
      new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(section)![1]!;
    return {
      title: section.split('\n', 1)[0]!,
      commands: block('sh').trim().split('\n'),
      rules: block('yaml'),
      lines: block('text').trim().split('\n'),
    };
  });

describe('docs/tutorials.md', () => {
  it.each(tutorials)('$title: backtest says what the page says', async ({ commands, rules, lines }) => {
    const folder = mkdtempSync(join(tmpdir(), 'logboom-tutorial-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    writeFileSync(join(folder, 'rules.yml'), rules);
    const outputs: string[] = [];
    // A server that runs on is a matter of other tests.
    for (const command of commands.filter((one) => one !== 'logboom run')) {
      const [program, ...words] = command.split(' ');
      expect(program).toBe('logboom');
      const { stdout } = await run(process.execPath, [join(root, 'dist/main.js'), ...words], {
        cwd: folder,
        env: { ...process.env, HOME: folder },
        maxBuffer: 2 ** 26,
      });
      outputs.push(stdout);
    }
    for (const line of lines) expect(outputs.at(-1)).toContain(line);
  });

  it('has the five stacks', () => expect(tutorials).toHaveLength(5));
});
