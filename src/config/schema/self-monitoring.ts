import * as z from 'zod';
import { duration } from './values.ts';

const off = '0 switches this alert off.';

export const selfMonitoring = z
  .strictObject({
    enabled: z.boolean().default(true).describe('Whether logboom raises alerts about itself.'),
    every: duration('5s').describe('Interval of the checks.'),
    notify: z
      .array(z.string())
      .optional()
      .describe('Notifiers to notify. Default: all. The notifier `log` always exists.'),
    keepActiveFor: duration('1m').describe('How long the cause must be gone before such an alert ends.'),
    journalFill: z
      .number()
      .min(0)
      .max(1)
      .default(0.8)
      .describe(`Raises an alert when this share of \`journal.maxSize\` waits for a reader. ${off}`),
    readerLag: duration('5m').describe(
      `Raises an alert when a reader lags by this time for half a minute. ${off}`,
    ),
    oldestUnacknowledged: duration('1m').describe(
      `Raises an alert when a sender has waited this long for the ACK of a window. ${off}`,
    ),
    senderRefused: z
      .int()
      .min(0)
      .default(3)
      .describe(
        `Raises an alert when the connections or windows of an address were refused this many times, less than five minutes apart. ${off}`,
      ),
    sinkDown: duration('1m').describe(
      `Raises an alert when Elasticsearch has accepted nothing for this long. ${off}`,
    ),
    notifierFailing: duration('15m').describe(
      `Raises an alert when a notification waits this long because its notifier fails. The other notifiers are notified. ${off}`,
    ),
    formatDisabled: z
      .boolean()
      .default(true)
      .describe(
        'Raises an alert when the module of a format is not called any more, because it did not return in time.',
      ),
    clockStep: duration('5s').describe(
      `Raises an alert when the wall clock of the machine is set forwards or back by this or more. ${off}`,
    ),
    sourceClock: duration('1m').describe(
      `Raises an alert when the stamps of a source are ahead of or steadily behind their receipt by this or more. ${off}`,
    ),
    sourceLate: z
      .number()
      .min(0)
      .max(1)
      .default(0.05)
      .describe(
        `Raises an alert when this share of the recent events of a source, and at least 20 of them, came after their windows were closed and are counted nowhere. ${off}`,
      ),
    sourceUnparsed: z
      .number()
      .min(0)
      .max(1)
      .default(0.1)
      .describe(
        `Raises an alert when this share of the recent lines of a source, and at least 20 of them, could not be read or have no time. ${off}`,
      ),
    deadLetters: z
      .int()
      .min(0)
      .default(1)
      .describe(`Raises an alert when this many documents were refused for good between two checks. ${off}`),
  })
  .prefault({});

export type SelfMonitoringConfig = z.infer<typeof selfMonitoring>;

export const deadMansSwitch = z.strictObject({
  url: z
    .url({ protocol: /^https?$/ })
    .meta({ secret: true })
    .describe(
      'Address to post to, such as that of healthchecks.io. The service raises the alarm when no post comes.',
    ),
  every: duration('1m').describe('Interval of the posts.'),
  timeout: duration('10s').describe('Timeout of a post.'),
});

export type DeadMansSwitchConfig = z.infer<typeof deadMansSwitch>;
