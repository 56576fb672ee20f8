import { z } from 'zod';
import { common, quiet } from '../../../config/schema/rule-settings.ts';
import { duration } from '../../../config/schema/values.ts';

export const schema = z.strictObject({
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
