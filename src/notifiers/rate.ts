import type { Millis, Notification } from '../model.ts';
import { groupMessage } from './control/group-message.ts';

/** How many messages a notifier sent in the present time of its limit, and when that began. On disk in the outbox. */
export interface RateRecord {
  since: Millis;
  sent: number;
}

/** Notifications that one digest takes up. Further ones wait for the next. */
export const mostInDigest = 5_000;

/** The count of the present time; 0 where the time of the record is over, or lies ahead because the clock was set back. */
export function currentRate(record: RateRecord | undefined, limit: { per: Millis }, now: Millis): RateRecord {
  if (record === undefined || now >= record.since + limit.per || now < record.since)
    return { since: now, sent: 0 };
  return record;
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
