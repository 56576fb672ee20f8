import { checkBounds, checkWindows, type Report } from '../../checks.ts';
import { defaults, defineKind } from '../kind.ts';
import { type NormalConfig, NormalRun, schema } from './judge.ts';

/** Numeric fields that leave the bounds that are given for them. Each field of each group has an alert of its own. */
export const normal = defineKind({
  schema,
  traits: { raisesEarly: false, keepsLate: false, moments: false },
  settings: (config) => ({
    ...defaults,
    ...config,
    measure: config.statistic,
    when: 'outside its bounds',
  }),
  counting: ({ statistic }) => ({ measure: `${statistic}(parameter)`, when: '>= 0' }),
  check(config, report) {
    checkWindows(config, report);
    if (Object.keys(config.bounds).length === 0)
      report('bounds', 'no field is looked at', 'name a field with `min`, `max` or both');
    if (config.by.includes('parameter'))
      report('by', '`parameter` is the name under which documents have the field', 'group by another field');
    checkFields(config, report);
  },
  required: ({ bounds }) => Object.keys(bounds).join(', '),
  documentFields: ['parameter'],
  start: (parts) => new NormalRun(parts),
});

function checkFields({ bounds }: NormalConfig, report: Report): void {
  for (const [field, given] of Object.entries(bounds)) {
    const setting = /^[\w@-]+$/.test(field) ? `bounds.${field}` : `bounds[${JSON.stringify(field)}]`;
    if (/[\s*,]/.test(field))
      report(setting, "this is no field's name", 'name one field, such as system.load.1');
    checkBounds(given, setting, report);
  }
}
