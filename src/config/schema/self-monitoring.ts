import { z } from 'zod';
import { duration } from './values.ts';

const off = '0 switches this alert off.';

export const selfMonitoring = z
  .strictObject({
    enabled: z.boolean().default(true).describe('Whether logboom raises alerts about itself.'),
    every: duration('5s').describe('How often logboom looks at itself.'),
    notify: z
      .array(z.string())
      .optional()
      .describe('Notifiers that are told. Default: all; `log` is always there.'),
    keepActiveFor: duration('1m').describe('How long all must be well before such an alert is over.'),
    journalFill: z
      .number()
      .min(0)
      .max(1)
      .default(0.8)
      .describe(`Raises where this share of \`journal.maxSize\` waits for a reader. ${off}`),
    readerLag: duration('5m').describe(`Raises where a reader is so far behind for half a minute. ${off}`),
    oldestUnacknowledged: duration('1m').describe(
      `Raises where a sender has waited so long for the ACK of a window. ${off}`,
    ),
    sinkDown: duration('1m').describe(`Raises where Elasticsearch has taken nothing for so long. ${off}`),
    notifierFailing: duration('15m').describe(
      `Raises where a message waits so long because a notifier fails; the others are told. ${off}`,
    ),
    deadLetters: z
      .int()
      .min(0)
      .default(1)
      .describe(`Raises where so many documents were refused for good between two looks. ${off}`),
  })
  .prefault({});

export type SelfMonitoringConfig = z.infer<typeof selfMonitoring>;
