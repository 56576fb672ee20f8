import * as z from 'zod';
import { common, quiet } from '../../../config/schema/rule-settings.ts';
import { duration } from '../../../config/schema/values.ts';
import type { FieldValue } from '../../../model.ts';
import { presentValues } from '../../../util/levels.ts';
import { checkField, checkQuiet } from '../../checks.ts';
import { keepForOf } from '../../correction/settings.ts';
import { comparableTexts, shortened } from '../../group.ts';
import { OccurrenceRun, quoted } from '../../occurrences/run.ts';
import { paneLength } from '../../occurrences/spans.ts';
import { defaults, defineKind, momentWindow } from '../kind.ts';
import { ChangeTracker } from './tracker.ts';

const schema = z.strictObject({
  kind: z.literal('change').describe('Raises an alert when the value of a field changes.'),
  ...common,
  field: z.string().min(1).describe('Field whose value is observed in each group.'),
  forget: duration('24h').describe(
    'Time without events after which the value is forgotten, so that the next value is no change.',
  ),
  quiet,
});

/** The value of a field differs from the one before it. */
export const change = defineKind({
  schema,
  traits: { raisesEarly: false, keepsLate: false, moments: true },
  settings: (config) => ({
    ...defaults,
    ...config,
    ...momentWindow(config.quiet, `changes of ${config.field}`),
  }),
  counting: () => ({ measure: 'count', when: '>= 1' }),
  check(config, report) {
    checkQuiet(config, report);
    checkField(config, report);
    if (config.forget <= config.lateness)
      report('forget', 'a value would be forgotten while events may still come', 'use more than `lateness`');
  },
  required: ({ field }) => `the field ${field}`,
  start(parts) {
    const { config, rule, correction } = parts;
    const pane = paneLength(rule.every, config.forget, rule.hours !== undefined);
    // What came before is needed for as long as it may be the value that changes.
    const keepFor = correction && keepForOf(correction, rule.over) + config.forget;
    const keep = correction && { keepFor: keepFor!, memory: correction.memory };
    return new OccurrenceRun(parts, {
      field: config.field,
      pane,
      tracker: new ChangeTracker({ ...config, hop: rule.every, pane, keep, budget: parts.limits?.groups }),
      valuesOf: wholeValue,
      describe: ({ value, from = '' }) => `${config.field} changed from ${quoted(from)} to ${quoted(value)}`,
    });
  },
});

/** All values of the field together: a value more or less is a change, and another order of the same values is none. */
function wholeValue(found: FieldValue, field: string): string[] {
  const values = presentValues(found);
  return values.length === 0 ? [] : [shortened(comparableTexts(values, field).join(', '))];
}
