import { type AlertGroup, beganAt, decidedAt, type Notification, type ReportMessage } from '../../model.ts';
import { stateWord } from './summary.ts';

/**
 * A notification as a document, for webhooks, commands and files. `id` is the same for every attempt, so that a receiver
 * recognises a repetition. Times are ISO 8601 in UTC. Field names are those of the alert documents.
 */
export function documentOf(notification: Notification): Record<string, unknown> {
  if (notification.report?.isOutput) return notification.report.document;
  if (notification.report) return reportDocument(notification, notification.report);
  const { transition, episode, acknowledgement, withheld } = notification;
  return {
    id: notification.id,
    ...(notification.test && { test: true }),
    '@timestamp': iso(decidedAt(transition)),
    message: transition.message,
    rule: { name: transition.rule, ...(episode.runbook !== undefined && { reference: episode.runbook }) },
    alert: {
      id: episode.id,
      state: stateWord(notification),
      status: transition.to,
      previous_status: transition.from,
      severity: transition.severity,
      group: transition.group,
      by: transition.by,
      value: transition.value,
      ...(episode.peak !== undefined && { peak: episode.peak }),
      ...(notification.measure !== undefined && { measure: notification.measure }),
      count: transition.count,
      condition: transition.condition,
      reason: transition.reason,
      start: iso(beganAt(episode)),
      ...(episode.end !== undefined && { end: iso(episode.end) }),
      window: { start: iso(transition.window.start), end: iso(transition.window.end) },
      samples: episode.samples,
      ...(episode.omitted && { samples_omitted: episode.omitted }),
      ...(episode.url !== undefined && { url: episode.url }),
      ...(withheld && { withheld: { episodes: withheld.count, since: iso(withheld.since) } }),
      ...(acknowledgement && { acknowledged: { ...acknowledgement, at: iso(acknowledgement.at) } }),
    },
    labels: episode.labels,
    ...(notification.note !== undefined && { note: notification.note }),
    ...(notification.group && { group: groupOf(notification.group) }),
  };
}

function reportDocument({ id, at }: Notification, { title, text, document }: ReportMessage) {
  return { id, '@timestamp': iso(at), message: title, text, report: document };
}

function groupOf({ alerts, ...group }: AlertGroup): Record<string, unknown> {
  const listed = alerts.map(({ start, end, ...alert }) => ({
    ...alert,
    start: iso(start),
    ...(end !== undefined && { end: iso(end) }),
  }));
  return { ...group, alerts: listed };
}

const iso = (time: number) => new Date(time).toISOString();
