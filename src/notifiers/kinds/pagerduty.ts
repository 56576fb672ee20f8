import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import * as z from 'zod';
import { secret } from '../../config/schema/values.ts';
import { decidedAt, type Notification, type Severity } from '../../model.ts';
import { cutToBytes } from '../../util/text.ts';
import { stateWord, summaryOf, valueWithCondition } from '../message/summary.ts';
import { type Attempt, defineKind, NotifierError, type Receipt } from '../notifier.ts';
import { delivery } from '../templated.ts';
import { endOf } from '../test-notification.ts';
import { answered, postJson } from '../transport/http.ts';

const schema = z.strictObject({
  kind: z.literal('pagerduty').describe('Triggers, acknowledges and resolves incidents of PagerDuty.'),
  routingKey: secret.describe('Integration key of the service (Events API v2).'),
  url: z
    .url({ protocol: /^https?$/ })
    .default('https://events.pagerduty.com/v2/enqueue')
    .describe('Address of the Events API.'),
  ...delivery,
});

type PagerDutyConfig = z.infer<typeof schema>;

/** PagerDuty, Events API v2. An episode is one incident: its id is the `dedup_key`. */
export const pagerduty = defineKind({
  schema,
  check({ routingKey }, report) {
    if (!/^[A-Za-z0-9]{32}$/.test(routingKey)) {
      const message = 'An integration key of PagerDuty has 32 letters and digits.';
      report('routingKey', message, 'Copy the key of an “Events API v2” integration of the service.');
    }
  },
  create: (config) => ({
    send: (notification, attempt) => enqueue(config, notification, attempt),
    async test(notification, attempt) {
      const { answer } = await enqueue(config, notification, attempt);
      const end = await enqueue(config, endOf(notification), attempt);
      return { answer: `${answer}; resolved: ${end.answer}` };
    },
  }),
});

async function enqueue(
  { routingKey, url }: PagerDutyConfig,
  notification: Notification,
  { signal }: Attempt,
): Promise<Receipt> {
  const event = { routing_key: routingKey, ...eventOf(notification) };
  const answer = await postJson(event, { url }, signal, ({ status, body }) => {
    if (status !== 400) return undefined;
    const words = answered({ status, body });
    // The one part of an event that does not come from logboom.
    const isKey = /routing[_ ]?key|integration key|invalid key/i.test(body);
    const remedy = 'set the key of an “Events API v2” integration in `routingKey`';
    return isKey
      ? new NotifierError('NOTIFIER_MISCONFIGURED', `${words}; ${remedy}`)
      : new NotifierError('NOTIFIER_REFUSED', words);
  });
  return { answer: answered(answer) };
}

const severities: Record<Severity, 'critical' | 'error' | 'warning' | 'info'> = {
  critical: 'critical',
  high: 'error',
  medium: 'warning',
  low: 'info',
  info: 'info',
};

/** Limits of the API, in characters. */
const longestKey = 255;
const longestSummary = 1_024;

function eventOf(notification: Notification) {
  const { transition, episode } = notification;
  const dedupKey = keyOf(episode.id);
  if (stateWord(notification) === 'INACTIVE') return { event_action: 'resolve', dedup_key: dedupKey };
  if (notification.acknowledgement) return { event_action: 'acknowledge', dedup_key: dedupKey };
  const { title, message, facts, links, samples } = summaryOf(notification);
  return {
    event_action: 'trigger',
    dedup_key: dedupKey,
    client: 'logboom',
    payload: {
      summary: cutToBytes(`${title}: ${message.replaceAll('\n', ' ')}`, longestSummary),
      source: transition.group || hostname(),
      severity: severities[transition.severity],
      timestamp: new Date(decidedAt(transition)).toISOString(),
      component: transition.rule,
      ...(transition.group !== '' && { group: transition.group }),
      class: notification.measure ?? transition.rule,
      custom_details: {
        ...Object.fromEntries(facts.map(({ label, value }) => [label, value])),
        'Value and threshold': valueWithCondition(notification),
        ...(samples.length > 0 && { Samples: samples }),
      },
    },
    links: links.map(({ label, url }) => ({ href: url, text: label })),
  };
}

/** Two long ids that differ at the end only must not become one incident. */
function keyOf(id: string): string {
  if (id.length <= longestKey) return id;
  return createHash('sha256').update(id).digest('hex');
}
