import { z } from 'zod';
import { common, lasting, minCount, noData, windows } from '../../../config/schema/rule-settings.ts';

export const schema = z.strictObject({
  kind: z.literal('normal').describe('Raises where figures leave the bounds that are given for them.'),
  ...common,
  bounds: z
    .record(
      z.string(),
      z.strictObject({
        min: z.number().optional().describe('Less is not normal.'),
        max: z.number().optional().describe('More is not normal.'),
      }),
    )
    .describe('Fields and what is normal of each. Every field of every group is an alert of its own.'),
  statistic: z
    .enum(['avg', 'min', 'max'])
    .default('avg')
    .describe('What is held against the bounds: the average, least or greatest figure of a window.'),
  ...windows,
  minCount,
  ...lasting,
  noData,
});

export type NormalConfig = z.infer<typeof schema>;
