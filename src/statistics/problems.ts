import { type Problem, problem } from '../config/load/problems.ts';
import type { StatisticsConfig } from '../config/schema/statistics.ts';
import { messageOf } from '../errors.ts';
import { secondsKept } from './panes.ts';

/** What of the settings of statistics cannot work. `compileQuery` throws where a text is no query. */
export const statisticsProblems =
  (compileQuery: (text: string) => unknown) =>
  ({ statistics }: { statistics: StatisticsConfig }): Problem[] => {
    const problems: Problem[] = [];
    try {
      compileQuery(statistics.errors);
    } catch (thrown) {
      problems.push(problem(['statistics', 'errors'], `${messageOf(thrown)}.`, 'Write KQL as in Kibana.'));
    }
    const { documents } = statistics;
    if (documents > secondsKept * 1000 || (documents > 0 && documents < 1000))
      problems.push(
        problem(
          ['statistics', 'documents'],
          'The statistics of one to 120 seconds can be written.',
          'Use 1s to 2m, or 0s for no documents.',
        ),
      );
    for (const [place, field] of statistics.fields.entries())
      if (field.includes('*'))
        problems.push(
          problem(
            ['statistics', 'fields', place],
            `"${field}" is not the name of a field.`,
            'Name one field, such as user_agent.name.',
          ),
        );
    return problems;
  };
