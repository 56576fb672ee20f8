import * as z from 'zod';
import { common } from '../../../config/schema/rule-settings.ts';
import { duration } from '../../../config/schema/values.ts';

export const schema = z.strictObject({
  kind: z.literal('absence').describe('Raises an alert for a group that sends no events.'),
  ...common,
  every: duration('5m').describe('Time without events after which a group is absent.'),
  expect: z
    .array(z.string())
    .default([])
    .describe(
      'Groups that are expected even if they were never seen: values of `by`, such as `web-1` or `web-1, nginx.access`.',
    ),
  learn: z.boolean().default(true).describe('Whether a group is expected once it was seen.'),
  forget: duration('24h').describe('Time without events after which a learned group is no longer expected.'),
  shipper: z
    .string()
    .default('agent.id')
    .describe('Field with the ID of the shipper. It distinguishes a missing log from a missing machine.'),
});

export type AbsenceConfig = z.infer<typeof schema>;
