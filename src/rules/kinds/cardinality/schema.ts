import { z } from 'zod';
import { common, lasting, minCount, windows } from '../../../config/schema/rule-settings.ts';

export const schema = z.strictObject({
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
