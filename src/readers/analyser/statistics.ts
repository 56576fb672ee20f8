import type { StatisticsConfig } from '../../config/schema/statistics.ts';
import type { Millis } from '../../model.ts';
import { compileQuery } from '../../rules/kql/compile.ts';
import type { EventWatch } from '../../rules/run/observer.ts';
import { statisticsFields } from '../../statistics/fields.ts';
import { Statistics } from '../../statistics/statistics.ts';
import type { StatisticsQuestion, StatisticsReport } from '../../telemetry/api/statistics.ts';

/** What the main thread asks the analyser. Times are receipt times; `from` adds the window `documents` since then. */
export interface StatisticsCall {
  question: StatisticsQuestion;
  now: Millis;
  from?: Millis;
}

/** Starts to count what is received from now on. Undefined where it is switched off. */
export function startStatistics(
  { enabled, fields, errors }: StatisticsConfig,
  since: Millis,
): { watch: EventWatch; report(call: StatisticsCall): StatisticsReport } | undefined {
  if (!enabled) return undefined;
  const isError = compileQuery(errors);
  const statistics = new Statistics({ fields: statisticsFields(fields), isError, since });
  return {
    watch: { read: (_, event) => statistics.note(event) },
    report: ({ question, now, from }) => statistics.report(question, now, from),
  };
}
