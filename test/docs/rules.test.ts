import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load/load.ts';
import { ruleSchema } from '../../src/config/schema/rules.ts';
import { shapeOf } from '../../src/config/schema/shape.ts';
import type { FieldValue } from '../../src/model.ts';
import { messageProblems, ruleProblems } from '../../src/rules/problems.ts';
import { parseDuration } from '../../src/util/text.ts';
import { load } from '../support/config.ts';
import { event, play, type Step, told } from '../support/rules/runs.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const page = readFileSync(`${root}docs/rules.md`, 'utf8').replaceAll('\r\n', '\n');
const kinds = ruleSchema.options.map((option) => shapeOf(option.shape.kind).choices[0]!);
const checks = [ruleProblems, messageProblems];

/** Each `yaml` block with the `text` block after it: a rule, and what becomes of events. */
const examples = [...page.matchAll(/```yaml\n([\s\S]*?)```\n\n```text\n([\s\S]*?)```/g)].map(
  ([, yaml, text]) => ({ yaml: yaml!, lines: text!.trimEnd().split('\n') }),
);

function stepOf(line: string): Step {
  const [, after, fields] = /^\+(\S+)\s*(\{.*\})?$/.exec(line)!;
  const seconds = parseDuration(after!)! / 1000;
  return fields ? event(seconds, JSON.parse(fields) as Record<string, FieldValue>) : { until: seconds };
}

describe('docs/rules.md', () => {
  it('has no example of a rule without what happens', () => {
    expect(examples).toHaveLength([...page.matchAll(/^```yaml$/gm)].length);
    expect(page.match(/^```(?!yaml$|text$).+$/gm)).toBeNull();
  });

  it('has a section for each kind', () => {
    for (const kind of kinds) expect(page, kind).toMatch(new RegExp(`^## ${kind}$`, 'm'));
  });

  it.each(examples.map(({ yaml, lines }) => [/name: (.+)/.exec(yaml)![1]!, yaml, lines] as const))(
    'says of %s what happens',
    (_, yaml, lines) => {
      const { config, problems } = load({ yaml, checks });
      expect(problems).toEqual([]);
      const steps = lines.filter((line) => !line.startsWith('→')).map(stepOf);
      const outputs = config!.rules.flatMap((one) => play(one, steps).outputs);
      expect(told(outputs).map((line) => `→ ${line}`)).toEqual(lines.filter((line) => line.startsWith('→')));
    },
  );
});

describe('examples/rules', () => {
  const files = readdirSync(`${root}examples/rules`);

  it.each(kinds)('has a file for the kind %s, which loads without a problem', (kind) => {
    expect(files).toContain(`${kind}.yml`);
    const { problems } = loadConfig({ path: `${root}examples/rules/${kind}.yml`, env: {}, checks });
    expect(problems).toEqual([]);
  });
});
