import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { controlProblems } from '../../src/notifiers/control/problems.ts';
import { notifierSchema } from '../../src/notifiers/kinds/index.ts';
import { notifierProblems } from '../../src/notifiers/problems.ts';
import { streamProblems } from '../../src/notifiers/streams/problems.ts';
import { compileQuery } from '../../src/rules/kql/compile.ts';
import { load } from '../support/config.ts';

const page = readFileSync(new URL('../../docs/notifiers.md', import.meta.url), 'utf8').replaceAll(
  '\r\n',
  '\n',
);
const kinds = notifierSchema.options.map((option) => [...option.shape.kind.values][0] as string);

/** The `yaml` blocks of each section. */
const examples = page.split(/^## /m).flatMap((section) => {
  const [title] = section.split('\n', 1);
  return [...section.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, yaml]) => ({ title: title!, yaml: yaml! }));
});

describe('docs/notifiers.md', () => {
  it.each(kinds)('has a section with an example of the kind %s', (kind) => {
    const of = examples.filter(({ title }) => title === kind);
    expect(of.map(({ yaml }) => yaml).join('\n')).toMatch(new RegExp(`kind: ${kind}\\b`));
  });

  it.each(examples.map(({ title, yaml }) => [title, yaml] as const))(
    'has an example of %s that loads without a problem',
    (_, yaml) => {
      const { problems } = load({
        yaml,
        env: { CHAT_TOKEN: 'secret' },
        checks: [notifierProblems, streamProblems],
      });
      // The module of the example is the reader's.
      const others = problems.filter(
        ({ message }) => message !== 'The module /etc/logboom/mine.mjs cannot be read.',
      );
      expect(others).toEqual([]);
    },
  );
});

describe('docs/noise-control.md', () => {
  const text = readFileSync(new URL('../../docs/noise-control.md', import.meta.url), 'utf8');
  const blocks = [...text.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, yaml]) => yaml!);

  it.each(blocks)('has an example that loads without a problem: %#', (yaml) => {
    expect(load({ yaml, checks: [notifierProblems, controlProblems(compileQuery)] }).problems).toEqual([]);
  });

  it.each(['routes', 'inhibit_rules', 'time_intervals', 'maintenance', 'rate_limit', 'escalate'])(
    'shows %s',
    (name) => {
      expect(blocks.join('\n')).toContain(`${name}:`);
    },
  );
});
