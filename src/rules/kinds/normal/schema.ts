import { z } from 'zod';
import { common, lasting, minCount, noData, windows } from '../../../config/schema/rule-settings.ts';

export const schema = z.strictObject({
  kind: z.literal('normal').describe('Raises an alert when a numeric field leaves its bounds.'),
  ...common,
  bounds: z
    .record(
      z.string(),
      z.strictObject({
        min: z.number().optional().describe('Lower bound.'),
        max: z.number().optional().describe('Upper bound.'),
      }),
    )
    .describe('Fields and their bounds. Each field of each group has an alert of its own.'),
  statistic: z
    .enum(['avg', 'min', 'max'])
    .default('avg')
    .describe('Value of a window that is compared with the bounds: average, minimum or maximum.'),
  ...windows,
  minCount,
  ...lasting,
  noData,
});

export type NormalConfig = z.infer<typeof schema>;
