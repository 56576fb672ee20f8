import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { ruleProblems } from '../../src/rules/problems.ts';
import { load } from '../support/config.ts';

const page = readFileSync(new URL('../../docs/from-kibana-rules.md', import.meta.url), 'utf8');
const pairs = page
  .split(/^## /m)
  .slice(1)
  .map((section): [title: string, theirs: string, ours: string] => {
    const [theirs, ours] = [...section.matchAll(/```(?:json|yaml)\n([\s\S]*?)```/g)].map(([, text]) => text!);
    return [section.split('\n')[0]!, theirs!, ours!];
  });

interface TheirRule {
  name: string;
  schedule: { interval: string };
  params: {
    searchConfiguration: { query: { query: string } };
    threshold: number[];
    thresholdComparator: string;
    timeWindowSize: number;
    timeWindowUnit: string;
    aggType: string;
    aggField?: string;
    groupBy: 'all' | 'top';
    termField?: string;
  };
}

/** What Kibana's documentation says of the parameters, in our words. */
function inOurWords({ name, schedule, params }: TheirRule): Record<string, unknown> {
  const { aggType, aggField, groupBy, termField } = params;
  return {
    name,
    where: params.searchConfiguration.query.query,
    ...(aggType !== 'count' && { measure: `${aggType}(${aggField})` }),
    ...(groupBy === 'top' && { by: [termField] }),
    when: `${params.thresholdComparator} ${params.threshold[0]}`,
    over: `${params.timeWindowSize}${params.timeWindowUnit}`,
    every: schedule.interval,
  };
}

describe('docs/from-kibana-rules.md', () => {
  it('has pairs', () => expect(pairs.length).toBeGreaterThan(2));

  it.each(pairs)('%s: both sides say the same', (_, theirs, ours) => {
    expect(parse(ours)).toEqual({ rules: [inOurWords(JSON.parse(theirs))] });
  });

  it.each(pairs)('%s: `check` accepts our side', (_, __, ours) => {
    expect(load({ yaml: ours, checks: [ruleProblems] }).problems).toEqual([]);
  });
});
