import * as z from 'zod';
import { common, lasting, minCount, windows } from '../../../config/schema/rule-settings.ts';
import { checkBounds, checkField, checkWindows } from '../../checks.ts';
import { conditionJudge } from '../../condition.ts';
import { CountingRun, windowParts } from '../../run/window-run.ts';
import { boundsCondition, defaults, defineKind } from '../kind.ts';

const schema = z.strictObject({
  kind: z
    .literal('cardinality')
    .describe('Raises an alert when a field has too many or too few different values.'),
  ...common,
  field: z.string().min(1).describe('Field whose different values are counted in each window.'),
  ...windows,
  min: z.int().min(1).optional().describe('Fewer different values raise an alert.'),
  max: z.int().min(0).optional().describe('More different values raise an alert.'),
  minCount,
  ...lasting,
});

/** Too many, or too few, different values of a field within a window. */
export const cardinality = defineKind({
  schema,
  traits: { raisesEarly: true, keepsLate: false, moments: false },
  settings: (config) => ({
    ...defaults,
    ...config,
    measure: `distinct(${config.field})`,
    when: boundsCondition(config),
  }),
  check(config, report) {
    checkWindows(config, report);
    checkField(config, report);
    checkBounds(config, 'max', report);
  },
  required: ({ field }) => `the field ${field}`,
  start: (parts) => new CountingRun(windowParts(parts, () => conditionJudge(parts.rule))),
});
