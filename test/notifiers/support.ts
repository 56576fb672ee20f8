import { onTestFinished } from 'vitest';
import type { Transition } from '../../src/model.ts';
import { DeliveryLoop } from '../../src/notifiers/delivery-loop.ts';
import type { Notifier, Receipt } from '../../src/notifiers/notifier.ts';
import { Outbox } from '../../src/notifiers/outbox.ts';
import { notifierTelemetry } from '../../src/telemetry/components/notifiers.ts';
import { silentInstruments } from '../../src/telemetry/metrics.ts';
import { aFolder } from '../support/folder.ts';
import { aNotification } from '../support/rules/alerts.ts';

export type Send = (...given: Parameters<Notifier['send']>) => Promise<Receipt | undefined>;

/** A notifier whose peer answers `ok` unless `send` says otherwise. */
export function aNotifier(name: string, send: Send, giveUpAfter = 60_000): Notifier {
  return {
    ...{ name, timeout: 5_000, giveUpAfter },
    send: async (...given) => (await send(...given)) ?? { answer: 'ok' },
  };
}

/** Delivery loops over a real outbox; back-off pauses shrink to nothing because the clock is the test's. */
export function setUp(
  notifiers: Notifier[],
  clock: { now: number; stands?: boolean } = { now: 0 },
  outbox = new Outbox(aFolder()),
) {
  const instruments = silentInstruments();
  const telemetry = notifierTelemetry(instruments);
  const refuseWrites = { left: 0 };
  const flakyOutbox = {
    next: (...asked: Parameters<Outbox['next']>) => outbox.next(...asked),
    oldest: (name: string, limit: number) => outbox.oldest(name, limit),
    rateOf: (name: string) => outbox.rateOf(name),
    combine: (...combined: Parameters<Outbox['combine']>) => outbox.combine(...combined),
    recordOf: (name: string, episode: string) => outbox.recordOf(name, episode),
    remove: async (...removed: Parameters<Outbox['remove']>) => {
      if (refuseWrites.left-- > 0) throw new Error('no space left on device');
      await outbox.remove(...removed);
    },
    postpone: async (...[entry, reason, notBefore, reached]: Parameters<Outbox['postpone']>) => {
      await outbox.postpone(entry, reason, notBefore, reached);
      if (!clock.stands) clock.now = Math.max(clock.now, notBefore);
    },
  };
  const loops = notifiers.map(
    (notifier) =>
      new DeliveryLoop({ notifier, outbox: flakyOutbox, telemetry, now: () => clock.now, random: () => 0.5 }),
  );
  for (const loop of loops) loop.start();
  const stop = async () => {
    await Promise.all(loops.map((loop) => loop.stop()));
    await outbox.close();
  };
  onTestFinished(() => stop().catch(() => undefined));
  const put = async (name: string, number: number, changes: Partial<Transition> = {}) => {
    await outbox.put(aNotification(name, number, changes), clock.now);
    for (const loop of loops) loop.wake();
  };
  return { outbox, put, loops, clock, instruments, refuseWrites };
}

export async function eventually(check: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await check())) await new Promise((resolve) => setTimeout(resolve, 5));
}
