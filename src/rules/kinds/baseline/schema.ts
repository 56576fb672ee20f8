import { z } from 'zod';
import { common, lasting, measure, minCount, noData, windows } from '../../../config/schema/rule-settings.ts';
import { duration } from '../../../config/schema/values.ts';

export const schema = z.strictObject({
  kind: z.literal('baseline').describe('Raises where a window deviates from what was learned to be normal.'),
  ...common,
  measure,
  over: windows.over,
  record: windows.record,
  deviation: z.number().min(1).default(4).describe('How many spreads from the learned mean are too many.'),
  direction: z.enum(['up', 'down', 'both']).default('both').describe('Which way is told.'),
  season: z
    .enum(['none', 'day', 'week'])
    .default('week')
    .describe('What is learned apart: nothing, each hour of the day, or each hour of the week.'),
  zone: z.string().default('UTC').describe('IANA time zone of the hours of a season.'),
  warmUp: z.int().min(2).default(30).describe('Windows that an hour must have learned before it is judged.'),
  memory: z
    .int()
    .min(2)
    .default(500)
    .describe('Windows over which an hour’s mean and spread are learned; older ones fade.'),
  minSpread: z.number().min(0).default(0).describe('Least spread to judge by, in units of the measure.'),
  minCount,
  adaptAfter: duration('1d').describe(
    'Where all deviated for so long without a break, what was learned is forgotten and learned anew.',
  ),
  forget: duration('15d').describe(
    'A group without events for so long is forgotten with all that was learned.',
  ),
  ...lasting,
  noData,
});

export type BaselineConfig = z.infer<typeof schema>;
