import * as z from 'zod';
import { didYouMean } from '../../util/did-you-mean.ts';
import { duration, notA, notAn, someDuration } from './values.ts';

const addressPattern = /^(?:[^\s@<>,;]+@[^\s@<>,;]+|[^<>@,;\r\n]+<[^\s@<>,;]+@[^\s@<>,;]+>)$/;

/** An e-mail address, with or without a name: `ann@example.com`, `Ann Lee <ann@example.com>`. */
export const address = z
  .string()
  .regex(
    addressPattern,
    notAn('e-mail address', 'Write an address such as `ann@example.com` or `Ann Lee <ann@example.com>`.'),
  );

/** An address, or the name of a group of people. Whether the group exists is checked with the whole configuration. */
export const recipient = z.string().min(1);

export const people = z
  .record(z.string(), z.array(address).min(1))
  .default({})
  .describe('Groups of people by name, each with e-mail addresses. Recipients may name a group.');

/** What is wrong with a recipient; undefined where it is an address or a known group. */
export function recipientProblem(
  text: string,
  groups: Readonly<Record<string, readonly string[]>>,
): { message: string; remedy: string } | undefined {
  if (Object.hasOwn(groups, text) || addressPattern.test(text)) return undefined;
  if (text.includes('@')) {
    const remedy = 'Write an address such as `ann@example.com` or `Ann Lee <ann@example.com>`.';
    return { message: `\`${text}\` is not an e-mail address.`, remedy };
  }
  const known = Object.keys(groups);
  const message = `\`${text}\` is neither an e-mail address (it has no @) nor a group of \`people\`${didYouMean(text, known) || '.'}`;
  return { message, remedy: 'Write an address, or declare the group under `people`.' };
}

/** The problem of a name that no notifier has; undefined where one has it. `log` needs no declaration. */
export function notifierProblem(
  name: string,
  notifiers: Readonly<Record<string, unknown>>,
): { message: string; remedy: string } | undefined {
  const known = ['log', ...Object.keys(notifiers)];
  if (known.includes(name)) return undefined;
  const listed = known.map((one) => `\`${one}\``).join(', ');
  return {
    message: `There is no notifier \`${name}\`${didYouMean(name, known) || '.'}`,
    remedy: `Declare it under \`notifiers\`. Known notifiers: ${listed}.`,
  };
}

/** `severity="high"`, as Alertmanager writes matchers. Which of them can match is checked with the whole configuration. */
const matchers = z
  .array(z.string().min(1))
  .default([])
  .describe(
    'Matchers that must all hold: `severity="high"`, `rule=~"api-.*"`, `group!="web-1"`, `team!~"a|b"`. Names: `rule`, `group`, `severity`, labels of the rule, and fields of `by`.',
  );

const query = z
  .string()
  .optional()
  .describe('KQL query over the fields of the alert document that must match too.');

const intervalNames = (what: string) => z.array(z.string()).default([]).describe(what);

const escalation = z.strictObject({
  after: someDuration.describe('How long after the first notification of the route.'),
  to: z.string().describe('Name of the route that notifies then.'),
});

const own = {
  name: z.string().min(1).optional().describe('Name of the route, to which others may escalate.'),
  matchers,
  notify: z
    .array(z.string())
    .optional()
    .describe('Names of the notifiers. Default: those of the route around it.'),
  continue: z
    .boolean()
    .default(false)
    .describe('Whether the routes after it are tried too where it matches.'),
  escalation_only: z
    .boolean()
    .default(false)
    .describe('Whether the route takes only alerts that another one escalates to it.'),
  group_by: z
    .array(z.string())
    .optional()
    .describe(
      'Names by which alerts share a message, or `[...]`: a message for each alert. Default: that of the route around it, at first `[...]`.',
    ),
  group_wait: someDuration
    .optional()
    .describe(
      'How long the first message of a group waits for further alerts. Default: 30s, and 0s without groups.',
    ),
  group_interval: someDuration
    .optional()
    .describe('Shortest time between two messages about changes of a group. Default: 5m.'),
  repeat_interval: someDuration
    .optional()
    .describe('Time after which open alerts that nobody acknowledged are sent again. Default: 4h.'),
  repeat_limit: z
    .int()
    .min(0)
    .optional()
    .describe('Number of repetitions without a change after which they stop. Default: 10. 0: none.'),
  flapping_wait: someDuration
    .optional()
    .describe('An alert that is marked as flapping is sent only if it stays open for so long. Default: 0s.'),
  mute_time_intervals: intervalNames('Names of `time_intervals` in which the route does not notify.'),
  active_time_intervals: intervalNames(
    'Names of `time_intervals` outside of which the route does not notify.',
  ),
  escalate: escalation
    .optional()
    .describe('Another route that notifies too where nobody acknowledges the alert in time.'),
};

