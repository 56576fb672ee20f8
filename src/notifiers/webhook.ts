import type { WebhookConfig } from '../config/schema/notifiers.ts';
import type { Notification } from '../model.ts';
import { type Notifier, stateWord } from './notifier.ts';
import { postJson } from './post.ts';

/** A webhook: posts each notification as a JSON document to a configured address. */
export function createWebhook(name: string, config: WebhookConfig): Notifier {
  const { timeout, giveUpAfter } = config;
  return {
    name,
    timeout,
    giveUpAfter,
    async send(notification, signal) {
      const headers = { ...config.headers, 'idempotency-key': notification.id };
      await postJson(config.url, documentOf(notification), headers, signal);
    },
  };
}

/**
 * The document of a webhook. `id` (also the header `idempotency-key`) is the same for every attempt, so that a receiver
 * recognises a repetition. Times are ISO 8601 in UTC. Field names are those of the alert documents.
 */
export function documentOf(notification: Notification): Record<string, unknown> {
  const { transition, episode } = notification;
  return {
    id: notification.id,
    '@timestamp': new Date(transition.at).toISOString(),
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
      count: transition.count,
      condition: transition.condition,
      reason: transition.reason,
      start: new Date(episode.start).toISOString(),
      ...(episode.end !== undefined && { end: new Date(episode.end).toISOString() }),
      window: {
        start: new Date(transition.window.start).toISOString(),
        end: new Date(transition.window.end).toISOString(),
      },
      samples: episode.samples,
      ...(episode.url !== undefined && { url: episode.url }),
    },
    labels: episode.labels,
  };
}
