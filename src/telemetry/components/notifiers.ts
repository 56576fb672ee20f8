import { Counter, Gauge } from 'prom-client';
import type { Millis, Suppression } from '../../model.ts';
import type { Instruments } from '../metrics.ts';

/** Log lines and metrics of the notifiers. */
export function notifierTelemetry({ log, metrics }: Instruments) {
  const registers = [metrics];
  const notifications = new Counter({
    name: 'logboom_notifications_total',
    help: 'Attempts at notifications by notifier and outcome.',
    labelNames: ['notifier', 'outcome'] as const,
    registers,
  });
  const pending = new Gauge({
    name: 'logboom_notifications_pending',
    help: 'Notifications that wait to be delivered.',
    registers,
  });
  return {
    delivered(notifier: string, id: string, attempts: number): void {
      notifications.inc({ notifier, outcome: 'delivered' });
      const again = attempts > 0 ? ` after ${attempts} failed attempts` : '';
      log.info({ notifier, notification: id }, `notification delivered by ${notifier}${again}`);
    },
    /** The first failure for a reason is a warning, the following ones are debug messages. */
    failed(notifier: string, id: string, reason: string, pause: Millis, known: boolean): void {
      notifications.inc({ notifier, outcome: 'failed' });
      const line = `${notifier} did not take a notification: ${reason}; it is tried again in ${Math.round(pause / 1000)} s`;
      log[known ? 'debug' : 'warn']({ notifier, notification: id }, line);
    },
    /** Only the operator can repair it: one error for each reason, and the message waits. */
    misconfigured(notifier: string, id: string, reason: string, pause: Millis, known: boolean): void {
      notifications.inc({ notifier, outcome: 'misconfigured' });
      const line = `${notifier} cannot deliver as it is set up: ${reason}. Messages wait for it; the next try is in ${Math.round(pause / 1000)} s`;
      log[known ? 'debug' : 'error']({ notifier, notification: id }, line);
    },
    /** Some recipients get it, the others never will. */
    partial(notifier: string, id: string, refused: string): void {
      notifications.inc({ notifier, outcome: 'partly refused' });
      log.error({ notifier, notification: id }, `${notifier} delivered a notification in part: ${refused}`);
    },
    /** The limit of messages is reached: what waits is sent as one message. */
    combined(notifier: string, count: number): void {
      notifications.inc({ notifier, outcome: 'combined' }, count);
      log.warn(
        { notifier },
        `${notifier} reached its limit of messages: ${count} notifications become one digest`,
      );
    },
    /** The open alerts were not sent to the peer again; the first failure for a reason is a warning. */
    notRefreshed(notifier: string, reason: string, known: boolean): void {
      notifications.inc({ notifier, outcome: 'not refreshed' });
      log[known ? 'debug' : 'warn'](
        { notifier },
        `${notifier} did not take the repeated open alerts: ${reason}`,
      );
    },
    refused(notifier: string, id: string, reason: string): void {
      notifications.inc({ notifier, outcome: 'refused' });
      log.error(
        { notifier, notification: id },
        `${notifier} refused a notification for good: ${reason}; it is dropped`,
      );
    },
    expired(notifier: string, id: string, reason: string | undefined): void {
      notifications.inc({ notifier, outcome: 'expired' });
      const because = reason === undefined ? '' : ` (last: ${reason})`;
      log.error(
        { notifier, notification: id },
        `a notification for ${notifier} grew too old and is dropped${because}`,
      );
    },
    unknown(notifier: string, id: string): void {
      notifications.inc({ notifier, outcome: 'unknown' });
      log.error(
        { notifier, notification: id },
        `there is no notifier ${notifier} any more; its notification is dropped`,
      );
    },
    /** The outcome of a delivery could not be written to the outbox, as on a full disk. */
    unwritten(notifier: string, reason: string): void {
      notifications.inc({ notifier, outcome: 'unwritten' });
      log.error({ notifier }, `cannot note what became of a notification for ${notifier}: ${reason}`);
    },
    pending(count: number): void {
      pending.set(count);
    },
  };
}

export type NotifierTelemetry = ReturnType<typeof notifierTelemetry>;

/** Log lines and metrics of noise control. */
export function controlTelemetry({ log, metrics }: Instruments) {
  const registers = [metrics];
  const suppressed = new Counter({
    name: 'logboom_notifications_suppressed_total',
    help: 'Decisions not to notify now, by what led to them.',
    labelNames: ['by'] as const,
    registers,
  });
  const groups = new Gauge({
    name: 'logboom_notification_groups',
    help: 'Groups of alerts within routes.',
    registers,
  });
  const waiting = new Gauge({
    name: 'logboom_notification_groups_waiting',
    help: 'Groups in which an alert waits because something keeps it from notifying.',
    registers,
  });
  const slow = new Gauge({
    name: 'logboom_slow_matchers',
    help: 'Matchers whose regular expressions used up their time for a value since the start.',
    registers,
  });
  let slowKnown = 0;
  return {
    slowMatchers(count: number): void {
      slow.set(count);
      if (count > slowKnown)
        log.warn(
          'a matcher of a route, inhibition, silence or maintenance window used up its time for a value and does not match it: ' +
            'logboom status names it. Write the expression without look-around and back-references.',
        );
      slowKnown = count;
    },
    suppressed(by: Suppression['by']): void {
      suppressed.inc({ by });
    },
    groups(all: number, held: number): void {
      groups.set(all);
      waiting.set(held);
    },
    /** The outbox could not be written, as on a full disk. */
    failed(reason: string): void {
      log.error(`cannot route notifications: ${reason}; it is tried again`);
    },
    silenced(id: string, author: string, comment: string): void {
      log.info({ silence: id }, `silence ${id} begins, by ${author}: ${comment}`);
    },
    silenceEnded(id: string, reason: string): void {
      log.info({ silence: id }, `silence ${id} ends: ${reason}`);
    },
  };
}

export type ControlTelemetry = ReturnType<typeof controlTelemetry>;