/** Levels of nested routes. */
const innermost = z.strictObject(own);
const nested = (of: typeof innermost) =>
  z
    .array(of)
    .default([])
    .describe('Routes within it. The first that matches is taken, and otherwise this one.');
const inner = z.strictObject({ ...own, routes: nested(innermost) });
const outer = z.strictObject({
  ...own,
  routes: z
    .array(inner)
    .default([])
    .describe('Routes within it. The first that matches is taken, and otherwise this one.'),
});

export const routes = z
  .array(outer)
  .default([])
  .describe(
    'Where notifications of rules without `notify` go. The first route that matches is taken, and those after it where it says `continue`.',
  );

const equalMatchers = (what: string) => matchers.describe(`${what}, as in \`routes\`.`);

export const inhibitRules = z
  .array(
    z.strictObject({
      source_matchers: equalMatchers(
        'Matchers of the alerts that keep others from notifying while they are active',
      ),
      target_matchers: equalMatchers('Matchers of the alerts that do not notify then'),
      equal: z.array(z.string()).default([]).describe('Names whose values must be equal in both alerts.'),
    }),
  )
  .default([])
  .describe('Alerts that keep other alerts from notifying.');

const ranges = (what: string) => z.array(z.string().min(1)).optional().describe(what);
const timeOfDay = z
  .string()
  .regex(
    /^(([01]\d|2[0-3]):[0-5]\d|24:00)$/,
    notA('time of day', 'Write a time such as `08:30` or `24:00`.'),
  );

const span = z.strictObject({
  times: z
    .array(
      z.strictObject({
        start_time: timeOfDay.describe('Start of the time of day.'),
        end_time: timeOfDay.describe('End of the time of day, `24:00` at most.'),
      }),
    )
    .optional()
    .describe('Times of day. Default: the whole day.'),
  weekdays: ranges('Days of the week: `monday:friday`, `sunday`.'),
  days_of_month: ranges('Days of the month: `1:5`, `-3:-1` for the last three.'),
  months: ranges('Months: `january:march`, `12`.'),
  years: ranges('Years: `2026:2028`.'),
  location: z.string().default('UTC').describe('IANA time zone, such as `Europe/Berlin`.'),
});

export const timeIntervals = z
  .array(
    z.strictObject({
      name: z.string().min(1).describe('Name of the interval.'),
      time_intervals: z.array(span).min(1).describe('Spans of time; one of them is enough.'),
    }),
  )
  .default([])
  .describe('Named intervals of time, as Alertmanager writes them.');

export const maintenance = z
  .array(
    z.strictObject({
      name: z.string().min(1).describe('Name of the maintenance window.'),
      matchers,
      query,
      time_intervals: z.array(z.string()).min(1).describe('Names of `time_intervals` in which it is active.'),
      comment: z.string().default('').describe('Reason, which alert documents show.'),
    }),
  )
  .default([])
  .describe('Recurring silences.');

/** The settings of the message limit of a notifier. */
export const rateLimit = z
  .strictObject({
    messages: z.int().min(1).max(10_000).describe('Number of messages.'),
    per: duration('1m').describe('Any stretch of this length has so many messages at most.'),
  })
  .optional()
  .describe('Limit of messages. What is above it is sent as one digest as soon as the limit allows.');

export type SpanConfig = z.infer<typeof span>;
export type InhibitConfig = z.infer<typeof inhibitRules>[number];
/** A route of any level. */
export type RouteConfig = Omit<z.infer<typeof outer>, 'routes'> & { routes?: RouteConfig[] };
