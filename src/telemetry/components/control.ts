import { Counter, Gauge } from 'prom-client';
import type { Suppression } from '../../model.ts';
import type { Instruments } from '../metrics.ts';

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
  return {
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
