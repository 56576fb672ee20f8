import { z } from 'zod';
import { common, quiet } from '../../../config/schema/rule-settings.ts';

export const schema = z.strictObject({
  kind: z.literal('match').describe('Raises an alert for every event that matches `where`.'),
  ...common,
  quiet,
});
