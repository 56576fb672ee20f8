import type { Millis, Notification } from '../model.ts';
import { groupMessage } from './control/group-message.ts';

/** When a notifier sent the messages that its limit still counts, oldest first. On disk in the outbox. */
export interface RateRecord {
  times: readonly Millis[];
}

/** Notifications that one digest takes up. Further ones wait for the next. */
export const mostInDigest = 5_000;

/**
 * The times of the messages within `per` before now. Each message counts for as long as `per`, so that no stretch of this length has
 * more messages than the limit, wherever it begins. Times that lie ahead, because the clock was set back, do not count.
 */
export function recentTimes(record: RateRecord | undefined, limit: { per: Millis }, now: Millis): Millis[] {
  return (record?.times ?? []).filter((time) => time > now - limit.per && time <= now);
}

/** One message instead of several. Of each alert it states the latest, so one that began and ended meanwhile has ended. */
export function digestOf(
  entries: readonly { number: number; notification: Notification }[],
  notifier: string,
): Notification {
  const latest = new Map<string, Notification>();
  for (const { notification } of entries) latest.set(notification.transition.episode, notification);
  const all = [...latest.values()];
  const isActive = ({ transition }: Notification) => transition.to !== 'inactive';
  const { length, 0: first } = entries;
  return groupMessage({
    ...{ id: `digest~${notifier}~${first!.number}`, notifier, labels: {}, number: length, digest: true },
    active: all.filter(isActive),
    ended: all.filter((one) => !isActive(one)),
    note: `${length} notifications are in this message, because ${notifier} may send no more in this time.`,
  });
}
