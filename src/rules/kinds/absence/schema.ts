import { z } from 'zod';
import { common } from '../../../config/schema/rule-settings.ts';
import { duration } from '../../../config/schema/values.ts';

export const schema = z.strictObject({
  kind: z.literal('absence').describe('Raises for a group of which nothing is heard.'),
  ...common,
  every: duration('5m').describe('A group is silent where its events lie farther apart than this.'),
  expect: z
    .array(z.string())
    .default([])
    .describe(
      'Groups that must be there, seen or not: values of `by`, such as `web-1` or `web-1, nginx.access`.',
    ),
  learn: z.boolean().default(true).describe('Whether groups that were seen once are expected from then on.'),
  forget: duration('24h').describe('A learned group that was silent for so long is no longer expected.'),
  shipper: z
    .string()
    .default('agent.id')
    .describe('Field that names the shipper, so that one silent log is told from a silent machine.'),
});

export type AbsenceConfig = z.infer<typeof schema>;
