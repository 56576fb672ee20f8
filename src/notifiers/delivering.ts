import { isDeepStrictEqual } from 'node:util';
import type { Config } from '../config/schema/schema.ts';
import { messageOf } from '../errors.ts';
import type { Millis, Notification } from '../model.ts';
import type { Instruments } from '../telemetry/instruments.ts';
import { notifierTelemetry } from '../telemetry/notifiers.ts';
import { Lane, type WaitingMessages } from './delivery.ts';
import { createNotifiers } from './notifiers.ts';
import { type Entry, openOutbox } from './outbox.ts';

export interface Delivering {
  /** Puts a message into the outbox; one that was put before is not taken again. */
  put(notification: Notification): Promise<void>;
  /** There may be new messages in the outbox. */
  wake(): void;
  pendingFor(notifier: string): number;
  /** Why a notifier's first message does not leave, and since when it waits. */
  failing(notifier: string): { reason: string; since: Millis } | undefined;
  /** Goes on by other settings. Messages that wait go out by them; those for a notifier that is gone are dropped. */
  reload(configs: Config['notifiers']): Promise<void>;
  stop(): Promise<void>;
}

/** Starts to carry messages out of the outbox, each notifier in a lane of its own. */
export async function startDelivering(
  configs: Config['notifiers'],
  folder: string,
  instruments: Instruments,
): Promise<Delivering> {
  const telemetry = notifierTelemetry(instruments);
  const outbox = openOutbox(folder);
  const told = () => telemetry.pending(outbox.pending);
  const lanes = new Map<string, { settings: unknown; lane: Lane<Entry> }>();
  const messages: WaitingMessages<Entry> = {
    first: (notifier) => outbox.first(notifier),
    settled: (entry) => outbox.settled(entry).then(told),
    failed: (entry, reason, notBefore) => outbox.failed(entry, reason, notBefore),
  };
  let known: ReadonlySet<string> = new Set();
  let dropped: Promise<void> = Promise.resolve();
  await reload(configs);

  /** A lane whose settings stay goes on; another one breaks off what it has in hand, and the next takes that up. */
  async function reload(next: Config['notifiers']): Promise<void> {
    const notifiers = createNotifiers(next, instruments);
    known = new Set(notifiers.keys());
    const stays = (name: string, settings: unknown) =>
      known.has(name) && isDeepStrictEqual(settings, next[name]);
    const leaving = [...lanes].filter(([name, { settings }]) => !stays(name, settings));
    for (const [name] of leaving) lanes.delete(name);
    await Promise.all(leaving.map(([, { lane }]) => lane.stop()));
    for (const [name, notifier] of notifiers) {
      if (lanes.has(name)) continue;
      const lane = new Lane({ notifier, messages, telemetry });
      lanes.set(name, { settings: next[name], lane });
      lane.start();
    }
    await dropUnknown();
    told();
  }

  function dropUnknown(): Promise<void> {
    dropped = dropped.then(drop);
    return dropped;
  }

  /** Messages for a notifier that was taken out of the configuration can never leave. On a full disk they stay. */
  async function drop(): Promise<void> {
    for (const name of outbox.notifiers()) {
      if (known.has(name)) continue;
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
      for (const { lane } of lanes.values()) lane.wake();
      // An alert may have ended after its notifier was gone.
      void dropUnknown();
    },
    reload,
    pendingFor: (notifier) => outbox.pendingFor(notifier),
    failing(notifier) {
      const { lastError: reason, since } = outbox.first(notifier) ?? { lastError: undefined, since: 0 };
      return reason === undefined ? undefined : { reason, since };
    },
    async stop() {
      await Promise.all([...lanes.values()].map(({ lane }) => lane.stop()));
      await dropped;
      await outbox.close();
    },
  };
}
