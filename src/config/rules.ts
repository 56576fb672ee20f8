import { z } from 'zod';
import { severities } from '../model.ts';
import { duration, someDuration } from './values.ts';

/** A threshold rule; without `when` it only counts, and its windows are indexed. */
export const rule = z.strictObject({
  name: z
    .string()
    .regex(
      /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/,
      'must consist of letters, digits, dots, dashes and underscores (100 at the most), and begin with a letter or digit',
    )
    .describe('Name, unique among the rules. It is part of document ids.'),
  description: z.string().default('').describe('What the rule is for.'),
  enabled: z.boolean().default(true).describe('Whether the rule is evaluated.'),
  where: z.string().default('').describe('KQL query that an event must match. Empty: every event.'),
  measure: z
    .string()
    .default('count')
    .describe(
      'count, rate, sum(field), avg(field), min(field), max(field), percentile(field, 95), distinct(field) or share(KQL).',
    ),
  by: z.array(z.string()).default([]).describe('Fields to group by: one alert a group.'),
  over: duration('1m').describe('Length of the window.'),
  every: someDuration.optional().describe('Hop of the window. Default: `over`, a tumbling window.'),
  lateness: duration('10s').describe('How late, in event time, an event may come and still be counted.'),
  when: z
    .string()
    .optional()
    .describe('Condition on the measure: `>= 5`, `< 0.99`, `== 0`, `outside 10..20`.'),
  minCount: z
    .int()
    .min(0)
    .default(0)
    .describe('Events that a window must hold for its condition to be looked at.'),
  recover: z
    .string()
    .optional()
    .describe('Condition for recovery (hysteresis). Default: `when` is no longer true.'),
  for: duration('0s').describe('How long the condition must hold before the alert becomes active.'),
  keepActiveFor: duration('0s').describe('How long the alert stays active after it recovered.'),
  cooldown: duration('0s').describe(
    'No second notification of the same alert becoming active within this time.',
  ),
  noData: z
    .enum(['hold', 'recover'])
    .default('hold')
    .describe(
      'What an active alert does when there is nothing to measure: stay open as `no-data`, or recover.',
    ),
  maxGroups: z
    .int()
    .min(1)
    .default(10_000)
    .describe('Groups watched at once; events of further ones are counted together as `_other`.'),
  record: z
    .boolean()
    .default(true)
    .describe('Whether window results are indexed, one for each `over` of time.'),
  severity: z.enum(severities).default('medium').describe('Severity of the alert.'),
  message: z
    .string()
    .optional()
    .describe('Message template: `{{value}}`, `{{rule.name}}`, `{{host.name}}` and other fields.'),
  labels: z.record(z.string(), z.string()).default({}).describe('Labels copied into alerts.'),
  runbook: z.string().optional().describe('Link to what to do.'),
  notify: z.array(z.string()).default([]).describe('Notifiers to tell, by name. `log` is always there.'),
});

export type RuleConfig = z.infer<typeof rule>;

/** Rules in force where the configuration has none. */
export const defaultRules: z.input<typeof rule>[] = [
  {
    name: 'events-by-dataset',
    description: 'Counts events by dataset; raises nothing.',
    by: ['event.dataset'],
    over: '10s',
  },
  {
    name: 'error-share',
    description: 'A twentieth of the requests of a minute failed on the server’s side.',
    where: 'http.response.status_code : *',
    measure: 'share(http.response.status_code >= 500)',
    minCount: 20,
    when: '>= 0.05',
    recover: '< 0.02',
    over: '1m',
    every: '5s',
    severity: 'high',
    message: '{{value}} of the requests of the last minute failed',
    notify: ['log'],
  },
];

export const rules = z.array(rule).prefault(defaultRules);
