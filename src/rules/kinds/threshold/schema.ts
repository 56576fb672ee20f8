import { z } from 'zod';
import { alertSettings } from '../../../config/schema/rule-settings.ts';

export const schema = z.strictObject({
  kind: z
    .literal('threshold')
    .optional()
    .default('threshold')
    .describe('Kind of the rule. docs/rules.md has a section for each kind.'),
  ...alertSettings,
});

export type ThresholdConfig = z.infer<typeof schema>;
