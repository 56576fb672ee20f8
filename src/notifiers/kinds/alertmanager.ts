import * as z from 'zod';
import { trust } from '../../config/schema/listener.ts';
import { duration, secret } from '../../config/schema/values.ts';
import { beganAt, type Millis, type Notification } from '../../model.ts';
import { valueText } from '../../util/figures.ts';
import { measureOf, stateWord, summaryOf } from '../message/summary.ts';
import { defineKind } from '../notifier.ts';
import { delivery, headers } from '../templated.ts';
import { endOf } from '../test-notification.ts';
import { answered, exchange, postJson } from '../transport/http.ts';

const schema = z.strictObject({
  kind: z.literal('alertmanager').describe('Sends alerts to a Prometheus Alertmanager (API v2).'),
  url: z
    .url({ protocol: /^https?$/ })
    .describe('Address of Alertmanager, such as `http://alertmanager:9093`.'),
  user: z.string().optional().describe('User for basic authentication.'),
  password: secret.optional().describe('Password for basic authentication.'),
  headers,
  labels: z.record(z.string(), z.string()).default({}).describe('Labels to add to every alert.'),
  resend: duration('1m').describe(
    'Interval at which open alerts are sent again. An alert that is not sent again for four intervals ends in Alertmanager.',
  ),
  ...trust,
  ...delivery,
});

type AlertmanagerConfig = z.infer<typeof schema>;

/** Open alerts end in Alertmanager after this many intervals without news, as those of Prometheus do. */
const intervalsUntilEnd = 4;

/**
 * Prometheus Alertmanager. Alertmanager identifies an alert by its labels, so labels hold what never changes in an episode;
 * value, count and reason are annotations. Open alerts are sent again, because Alertmanager keeps them in memory and ends
 * those that are not repeated.
 */
export const alertmanager = defineKind({
  schema,
  check({ resend, user, password, labels }, report) {
    if (resend < 1_000)
      report('resend', 'This would send every open alert more than once a second.', 'Write `1m`.');
    if ((user === undefined) !== (password === undefined)) {
      const missing = user === undefined ? 'user' : 'password';
      report(missing, 'Basic authentication needs `user` and `password`.', `Set \`${missing}\`.`);
    }
    for (const name of Object.keys(labels))
      if (own.includes(name))
        report(['labels', name], `logboom sets the label \`${name}\` itself.`, 'Use another name.');
  },
  create(config) {
    const post = async (notifications: readonly Notification[], signal: AbortSignal, now = Date.now()) => {
      const alerts = notifications.map((one) => alertOf(one, config, now));
      const url = `${config.url.replace(/\/+$/, '')}/api/v2/alerts`;
      return postJson(alerts, { url, headers: headersOf(config), trust: config }, signal);
    };
    const send = async (notification: Notification, { signal }: { signal: AbortSignal }) => ({
      answer: answered(await post([notification], signal)),
    });
    return {
      send,
      async verify(signal) {
        const url = `${config.url.replace(/\/+$/, '')}/api/v2/status`;
        const { body } = await exchange(
          { url, method: 'GET', headers: headersOf(config), trust: config },
          signal,
        );
        const version = /"version"\s*:\s*"([\w.-]+)"/.exec(body)?.[1];
        return `Alertmanager${version === undefined ? '' : ` ${version}`} answers`;
      },
      refresh: {
        every: config.resend,
        send: async (open, signal) => {
          await post(open, signal);
        },
      },
      async test(notification, attempt) {
        const { answer } = await send(notification, attempt);
        const end = await send(endOf(notification), attempt);
        return { answer: `${answer}; resolved: ${end.answer}` };
      },
    };
  },
});

function headersOf({ headers: given, user, password }: AlertmanagerConfig): Record<string, string> {
  if (user === undefined) return given;
  return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`, ...given };
}

const own = ['alertname', 'severity', 'group'];

function alertOf(notification: Notification, { labels, resend }: AlertmanagerConfig, now: Millis) {
  const { transition, episode } = notification;
  const { message, title, samples } = summaryOf(notification);
  const ended = stateWord(notification) === 'INACTIVE';
  const texts = {
    summary: title,
    description: message,
    reason: transition.reason,
    value: valueText(transition.value, measureOf(notification)),
    threshold: transition.condition,
    peak: episode.peak === undefined ? '' : valueText(episode.peak, measureOf(notification)),
    runbook_url: episode.runbook ?? '',
    discover_url: episode.url ?? '',
    samples: samples.join('\n'),
  };
  return {
    labels: {
      ...nonEmpty({ ...labels, ...episode.labels, ...fieldsOf(notification) }),
      ...{ alertname: transition.rule, severity: transition.severity },
      ...(transition.group !== '' && { group: transition.group }),
    },
    annotations: nonEmpty(texts),
    startsAt: iso(Math.min(beganAt(episode), now)),
    endsAt: iso(ended ? endedAt(notification, now) : now + intervalsUntilEnd * resend),
    ...(episode.url !== undefined && { generatorURL: episode.url }),
  };
}

/** An end that lies before the start, or after the present as event time may, would be refused or take effect later. */
function endedAt({ episode, transition }: Notification, now: Millis): Millis {
  return Math.max(Math.min(episode.end ?? transition.at, now), Math.min(beganAt(episode), now));
}

const fieldsOf = ({ transition }: Notification) =>
  Object.fromEntries(Object.entries(transition.by).map(([name, value]) => [name, String(value ?? '')]));

/** Alertmanager takes an empty label as a missing one. */
const nonEmpty = (texts: Record<string, string>) =>
  Object.fromEntries(Object.entries(texts).filter(([, text]) => text !== ''));

const iso = (time: Millis) => new Date(time).toISOString();
