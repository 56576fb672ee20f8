import * as z from 'zod';
import { common, quiet } from '../../../config/schema/rule-settings.ts';
import { duration } from '../../../config/schema/values.ts';
import { formatDuration } from '../../../util/text.ts';
import { checkField, checkQuiet } from '../../checks.ts';
import { keepForOf, strideOf } from '../../correction/settings.ts';
import { OccurrenceRun, quoted, textsOf } from '../../occurrences/run.ts';
import { paneLength } from '../../occurrences/spans.ts';
import { defaults, defineKind, momentWindow } from '../kind.ts';
import { TermTracker } from './tracker.ts';

const schema = z.strictObject({
  kind: z.literal('new-term').describe('Raises an alert for a value that the group did not have before.'),
  ...common,
  field: z
    .string()
    .min(1)
    .describe('Field whose values are learned in each group. Each element of a list counts.'),
  warmUp: duration('1d').describe(
    'Time from the first event of a group during which its values are only learned.',
  ),
  remember: duration('30d').describe('Time after which a value that was not seen is new again.'),
  maxTerms: z
    .int()
    .min(1)
    .default(10_000)
    .describe(
      'Largest number of values for each group. Beyond that, the values that were not seen for longest are forgotten.',
    ),
  quiet,
});

/** A value of a field that its group did not have before. */
export const newTerm = defineKind({
  schema,
  traits: { raisesEarly: false, keepsLate: false, moments: true },
  settings: (config) => ({
    ...defaults,
    ...config,
    ...momentWindow(config.quiet, `new values of ${config.field}`),
  }),
  counting: () => ({ measure: 'count', when: '>= 1' }),
  check(config, report) {
    const { remember, warmUp, lateness } = config;
    checkQuiet(config, report);
    checkField(config, report);
    if (remember <= lateness)
      report(
        'remember',
        'a value would be forgotten while events may still come',
        'use more than `lateness`',
      );
    if (warmUp > remember)
      report('warmUp', 'what is learned first would be forgotten before the end', 'use at most `remember`');
  },
  required: ({ field }) => `the field ${field}`,
  start(parts) {
    const { config, rule, correction } = parts;
    return new OccurrenceRun(parts, {
      field: config.field,
      pane: paneLength(rule.every, config.remember, rule.hours !== undefined),
      tracker: new TermTracker({
        ...config,
        hop: rule.every,
        limits: parts.limits,
        keepFor: correction && keepForOf(correction, rule.over),
        past: correction && { memory: correction.memory, stride: strideOf(correction) },
      }),
      valuesOf: textsOf,
      describe: ({ value }) =>
        `${config.field} ${quoted(value)} is new: not seen within ${formatDuration(config.remember)}`,
    });
  },
});
