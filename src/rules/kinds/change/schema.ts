import { z } from 'zod';
import { common, quiet } from '../../../config/schema/rule-settings.ts';
import { duration } from '../../../config/schema/values.ts';

export const schema = z.strictObject({
  kind: z.literal('change').describe('Raises where the value of a field is another one than before.'),
  ...common,
  field: z.string().min(1).describe('Field whose value is followed, for each group.'),
  forget: duration('24h').describe(
    'A value that was not seen for so long is forgotten: the next is no change.',
  ),
  quiet,
});
