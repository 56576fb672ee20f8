import type { Episode, Millis, Notification } from '../../model.ts';
import type { ControlTelemetry } from '../../telemetry/components/notifiers.ts';
import type { Outbox } from '../outbox.ts';
import type { OutboxEntry } from '../outbox-entry.ts';
import { flush } from './flush.ts';
import { singleMessage } from './group-message.ts';
import { type Group, GroupStore, isOpen, never } from './group-store.ts';
import type { OpenAlerts } from './inhibition.ts';
import { labelsOf } from './matcher.ts';
import type { Policy } from './policy.ts';
import { groupKeyOf, groupLabelsOf, type Route, routesName } from './routes.ts';
import type { Silences } from './silences.ts';

interface GroupingParts {
  outbox: Outbox;
  silences: Silences;
  alerts: OpenAlerts;
  telemetry: ControlTelemetry;
  now: () => Millis;
}

/**
 * Takes notifications into groups and sends what groups have to say, within transactions of the dispatcher. What it reads from disk
 * in a transaction is what the transaction wrote before.
 */
export class Grouping {
  readonly store: GroupStore;
  policy: Policy;
  readonly #parts: GroupingParts;

  constructor(parts: GroupingParts, policy: Policy) {
    this.#parts = parts;
    this.policy = policy;
    this.store = new GroupStore(parts.outbox);
  }

  /** Whether a notification of a rule's own notifier waits, or is to wait. */
  holds({ episode, transition, digest }: Notification, route: Route): boolean {
    if (digest) return true;
    const key = groupKeyOf(route, {}, episode.id);
    if (this.store.keysOf(episode.id).has(key)) return true;
    if (transition.to === 'inactive') return false;
    return this.#suppression(episode, route, this.#parts.now()) !== undefined;
  }

  #suppression(episode: Episode, route: Route, since: Millis) {
    const present = { silences: this.#parts.silences, alerts: this.#parts.alerts, now: this.#parts.now() };
    return this.policy.suppression(episode, route, since, present);
  }

  /** Takes notifications into the groups of their routes. */
  route(entries: readonly OutboxEntry[]): void {
    const { outbox, telemetry, now } = this.#parts;
    for (const entry of entries) {
      const { notification } = entry;
      outbox.take(entry);
      const routes = this.policy.routes.of(labelsOf(notification.episode));
      for (const route of routes)
        if (notification.digest) this.sendDigest(route, notification);
        else this.join(route, notification);
      if (routes.length > 0 || notification.transition.to === 'inactive') continue;
      telemetry.suppressed('no route');
      const reason = 'no route matches';
      outbox.alerts.suppressed(notification.episode.id, {
        by: 'no route',
        reason,
        notifier: routesName,
        at: now(),
      });
    }
  }

  /** A digest names episodes that are over, so it joins no group: it is sent now, or its alert says why it is not. */
  sendDigest(route: Route, notification: Notification): void {
    const { outbox, telemetry, now } = this.#parts;
    const { episode } = notification;
    const reason = this.#suppression(episode, { ...route, flappingWait: 0 }, now());
    for (const notifier of new Set(route.notify)) {
      const again = route.isDirect ? 'again' : 'passed';
      if (!reason) outbox.add(singleMessage(notification, notifier), now(), again);
      else outbox.alerts.suppressed(episode.id, { ...reason, notifier, at: now() });
    }
    if (reason) telemetry.suppressed(reason.by);
  }

  /** Takes a notification into its group. The end of an alert goes to all groups that it is in. Within a transaction. */
  join(route: Route, notification: Notification): void {
    const id = notification.episode.id;
    const labels = labelsOf(notification.episode);
    const key = groupKeyOf(route, labels, id);
    if (isOpen({ notification })) this.#update(key, route, notification);
    else for (const known of this.store.keysOf(id)) this.#update(known, undefined, notification);
  }

  #update(key: string, route: Route | undefined, notification: Notification): void {
    const now = this.#parts.now();
    const known = this.store.get(key);
    const by = route ?? this.policy.routes.byId(known?.route ?? '');
    const group = known ?? (route && begin(key, route, notification, now));
    if (!group) return;
    const member = this.store.memberOf(key, notification.episode.id) ?? { since: now };
    this.store.putMember(key, notification.episode.id, { ...member, notification });
    this.store.put({ ...group, due: Math.min(group.due, by ? dueAfterChange(group, by, now) : now) });
  }

  /** Sends what the group has to say now. */
  flush(key: string): void {
    const group = this.store.get(key);
    const route = group && this.policy.routes.byId(group.route);
    if (!group) this.store.remove(key);
    else if (!route) this.#routeAnew(group);
    else this.#send(group, route);
  }

  #send(group: Group, route: Route): void {
    const { key } = group;
    const { outbox, now, telemetry } = this.#parts;
    const flushed = flush({
      ...{ group, members: this.store.membersOf(key), route, now: now() },
      suppression: (episode, since) => this.#suppression(episode, route, since),
      isAcknowledged: (id) => outbox.alerts.handlingOf(id)?.acknowledged !== undefined,
    });
    for (const [id, member] of flushed.changes)
      if (member === undefined) this.store.removeMember(key, id);
      else this.store.putMember(key, id, member);
    if (flushed.group) this.store.put(flushed.group);
    else this.store.remove(key);
    for (const message of flushed.messages) outbox.add(message, now(), route.isDirect ? 'again' : 'passed');
    for (const [id, suppression] of flushed.suppressed) {
      telemetry.suppressed(suppression.by);
      outbox.alerts.suppressed(id, suppression);
    }
    const next = this.policy.routes.named(route.escalate?.to ?? '');
    if (next) for (const notification of flushed.escalated) this.join(next, notification);
  }

  /** A reload removed the route of the group. Its open alerts take the routes that there are now. */
  #routeAnew({ key }: Group): void {
    for (const [id, member] of this.store.membersOf(key)) {
      this.store.removeMember(key, id);
      if (!isOpen(member)) continue;
      for (const route of this.policy.routes.of(labelsOf(member.notification.episode)))
        this.join(route, member.notification);
    }
    this.store.remove(key);
  }

  /** Notifiers that routes notified of the alert. */
  notifiersOf(episode: string): string[] {
    return [...this.store.keysOf(episode)].flatMap((key) => {
      const route = this.policy.routes.byId(this.store.get(key)?.route ?? '');
      const isTold = this.store.memberOf(key, episode)?.sent !== undefined;
      // A message about a group has a thread and an incident of its own, which one acknowledged alert does not change.
      return isTold && route?.groupBy === undefined ? [...(route?.notify ?? [])] : [];
    });
  }
}

function begin(key: string, route: Route, { episode }: Notification, now: Millis): Group {
  const labels = groupLabelsOf(route, labelsOf(episode));
  const thread = `group~${key}~${new Date(now).toISOString()}`;
  return { ...{ key, labels, thread, due: never, waiting: false, messages: 0, repeats: 0 }, route: route.id };
}

/** The first message waits for `group_wait`, later ones for the interval since the last. An alert alone does not wait for itself. */
function dueAfterChange({ messages, sentAt }: Group, route: Route, now: Millis): Millis {
  if (messages === 0) return now + route.groupWait;
  return route.groupBy === undefined ? now : Math.max(now, (sentAt ?? now) + route.groupInterval);
}
