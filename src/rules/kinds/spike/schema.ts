import { z } from 'zod';
import { common, lasting, measure, minCount, windows } from '../../../config/schema/rule-settings.ts';

export const schema = z.strictObject({
  kind: z.literal('spike').describe('Raises an alert when a window differs strongly from the previous one.'),
  ...common,
  measure,
  ...windows,
  ratio: z.number().min(1).default(3).describe('Factor by which the measure must rise or fall.'),
  direction: z
    .enum(['up', 'down', 'both'])
    .default('up')
    .describe('Direction that raises: rise, fall or both.'),
  minBefore: z.int().min(1).default(10).describe('Number of events that the previous window must have.'),
  minCount,
  ...lasting,
});

export type SpikeConfig = z.infer<typeof schema>;
