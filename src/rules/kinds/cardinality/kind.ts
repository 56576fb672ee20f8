import { checkBounds, checkField, checkWindows } from '../../checks.ts';
import { conditionJudge } from '../../condition.ts';
import { CountingRun, windowParts } from '../../run/window-run.ts';
import { defineKind } from '../kind.ts';
import { boundsCondition, defaults } from '../settings.ts';
import { schema } from './schema.ts';

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
