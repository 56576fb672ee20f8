import * as z from 'zod';
import { common, lasting } from '../../../config/schema/rule-settings.ts';
import { duration, notA, someDuration } from '../../../config/schema/values.ts';

const burnRate = z.strictObject({
  rate: z
    .number()
    .gt(0)
    .describe('How many times faster than allowed the budget must be spent in both windows.'),
  over: someDuration.describe('The long window: so much must have been spent that it matters.'),
  short: someDuration.describe(
    'The short window: it must be spent still. It ends the alert soon after the cause.',
  ),
  severity: z.enum(['info', 'low', 'medium', 'high', 'critical']).describe('Severity of the alert.'),
});

export const schema = z.strictObject({
  kind: z.literal('slo').describe('Raises an alert when the error budget of an objective is spent too fast.'),
  ...common,
  slo: z
    .string()
    .regex(/^\d{1,2}(\.\d{1,6})?%$/, notA('objective', 'Write a share below 100%, such as 99.9%.'))
    .describe('The objective: the share of good events, such as `99.9%`.'),
  good: z.string().optional().describe('KQL query of good events. All others are bad. Set this or `bad`.'),
  bad: z.string().optional().describe('KQL query of bad events. All others are good. Set this or `good`.'),
  period: duration('30d').describe('Time for which the objective and its budget hold.'),
  burnRates: z
    .array(burnRate)
    .min(1)
    .max(8)
    .prefault([
      { rate: 14.4, over: '1h', short: '5m', severity: 'critical' },
      { rate: 6, over: '6h', short: '30m', severity: 'high' },
      { rate: 1, over: '3d', short: '6h', severity: 'low' },
    ])
    .describe(
      'Pairs of windows. An alert is raised when the burn rate of both windows of a pair is reached.',
    ),
  minBad: z
    .int()
    .min(1)
    .default(2)
    .describe(
      'Number of bad events that the long window of a pair must have, so that one event alone raises nothing.',
    ),
  over: duration('1m').describe('Interval of the evaluation. The windows are multiples of it.'),
  record: z
    .boolean()
    .default(true)
    .describe('Whether the share of bad events is indexed, one document for each `over`.'),
  ...lasting,
});

export type SloConfig = z.infer<typeof schema>;
