import type { Episode, Millis, Notification, Suppression } from '../../model.ts';
import { formatDuration } from '../../util/text.ts';
import { groupMessage, singleMessage } from './group-message.ts';
import { type Group, isOpen, type Member, never } from './group-store.ts';
import type { Route } from './routes.ts';

/** A group that waits is looked at no more often. */
const shortestInterval: Millis = 1_000;

type Named = [episode: string, member: Member];
type Reason = Pick<Suppression, 'by' | 'reason'>;

interface FlushParts {
  group: Group;
  members: readonly Named[];
  route: Route;
  now: Millis;
  /** Why an open alert is not notified now; undefined where it is. */
  suppression: (episode: Episode, since: Millis) => Reason | undefined;
  isAcknowledged: (episode: string) => boolean;
}

/** What follows from looking at a group. */
interface Flushed {
  messages: Notification[];
  /** Undefined: no member is left. */
  group: Group | undefined;
  /** Changed members; undefined: removed. */
  changes: [episode: string, member: Member | undefined][];
  suppressed: [episode: string, suppression: Suppression][];
  /** Notifications for the route to which this one escalates. */
  escalated: Notification[];
}

/** The members of a group by what becomes of them. */
interface Sorted {
  active: Named[];
  /** They have ended, and a message said that they were active. */
  ended: Named[];
  /** They have ended before a message said that they were active. */
  unsent: Named[];
  waiting: [...Named, Reason][];
}

/**
 * Decides what a group sends now. Pure: the same group, members, route, time and answers lead to the same decision. The end of an
 * alert is sent whenever its beginning was, whatever keeps open alerts from notifying, so that no incident stays open.
 */
export function flush(parts: FlushParts): Flushed {
  const sorted = sort(parts);
  const { group, route, now } = parts;
  const { active, ended, unsent, waiting } = sorted;
  const isNew = active.some(([, { sent }]) => sent === undefined) || ended.length > 0;
  const isRepeat = !isNew && repeatDue(parts, active) <= now;
  const messages = isNew || isRepeat ? messagesOf(parts, sorted, isRepeat) : [];
  const late = active.filter(([, member]) => escalationDue(member, parts) <= now);
  const changes = new Map<string, Member | undefined>();
  for (const [id] of [...ended, ...unsent]) changes.set(id, undefined);
  for (const [id, member] of active) if (member.sent === undefined) changes.set(id, { ...member, sent: now });
  for (const [id, member] of late) changes.set(id, { ...member, escalated: true });
  const after = active.map(([id, member]): Named => [id, changes.get(id) ?? member]);
  const next: Group = {
    ...group,
    waiting: waiting.length > 0,
    messages: group.messages + (messages.length > 0 ? 1 : 0),
    repeats: isNew ? 0 : group.repeats + (isRepeat ? 1 : 0),
    ...(messages.length > 0 && { sentAt: now }),
  };
  return {
    messages,
    group:
      after.length + waiting.length === 0
        ? undefined
        : { ...next, due: nextDue({ ...parts, group: next }, after) },
    changes: [...changes],
    suppressed: suppressionsOf(waiting, unsent, route, now),
    escalated: late.map(([, { notification }]) => escalation(notification, route)),
  };
}

function sort({ members, suppression }: FlushParts): Sorted {
  const sorted: Sorted = { active: [], ended: [], unsent: [], waiting: [] };
  for (const [id, member] of members) {
    if (!isOpen(member)) {
      (member.sent === undefined ? sorted.unsent : sorted.ended).push([id, member]);
      continue;
    }
    const reason = suppression(member.notification.episode, member.since);
    if (reason) sorted.waiting.push([id, member, reason]);
    else sorted.active.push([id, member]);
  }
  return sorted;
}

function messagesOf(
  { group, route }: FlushParts,
  { active, ended }: Sorted,
  isRepeat: boolean,
): Notification[] {
  const note = isRepeat ? reminderNote(group, route) : undefined;
  const notifications = (of: Named[]) => of.map(([, { notification }]) => notification);
  const number = group.messages + 1;
  return [...new Set(route.notify)].flatMap((notifier) => {
    if (route.groupBy !== undefined) {
      const { labels, thread: id } = group;
      const notes = note ?? active.find(([, { sent }]) => sent === undefined)?.[1].notification.note;
      return [
        groupMessage({
          id,
          notifier,
          labels,
          number,
          active: notifications(active),
          ended: notifications(ended),
          note: notes,
        }),
      ];
    }
    const again = note === undefined ? undefined : { number, note };
    return notifications([...active, ...ended]).map((one) => singleMessage(one, notifier, again));
  });
}

const reminderNote = ({ repeats }: Group, { repeatLimit }: Route) =>
  `Reminder ${repeats + 1} of ${repeatLimit}: it is still active.`;

/** Wall time at which open alerts are sent again, unless all are acknowledged or the limit is reached. */
function repeatDue({ group, route, isAcknowledged }: FlushParts, active: readonly Named[]): Millis {
  const { sentAt, repeats } = group;
  const isOwed = active.some(([id, { sent }]) => sent !== undefined && !isAcknowledged(id));
  if (sentAt === undefined || !isOwed || repeats >= route.repeatLimit) return never;
  return sentAt + route.repeatInterval;
}

function escalationDue(
  { sent, escalated, notification }: Member,
  { route, isAcknowledged }: FlushParts,
): Millis {
  if (!route.escalate || sent === undefined || escalated || isAcknowledged(notification.episode.id))
    return never;
  return sent + route.escalate.after;
}

/** `active`: the members that something may be sent of. Those that wait are looked at after the interval of the group. */
function nextDue(parts: FlushParts, active: readonly Named[]): Millis {
  const again = parts.group.waiting
    ? parts.now + Math.max(parts.route.groupInterval, shortestInterval)
    : never;
  const escalations = active.map(([, member]) => escalationDue(member, parts));
  return escalations.reduce((one, other) => Math.min(one, other), Math.min(again, repeatDue(parts, active)));
}

function suppressionsOf(
  waiting: Sorted['waiting'],
  unsent: Named[],
  route: Route,
  now: Millis,
): Flushed['suppressed'] {
  const notifier = route.notify.join(', ');
  const ended: Reason = {
    by: 'ended',
    reason: 'it ended before anybody was notified, so its end is not notified either',
  };
  return [
    ...waiting.map(([id, , reason]): Flushed['suppressed'][number] => [id, { ...reason, notifier, at: now }]),
    ...unsent.map(([id]): Flushed['suppressed'][number] => [id, { ...ended, notifier, at: now }]),
  ];
}

function escalation(notification: Notification, { escalate }: Route): Notification {
  return { ...notification, note: `Nobody acknowledged it for ${formatDuration(escalate!.after)}.` };
}
