import { z } from 'zod';
import { common, lasting, measure, minCount, windows } from '../../../config/schema/rule-settings.ts';

export const schema = z.strictObject({
  kind: z.literal('spike').describe('Raises where a window differs much from the one before.'),
  ...common,
  measure,
  ...windows,
  ratio: z
    .number()
    .min(1)
    .default(3)
    .describe('How many times as much, or as little, as in the window before.'),
  direction: z.enum(['up', 'down', 'both']).default('up').describe('Which way is told.'),
  minBefore: z
    .int()
    .min(1)
    .default(10)
    .describe('Events that the window before must hold: three times one is no spike.'),
  minCount,
  ...lasting,
});

export type SpikeConfig = z.infer<typeof schema>;
