import { z } from 'zod';
import { severities } from '../../model.ts';
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
    .describe('Hours of those days; `22:00-06:00` ends on the day after.'),
});

export type ActiveHoursConfig = z.infer<typeof activeHours>;

/** The settings that rules of every kind have: which events, which groups, what is said, and to whom. */
export const common = {
  name: z
    .string()
    .regex(
      /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/,
      invalid(
        'A rule name consists of letters, digits, dots, dashes and underscores, starts with a letter or digit, and has at most 100 characters.',
        'Write a name such as `error-share`.',
      ),
    )
    .describe('Name, unique among the rules. It is part of document ids.'),
  description: z.string().default('').describe('What the rule is for.'),
  enabled: z.boolean().default(true).describe('Whether the rule is evaluated.'),
  where: z.string().default('').describe('KQL query that an event must match. Empty: every event.'),
  by: z.array(z.string()).default([]).describe('Fields to group by: one alert a group.'),
  lateness: duration('10s').describe('How late, in event time, an event may come and still be counted.'),
  cooldown: duration('0s').describe(
    'No second notification of the same alert becoming active within this time; it is told at its end if the alert is still open.',
  ),
  cooldownGrowth: z
    .number()
    .min(1)
    .default(1)
    .describe(
      'Makes the cooldown so many times longer each time that the alert returns soon after it. 1: it stays.',
    ),
  cooldownMax: duration('24h').describe('A growing cooldown becomes no longer than this.'),
  activeHours: activeHours.optional().describe('When the condition is looked at. Default: always.'),
  maxGroups: z
    .int()
    .min(1)
    .default(10_000)
    .describe('Groups watched at once; events of further ones are counted together as `_other`.'),
  severity: z.enum(severities).default('medium').describe('Severity of the alert.'),
  message: z
    .string()
    .optional()
    .describe('Message template: `{{value}}`, `{{rule.name}}`, `{{host.name}}` and other fields.'),
  labels: z.record(z.string(), z.string()).default({}).describe('Labels copied into alerts.'),
  runbook: z.string().optional().describe('Link to what to do.'),
  notify: z.array(z.string()).default([]).describe('Notifiers to tell, by name. `log` is always there.'),
};

export const measure = z
  .string()
  .default('count')
  .describe(
    'count, rate, sum(field), avg(field), min(field), max(field), percentile(field, 95), distinct(field) or share(KQL).',
  );

/** The settings of kinds that look at one window of time after the other. */
export const windows = {
  over: duration('1m').describe('Length of the window.'),
  every: someDuration.optional().describe('Hop of the window. Default: `over`, a tumbling window.'),
  record: z
    .boolean()
    .default(true)
    .describe('Whether window results are indexed, one for each `over` of time.'),
};

export const minCount = z
  .int()
  .min(0)
  .default(0)
  .describe('Events that a window must hold for its condition to be looked at.');

export const noData = z
  .enum(['hold', 'recover'])
  .default('hold')
  .describe(
    'What an active alert does when there is nothing to measure: stay open as `no-data`, or recover.',
  );

/** How long something must last before it counts as begun or ended. */
export const lasting = {
  for: duration('0s').describe('How long the condition must hold before the alert becomes active.'),
  keepActiveFor: duration('0s').describe('How long the alert stays active after it recovered.'),
};

/** The setting of kinds whose alerts are about moments. */
export const quiet = duration('5m').describe(
  'The alert lasts until nothing more of the kind happened for so long; until then it is one episode.',
);

/**
 * What states, documents and messages know of a rule of any kind: the settings of a threshold. The `measure` and the
 * `when` of another kind may be words that only people read.
 */
export const alertSettings = {
  ...common,
  measure,
  ...windows,
  when: z
    .string()
    .optional()
    .describe('Condition on the measure: `>= 5`, `< 0.99`, `== 0`, `outside 10..20`. Without: only counts.'),
  minCount,
  recover: z
    .string()
    .optional()
    .describe('Condition for recovery (hysteresis). Default: `when` is no longer true.'),
  ...lasting,
  noData,
};

const [commonObject, alertObject] = [z.strictObject(common), z.strictObject(alertSettings)];
/** The settings of every kind. */
export type CommonSettings = z.infer<typeof commonObject>;
export type AlertSettings = z.infer<typeof alertObject>;
