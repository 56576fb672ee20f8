import * as z from 'zod';
import { common, lasting, measure, minCount, noData, windows } from '../../../config/schema/rule-settings.ts';
import { duration } from '../../../config/schema/values.ts';

export const schema = z.strictObject({
  kind: z.literal('baseline').describe('Raises an alert when a window deviates from the learned values.'),
  ...common,
  measure,
  over: windows.over,
  record: windows.record,
  deviation: z
    .number()
    .min(1)
    .default(4)
    .describe('Deviation from the learned mean that raises an alert, in spreads.'),
  direction: z
    .enum(['up', 'down', 'both'])
    .default('both')
    .describe('Direction that raises: rise, fall or both.'),
  season: z
    .enum(['none', 'day', 'week'])
    .default('week')
    .describe('What is learned separately: nothing, each hour of the day, or each hour of the week.'),
  zone: z.string().default('UTC').describe('IANA time zone of the hours of a season.'),
  warmUp: z
    .int()
    .min(2)
    .default(30)
    .describe('Number of windows that an hour must learn before it is evaluated.'),
  memory: z
    .int()
    .min(2)
    .default(500)
    .describe(
      'Number of windows over which the mean and the spread of an hour are learned. Older windows lose weight.',
    ),
  minSpread: z.number().min(0).default(0).describe('Lower limit of the spread, in units of the measure.'),
  minCount,
  adaptAfter: duration('1d').describe(
    'When all windows have deviated for this time, the learned values are discarded and learned again.',
  ),
  forget: duration('15d').describe(
    'Time without events after which a group and its learned values are forgotten.',
  ),
  ...lasting,
  noData,
});

export type BaselineConfig = z.infer<typeof schema>;
