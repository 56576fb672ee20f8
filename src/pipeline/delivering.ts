import { type Entry, openOutbox } from '../alerts/outbox.ts';
import type { Config } from '../config/schema.ts';
import { messageOf } from '../errors.ts';
import type { Millis, Notification } from '../model.ts';
import { Lane, type WaitingMessages } from '../notifiers/delivery.ts';
import { createNotifiers } from '../notifiers/notifiers.ts';
import type { Instruments } from '../telemetry/instruments.ts';
import { notifierTelemetry } from '../telemetry/notifiers.ts';

export interface Delivering {
  /** Puts a message into the outbox; one that was put before is not taken again. */
  put(notification: Notification): Promise<void>;
  /** There may be new messages in the outbox. */
  wake(): void;
  pendingFor(notifier: string): number;
  /** Why a notifier's first message does not leave, and since when it waits. */
  failing(notifier: string): { reason: string; since: Millis } | undefined;
  stop(): Promise<void>;
}

/** Starts to carry messages out of the outbox, each notifier in a lane of its own. */
export async function startDelivering(
  configs: Config['notifiers'],
  folder: string,
  instruments: Instruments,
): Promise<Delivering> {
  const telemetry = notifierTelemetry(instruments);
  const notifiers = createNotifiers(configs, instruments);
  const outbox = openOutbox(folder);
  const told = () => telemetry.pending(outbox.pending);
  const messages: WaitingMessages<Entry> = {
    first: (notifier) => outbox.first(notifier),
    settled: (entry) => outbox.settled(entry).then(told),
    failed: (entry, reason, notBefore) => outbox.failed(entry, reason, notBefore),
  };
  await dropUnknown();
  told();
  const lanes = [...notifiers.values()].map((notifier) => new Lane({ notifier, messages, telemetry }));
  for (const lane of lanes) lane.start();

  /** Messages for a notifier that was taken out of the configuration can never leave. On a full disk they stay. */
  async function dropUnknown(): Promise<void> {
    for (const name of outbox.notifiers()) {
      if (notifiers.has(name)) continue;
      for (let entry = outbox.first(name); entry; entry = outbox.first(name)) {
        const failure = await outbox.settled(entry).then(() => undefined, messageOf);
        if (failure !== undefined) return telemetry.unwritten(name, failure);
        telemetry.unknown(name, entry.notification.id);
      }
    }
  }

  return {
    put: (notification) => outbox.put(notification, Date.now()),
    wake() {
      told();
      for (const lane of lanes) lane.wake();
    },
    pendingFor: (notifier) => outbox.pendingFor(notifier),
    failing(notifier) {
      const { lastError: reason, since } = outbox.first(notifier) ?? { lastError: undefined, since: 0 };
      return reason === undefined ? undefined : { reason, since };
    },
    async stop() {
      await Promise.all(lanes.map((lane) => lane.stop()));
      await outbox.close();
    },
  };
}
