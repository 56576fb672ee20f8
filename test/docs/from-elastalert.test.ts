import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { fromElastAlert } from '../../src/convert/elastalert.ts';
import { controlProblems } from '../../src/notifiers/control/problems.ts';
import { notifierProblems } from '../../src/notifiers/problems.ts';
import { compileQuery } from '../../src/rules/kql/compile.ts';
import { ruleProblems } from '../../src/rules/problems.ts';
import { load } from '../support/config.ts';

const page = readFileSync(new URL('../../docs/from-elastalert.md', import.meta.url), 'utf8');
const pairs = page.split(/^## /m).flatMap((section): [title: string, theirs: string, ours: string][] => {
  const [theirs, ours] = [...section.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, yaml]) => yaml!);
  return ours === undefined ? [] : [[section.split('\n')[0]!, theirs!, ours]];
});

describe('docs/from-elastalert.md', () => {
  it('has a pair for most types', () => expect(pairs.length).toBeGreaterThan(8));

  it.each(pairs)('%s: the command makes the rule beside it', (_, theirs, ours) => {
    const { notifiers, rules, remarks } = fromElastAlert(parse(theirs));
    expect({ notifiers, rules }).toEqual(parse(ours));
    expect(remarks).toEqual([]);
  });

  it.each(pairs)('%s: `check` accepts it', (_, __, ours) => {
    const checks = [ruleProblems, notifierProblems, controlProblems(compileQuery)];
    expect(load({ yaml: ours, checks }).problems).toEqual([]);
  });
});
