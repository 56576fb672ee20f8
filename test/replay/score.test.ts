import { describe, expect, it } from 'vitest';
import { type ConfigInput, schema } from '../../src/config/schema/schema.ts';
import { score, scoreTable } from '../../src/replay/score.ts';

const rules: ConfigInput['rules'] = [
  {
    name: 'errors',
    by: ['host.name'],
    measure: 'share(http.response.status_code >= 500)',
    minCount: 10,
    over: '1m',
    every: '5s',
    when: '>= 0.2',
  },
  { name: 'burst', by: ['host.name'], over: '10s', every: '1s', when: '>= 150' },
  { name: 'always', over: '1m', when: '>= 1' },
  { name: 'never', over: '1m', when: '>= 1000000' },
  { name: 'counts', over: '1m' },
  { name: 'off', enabled: false },
];
const report = score(schema.parse({ rules }), [3]);
const of = (rule: string) => report.scores.find((one) => one.rule === rule)!;

describe('scores', () => {
  it('say of a rule which kinds of incidents it finds, and how many', () => {
    expect(of('burst')).toMatchObject({
      finds: ['burst'],
      precision: 1,
      recall: 1,
      found: { burst: 3, silence: 0 },
    });
    expect(of('errors').finds).toEqual(['error wave', 'slow drift', 'flapping']);
    expect(of('errors').precision).toBeGreaterThan(0.8);
  });

  it('say how long it took', () => {
    const { median, longest } = of('burst').delay!;
    expect(median).toBeGreaterThan(0);
    expect(median).toBeLessThan(20_000);
    expect(longest).toBeGreaterThanOrEqual(median);
    expect(of('errors').delay!.longest).toBeGreaterThan(60_000);
  });

  it('have no precision of a rule that raised nothing, and no recall of one that finds nothing', () => {
    const nothing = { finds: [], alerts: 0, precision: undefined, recall: undefined, delay: undefined };
    expect(of('never')).toMatchObject(nothing);
    expect(of('counts')).toMatchObject(nothing);
  });

  it('do not credit a rule that is always active', () => {
    expect(of('always')).toMatchObject({ alerts: 1, right: 0, precision: 0, finds: [] });
  });

  it('leave out what is disabled, and count the incidents', () => {
    expect(report.scores.map(({ rule }) => rule)).not.toContain('off');
    expect(Object.values(report.incidents)).toEqual([3, 3, 3, 3, 3, 3]);
  });

  it('are the same for the same seeds', () => {
    expect(score(schema.parse({ rules: rules!.slice(0, 2) }), [3]).scores).toEqual(report.scores.slice(0, 2));
  });

  it('are a table', () => {
    const [heading, , burst, , never] = scoreTable(report);
    expect(heading!.slice(0, 5)).toEqual(['rule', 'finds', 'alerts', 'precision', 'recall']);
    expect(heading!.at(-1)).toBe('flapping (3)');
    expect(burst!.slice(0, 5)).toEqual(['burst', 'burst', expect.any(String), '100%', '100%']);
    expect(never!.slice(1, 7)).toEqual(['none', '0', '–', '–', '–', '–']);
  });
});
