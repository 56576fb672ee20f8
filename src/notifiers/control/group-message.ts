import {
  type AlertGroup,
  type Episode,
  type GroupedAlert,
  type Millis,
  type Notification,
  severities,
  type Transition,
} from '../../model.ts';
import { countOf, cutToLength } from '../../util/text.ts';

/** Alerts that a message lists. */
const mostListed = 20;
const longestLine = 300;

interface GroupParts {
  /** Names the thread of the messages of this group. */
  id: string;
  notifier: string;
  labels: Record<string, string>;
  /** The latest notification of each alert that is active, and of each that has ended since the last message. */
  active: readonly Notification[];
  ended: readonly Notification[];
  /** Number of the message, from 1. */
  number: number;
  note?: string | undefined;
  digest?: true;
}

/**
 * One message about several alerts. Its transition and episode stand for all of them: the severity is the highest, the start the
 * first, and the state is active while one of them is, so that every kind of notifier can show it.
 */
export function groupMessage(parts: GroupParts): Notification {
  const { id, notifier, active, ended, number, note } = parts;
  const shown = active.length > 0 ? active : ended;
  const main = shown.reduce(worse);
  const isOver = active.length === 0;
  const group = groupOf(parts);
  const transition: Transition = {
    ...main.transition,
    ...{ id: `${id}-${number}`, episode: id, group: labelText(parts.labels), by: parts.labels },
    ...{ rule: ruleOf(shown), from: isOver ? 'active' : 'inactive', to: isOver ? 'inactive' : 'active' },
    at: Math.max(...[...active, ...ended].map(({ transition: { at } }) => at)),
    message: messageOf(group, note),
    count: shown.length,
  };
  return {
    ...{ id: `${transition.id}-${notifier}`, notifier, at: transition.at, transition, group },
    episode: episodeOf(main.episode, transition, shown),
    ...recipientsOf(shown),
    ...(note !== undefined && { note }),
  };
}

/** `3 alerts active, 1 ended`. */
export function groupTitle({ active, ended, labels, digest }: AlertGroup): string {
  const states = [
    ...(active > 0 ? [`${countOf(active, 'alert')} active`] : []),
    ...(ended > 0 ? [`${active > 0 ? ended : countOf(ended, 'alert')} ended`] : []),
  ];
  const of = digest
    ? ' (digest of messages above the limit)'
    : labelText(labels) && ` (${labelText(labels)})`;
  return `${states.join(', ')}${of}`;
}

function groupOf({ labels, active, ended, digest }: GroupParts): AlertGroup {
  const all = [...active, ...ended];
  return {
    ...{ labels, active: sizeOf(active), ended: sizeOf(ended) },
    alerts: all.slice(0, mostListed).map(alertOf),
    more: Math.max(0, all.length - mostListed),
    ...(digest && { digest }),
  };
}

/** A digest may hold messages about groups. */
const sizeOf = (all: readonly Notification[]) =>
  all.reduce((sum, { group }) => sum + (group?.active || group?.ended || 1), 0);

function alertOf({ episode, transition }: Notification): GroupedAlert {
  return {
    ...{ id: episode.id, rule: episode.rule, group: episode.group, severity: episode.severity },
    ...{ status: transition.to, message: cutToLength(transition.message, longestLine), start: episode.start },
    ...(episode.end !== undefined && { end: episode.end }),
  };
}

function messageOf(group: AlertGroup, note: string | undefined): string {
  const lines = group.alerts.map(
    ({ message, status }) => `${status === 'inactive' ? 'ended: ' : ''}${message}`,
  );
  const more = group.more > 0 ? [`… and ${group.more} more`] : [];
  return [groupTitle(group), ...(note === undefined ? [] : [note]), ...lines, ...more].join('\n');
}

function episodeOf(main: Episode, transition: Transition, shown: readonly Notification[]): Episode {
  const starts = shown.map(({ episode }) => episode.start);
  const ends = shown.map(({ episode }) => episode.end ?? episode.updated);
  const isOver = transition.to === 'inactive';
  return {
    ...main,
    ...{ id: transition.episode, rule: transition.rule, group: transition.group, by: transition.by },
    ...{
      status: transition.to,
      message: transition.message,
      count: shown.length,
      start: Math.min(...starts),
    },
    end: isOver ? Math.max(...ends) : undefined,
  };
}

const rankOf = ({ transition: { severity } }: Notification) => severities.indexOf(severity);
const worse = (one: Notification, other: Notification) => (rankOf(other) > rankOf(one) ? other : one);

/** The rule that all have in common, or how many rules they are of. */
function ruleOf(all: readonly Notification[]): string {
  const rules = new Set(all.map(({ episode }) => episode.rule));
  return rules.size === 1 ? [...rules][0]! : `${rules.size} rules`;
}

function recipientsOf(all: readonly Notification[]): Pick<Notification, 'recipients'> {
  const recipients = [...new Set(all.flatMap((one) => one.recipients ?? []))];
  return recipients.length === 0 ? {} : { recipients };
}

const labelText = (labels: Record<string, string>): string =>
  Object.entries(labels)
    .map(([name, value]) => `${name}=${value}`)
    .join(', ');

/** A message about one alert: the notification itself, under an id of its own where it is a repetition. */
export function singleMessage(
  notification: Notification,
  notifier: string,
  again?: { number: number; note: string },
): Notification {
  const { transition } = notification;
  const suffix = again === undefined ? '' : `-again-${again.number}`;
  return {
    ...notification,
    ...{ id: `${transition.id}-${notifier}${suffix}`, notifier },
    ...(again && { note: again.note }),
  };
}

/** The acknowledgement as a message to a notifier that knows of the alert. */
export function acknowledgementMessage(
  notification: Notification,
  notifier: string,
  acknowledgement: NonNullable<Notification['acknowledgement']>,
): Notification {
  const id = `${notification.transition.id}-${notifier}-acknowledged-${ackTime(acknowledgement.at)}`;
  return { ...notification, id, notifier, acknowledgement };
}

const ackTime = (at: Millis) => new Date(at).toISOString();
