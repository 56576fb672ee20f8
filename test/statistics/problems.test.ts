import { expect, it } from 'vitest';
import { statistics } from '../../src/config/schema/statistics.ts';
import { compileQuery } from '../../src/rules/kql/compile.ts';
import { statisticsProblems } from '../../src/statistics/problems.ts';

it.each([
  [{}, []],
  [{ errors: 'log.level : (', fields: [] }, ['statistics.errors']],
  [{ documents: '5m' }, ['statistics.documents']],
  [{ documents: '100ms' }, ['statistics.documents']],
  [{ documents: '0s' }, []],
  [{ fields: ['user.name', 'user.*'] }, ['statistics.fields[1]']],
])('of the settings %j, %j cannot work', (given, wrong) => {
  const settings = statistics.parse(given);
  const problems = statisticsProblems(compileQuery)({ statistics: settings });
  expect(problems.map(({ path }) => path)).toEqual(wrong);
  for (const { remedy } of problems) expect(remedy).toMatch(/^(Use|Write|Name) .+\.$/);
});
