import type { Episode, Notification, Transition } from '../../model.ts';
import { escaped } from '../email/html.ts';
import type { StreamEntry } from './stream-log.ts';

/** An output as a message to a notifier. The alert in it stands for none: nothing of it stays open anywhere. */
export function streamNotification(
  { id, rule, group, text, document, since }: StreamEntry,
  notifier: string,
): Notification {
  const parsed = JSON.parse(document) as Record<string, unknown>;
  const at = Date.parse(String(parsed['@timestamp']));
  const common = {
    ...{ rule, group, by: {}, window: { start: at, end: at }, value: undefined, count: 0 },
    ...{ condition: '', reason: text, message: text, severity: 'info' as const },
  };
  const transition: Transition = { ...common, id, episode: id, from: 'active', to: 'inactive', at };
  const episode: Episode = {
    ...common,
    ...{ id, status: 'inactive', start: at, end: at, detected: undefined, updated: at, peak: undefined },
    ...{ samples: [], revision: 1, lateCount: 0, flapping: false, labels: {}, runbook: undefined },
  };
  const [title = text] = text.split('\n');
  return {
    ...{ id, notifier, at: Number.isNaN(at) ? since : at, transition, episode },
    report: { title, text, html: `<p>${escaped(text)}</p>`, document: parsed, isOutput: true },
  };
}
