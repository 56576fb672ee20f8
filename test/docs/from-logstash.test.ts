import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { notifierProblems } from '../../src/notifiers/problems.ts';
import { customFormatProblems } from '../../src/parsers/custom/custom-formats.ts';
import { parseFiles } from '../../src/replay/parse-files.ts';
import { ruleProblems } from '../../src/rules/problems.ts';
import { load } from '../support/config.ts';
import { aFolder } from '../support/folder.ts';

const page = readFileSync(new URL('../../docs/from-logstash.md', import.meta.url), 'utf8');
const pairs = page
  .split(/^## /m)
  .slice(1)
  .map((section): [title: string, blocks: { kind: string; text: string }[]] => {
    const blocks = [...section.matchAll(/```(\w+)\n([\s\S]*?)```/g)];
    return [section.split('\n')[0]!, blocks.map(([, kind, text]) => ({ kind: kind!, text: text! }))];
  });

const configured = (yaml: string) =>
  load({ yaml, checks: [ruleProblems, notifierProblems, customFormatProblems] });

/** The fields that a line has after parsers and processors. */
async function read(yaml: string, line: string, names: readonly string[]) {
  const config = configured(yaml).config!;
  const path = join(aFolder(), 'app.log');
  writeFileSync(path, line);
  const found: Record<string, unknown>[] = [];
  const { parsers, processors, time } = config;
  await parseFiles({
    ...{
      paths: [path],
      parsers,
      processors,
      zone: time.zone,
      receivedAt: Date.parse('2026-11-29T12:00:00Z'),
    },
    onEvent: (event) => void found.push(Object.fromEntries(names.map((name) => [name, event.get(name)]))),
  });
  return found;
}

describe('docs/from-logstash.md', () => {
  it('has pairs', () => expect(pairs.length).toBeGreaterThan(2));

  it.each(pairs)('%s: `check` accepts our side', (_, blocks) => {
    const [theirs, ours] = blocks;
    expect(theirs!.text).toMatch(/^(input|filter|output) \{/);
    expect(configured(ours!.text).problems).toEqual([]);
  });

  it.each(pairs.filter(([, blocks]) => blocks.length > 2))(
    '%s: the line becomes what stands beside it',
    async (_, blocks) => {
      const [, ours, line, expected] = blocks.map(({ text }) => text);
      const fields = JSON.parse(expected!) as Record<string, unknown>;
      expect(await read(ours!, line!, Object.keys(fields))).toEqual([fields]);
    },
  );

  it('drops what the pipeline drops, and removes what it removes', async () => {
    const ours = pairs.find(([title]) => title.startsWith('mutate'))![1][1]!.text;
    expect(await read(ours, '{"url":{"path":"/health"}}\n', ['url.path'])).toEqual([]);
    expect(await read(ours, '{"secret":"x","usr":"ann"}\n', ['secret', 'usr'])).toEqual([{}]);
  });
});
