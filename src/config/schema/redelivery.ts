import { z } from 'zod';
import { duration } from './values.ts';

export const redelivery = z
  .strictObject({
    remember: duration('24h').describe(
      'How long the last events of a connection that died are remembered, so that they are known when they are sent again.',
    ),
    windows: z
      .int()
      .min(1)
      .default(8)
      .describe(
        'How many windows of a connection are taken to be its last ones; more than a sender has on the way at once (Filebeat: `pipelining` and one).',
      ),
    maxEvents: z
      .int()
      .min(1_000)
      .default(500_000)
      .describe(
        'Most events remembered, at about 80 bytes each; beyond that the oldest are forgotten, with a warning.',
      ),
  })
  .prefault({});

export type RedeliveryConfig = z.infer<typeof redelivery>;
