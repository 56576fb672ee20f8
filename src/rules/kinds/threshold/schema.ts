import { z } from 'zod';
import { alertSettings } from '../../../config/schema/rule-settings.ts';

export const schema = z.strictObject({
  kind: z
    .literal('threshold')
    .optional()
    .default('threshold')
    .describe('Kind of the rule. docs/rules.md has a section for each kind.'),
  ...alertSettings,
  expect: z
    .array(z.string())
    .optional()
    .describe(
      'Groups that a condition on few events (`< 5`) applies to even if they were never seen: values of `by`, such as `web-1` or `web-1, nginx.access`.',
    ),
});

export type ThresholdConfig = z.infer<typeof schema>;
