import * as z from 'zod';
import { severities } from '../../model.ts';
import { recipient } from './routing.ts';
import { duration, invalid, notA, someDuration } from './values.ts';

export const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

const activeHours = z.strictObject({
  zone: z.string().default('UTC').describe('IANA time zone of the hours, such as `Europe/Berlin`.'),
  days: z
    .array(z.enum(days))
    .min(1)
    .default([...days])
    .describe('Days of the week.'),
  hours: z
    .array(
      z
        .string()
        .regex(
          /^([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)$/,
          notA('range of hours', 'Write a range such as `08:00-18:00`.'),
        ),
    )
    .min(1)
    .default(['00:00-24:00'])
    .describe('Hours of those days. `22:00-06:00` ends on the following day.'),
});

export type ActiveHoursConfig = z.infer<typeof activeHours>;

export const latePolicy = z.enum(['notify', 'digest', 'record']);

/** The settings of every kind of rule: events, groups, messages and notifiers. */
export const common = {
  name: z
    .string()
    .regex(
      /^(?=.{1,100}$)[\p{L}\p{N}](?:[\p{L}\p{M}\p{N} ._()/:&+%#@',-]*[\p{L}\p{M}\p{N}._)%+-])?$/u,
      invalid(
        "A rule name consists of letters, digits, spaces and ._-()/:&+%#@', begins with a letter or digit, does not end with a space, and has at most 100 characters.",
        'Write a name such as `error-share` or `High Error Rate`.',
      ),
    )
    .describe('Name of the rule, such as `High Error Rate`. It is unique, and part of document IDs.'),
  description: z.string().default('').describe('Purpose of the rule.'),
  enabled: z.boolean().default(true).describe('Whether the rule is evaluated.'),
  where: z.string().default('').describe('KQL query that an event must match. Empty: every event.'),
  by: z.array(z.string()).default([]).describe('Fields to group by. Each group has an alert of its own.'),
  lateness: duration('10s').describe('How late, in event time, an event may arrive and still be counted.'),
  cooldown: duration('0s').describe(
    'Time within which there is no second notification that the same alert became active. If the alert is still open at its end, the notification is sent then.',
  ),
  cooldownGrowth: z
    .number()
    .min(1)
    .default(1)
    .describe('Factor by which the cooldown grows each time the alert returns soon after it. 1: no growth.'),
  cooldownMax: duration('24h').describe('Upper limit of a growing cooldown.'),
  activeHours: activeHours.optional().describe('When the condition is evaluated. Default: always.'),
  maxGroups: z
    .int()
    .min(1)
    .default(10_000)
    .describe('Largest number of groups. Events of further groups are counted together as `_other`.'),
  late: latePolicy
    .optional()
    .describe(
      'What happens when late events raise, change or withdraw an alert: `notify`, `digest` or `record`. Default: `time.late`.',
    ),
  severity: z.enum(severities).default('medium').describe('Severity of the alert.'),
  message: z
    .string()
    .optional()
    .describe(
      'Message template: `{{value}}`, `{{time}}`, `{{time Europe/Berlin}}`, `{{rule.name}}`, `{{host.name}}` and other fields.',
    ),
  recoveryMessage: z
    .string()
    .optional()
    .describe('Message template of the end of an alert. Default: the reason of the recovery.'),
  labels: z.record(z.string(), z.string()).default({}).describe('Labels to copy into alerts.'),
  runbook: z.string().optional().describe('Link to instructions.'),
  notify: z
    .array(z.string())
    .default([])
    .describe('Names of the notifiers to notify. The notifier `log` always exists.'),
  recipients: z
    .array(recipient)
    .default([])
    .describe('E-mail addresses and groups of `people` to write to, instead of the `to` of the notifier.'),
};

export const measure = z
  .string()
  .default('count')
  .describe(
    'count, rate, sum(field), avg(field), min(field), max(field), percentile(field, 95), distinct(field) or share(KQL).',
  );

/** The settings of kinds that evaluate windows. */
export const windows = {
  over: duration('1m').describe('Length of the window.'),
  every: someDuration.optional().describe('Hop of the window. Default: `over`, a tumbling window.'),
  record: z.boolean().default(true).describe('Whether window results are indexed, one for each `over`.'),
};

export const minCount = z
  .int()
  .min(0)
  .default(0)
  .describe(
    'Number of events that a window must have to be judged. With fewer events an open alert stays open.',
  );

export const noData = z
  .enum(['hold', 'recover'])
  .default('hold')
  .describe('What an active alert does when a window has no value: stay open as `no-data`, or recover.');

/** How long a condition must hold, or not hold, before the alert changes. */
export const lasting = {
  for: duration('0s').describe(
    'How long the condition must go on to hold, from the end of the first window for which it holds, before the alert becomes active.',
  ),
  keepActiveFor: duration('0s').describe(
    'How long the alert stays active after the condition no longer holds.',
  ),
};

/** The setting of kinds whose alerts concern single events. */
export const quiet = duration('5m').describe(
  'The alert ends when there was no further occurrence for this time. Until then it is one episode.',
);

/**
 * The settings of a rule of any kind that states, documents and messages use: those of a threshold. The `measure` and the
 * `when` of other kinds may be texts for people.
 */
export const alertSettings = {
  ...common,
  measure,
  ...windows,
  when: z
    .string()
    .optional()
    .describe(
      'Condition on the measure: `>= 5`, `< 0.99`, `== 0`, `outside 10..20`. Without it the rule only counts.',
    ),
  minCount,
  recover: z
    .string()
    .optional()
    .describe('Condition of recovery (hysteresis). Default: `when` no longer holds.'),
  ...lasting,
  noData,
};

const [commonObject, alertObject] = [z.strictObject(common), z.strictObject(alertSettings)];
/** The settings of every kind. */
export type CommonSettings = z.infer<typeof commonObject>;
export type AlertSettings = z.infer<typeof alertObject>;
