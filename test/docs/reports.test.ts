import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { notifierProblems } from '../../src/notifiers/problems.ts';
import { reportProblems } from '../../src/reports/problems.ts';
import { compileQuery } from '../../src/rules/kql/compile.ts';
import { load } from '../support/config.ts';

const page = readFileSync(new URL('../../docs/reports.md', import.meta.url), 'utf8');
const blocks = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, yaml]) => yaml!);

describe('docs/reports.md', () => {
  it('has examples', () => expect(blocks.length).toBeGreaterThan(0));

  it.each(blocks)('%#: `check` accepts it', (yaml) => {
    expect(load({ yaml, checks: [notifierProblems, reportProblems(compileQuery)] }).problems).toEqual([]);
  });
});
