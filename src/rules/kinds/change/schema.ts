import { z } from 'zod';
import { common, quiet } from '../../../config/schema/rule-settings.ts';
import { duration } from '../../../config/schema/values.ts';

export const schema = z.strictObject({
  kind: z.literal('change').describe('Raises an alert when the value of a field changes.'),
  ...common,
  field: z.string().min(1).describe('Field whose value is observed in each group.'),
  forget: duration('24h').describe(
    'Time without events after which the value is forgotten, so that the next value is no change.',
  ),
  quiet,
});
