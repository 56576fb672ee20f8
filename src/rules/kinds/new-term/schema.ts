import { z } from 'zod';
import { common, quiet } from '../../../config/schema/rule-settings.ts';
import { duration } from '../../../config/schema/values.ts';

export const schema = z.strictObject({
  kind: z.literal('new-term').describe('Raises for a value that a group did not have before.'),
  ...common,
  field: z
    .string()
    .min(1)
    .describe('Field whose values are learned, for each group. Of several each counts.'),
  warmUp: duration('1d').describe('From its first event on a group’s values are only learned for so long.'),
  remember: duration('30d').describe('A value that was not seen for so long is new again.'),
  maxTerms: z
    .int()
    .min(1)
    .default(10_000)
    .describe('Values remembered for each group; those that were not seen longest make room.'),
  quiet,
});
