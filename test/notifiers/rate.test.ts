import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Notification } from '../../src/model.ts';
import { DeliveryLoop } from '../../src/notifiers/delivery-loop.ts';
import { Outbox } from '../../src/notifiers/outbox.ts';
import { digestOf, recentTimes } from '../../src/notifiers/rate.ts';
import { notifierTelemetry } from '../../src/telemetry/components/notifiers.ts';
import { silentInstruments } from '../../src/telemetry/metrics.ts';
import { eventually } from '../support/eventually.ts';
import { aFolder } from '../support/folder.ts';
import { aNotification } from '../support/rules/alerts.ts';

const numbered = (number: number): Notification => {
  const id = `burst|web-${number}|1`;
  const one = aNotification('ops', number, { episode: id, group: `web-${number}` });
  return { ...one, episode: { ...one.episode, id } };
};

/** A notifier with a limit over a real outbox. `at`: when each message was sent. */
function setUp(limit: { messages: number; per: number }, outbox = new Outbox(aFolder()), now = Date.now) {
  const sent: Notification[] = [];
  const at: number[] = [];
  const notifier = {
    ...{ name: 'ops', timeout: 5_000, giveUpAfter: 86_400_000, rateLimit: limit },
    async send(notification: Notification) {
      at.push(now());
      sent.push(notification);
      return { answer: 'ok' };
    },
  };
  const telemetry = notifierTelemetry(silentInstruments());
  const loop = new DeliveryLoop({ notifier, outbox, telemetry, now });
  onTestFinished(async () => {
    await loop.stop();
    await outbox.close();
  });
  const count = () => sent.reduce((sum, { group }) => sum + (group ? group.active + group.ended : 1), 0);
  return { outbox, loop, sent, at, count };
}

describe('the limit of messages', () => {
  it('makes the last message of the time a digest of all that waits', async () => {
    const { outbox, loop, sent, count } = setUp({ messages: 3, per: 3_600_000 });
    await outbox.putAll(
      Array.from({ length: 10 }, (_, number) => numbered(number)),
      [],
      Date.now(),
    );
    loop.start();
    await eventually(() => expect(outbox.pending).toBe(0));
    expect(sent.map(({ group }) => group?.active)).toEqual([undefined, undefined, 8]);
    expect(sent[2]!.transition.message).toContain(
      '8 notifications are in this message, because ops may send no more',
    );
    expect(count()).toBe(10);
  });

  it('holds further ones back until the time is over, also after a restart', async () => {
    const folder = aFolder();
    const before = setUp({ messages: 1, per: 400 }, new Outbox(folder));
    await before.outbox.putAll([numbered(1)], [], Date.now());
    before.loop.start();
    await eventually(() => expect(before.outbox.pending).toBe(0));
    await before.loop.stop();
    const [since] = before.outbox.rateOf('ops')!.times;
    const times: number[] = [];
    const after = setUp({ messages: 1, per: 400 }, new Outbox(folder));
    await after.outbox.putAll([numbered(2), numbered(3)], [], Date.now());
    after.loop.start();
    await eventually(() => {
      if (after.sent.length > 0) times.push(Date.now());
      expect(after.outbox.pending).toBe(0);
    });
    expect(after.sent.map(({ group }) => group?.active)).toEqual([2]);
    expect(times[0]! - since!).toBeGreaterThanOrEqual(400);
  });

  it('states of each alert the latest', () => {
    const entries = [1, 2, 3].map((number) => ({ number, notification: numbered(number) }));
    const { transition } = entries[1]!.notification;
    const over = { ...entries[1]!.notification, transition: { ...transition, to: 'inactive' as const } };
    const { group } = digestOf([...entries, { number: 4, notification: over }], 'ops');
    expect(group).toMatchObject({ active: 2, ended: 1, digest: true });
  });

  it.each<[string, number, number[]]>([
    ['counts every message within the time', 1_500, [600, 1_000, 1_400]],
    ['counts a message for as long as the time, whenever others were sent', 1_700, [1_000, 1_400]],
    ['forgets a message when the time has passed since it', 2_000, [1_400]],
    ['forgets all after the time without a message', 2_400, []],
    ['does not count what lies ahead because the clock was set back', 700, [600]],
  ])('%s', (_, now, counted) => {
    expect(recentTimes({ times: [600, 1_000, 1_400] }, { per: 1_000 }, now)).toEqual(counted);
  });

  it('lets no stretch of the time have more messages than the limit, wherever it begins', () => {
    const pauses = fc.array(fc.integer({ min: 0, max: 150 }), { minLength: 1, maxLength: 60 });
    const cases = fc.property(pauses, fc.integer({ min: 1, max: 5 }), (offsets, messages) => {
      const sent: number[] = [];
      let now = 0;
      for (const offset of offsets) {
        now += offset;
        const times = recentTimes({ times: sent }, { per: 100 }, now);
        if (times.length < messages) sent.push(now);
      }
      for (const from of sent)
        expect(sent.filter((at) => at >= from && at < from + 100).length).toBeLessThanOrEqual(messages);
    });
    fc.assert(cases);
  });

  it('counts messages shortly before the end of a period together with those after it', async () => {
    let ahead = 0;
    const now = () => Date.now() + ahead;
    const { outbox, loop, sent, at } = setUp({ messages: 2, per: 400 }, new Outbox(aFolder()), now);
    loop.start();
    for (const [number, pause] of [0, 390, 20, 0].entries()) {
      ahead += pause;
      await outbox.put(numbered(number), now());
      loop.wake();
      await eventually(() => expect(sent.length).toBe(number + 1));
    }
    expect(at[3]! - at[1]!).toBeGreaterThanOrEqual(400);
  });

  it('sends 10,000 alerts that begin at once in a few messages, and each is counted', async () => {
    const { outbox, loop, sent, count } = setUp({ messages: 2, per: 500 });
    const all = Array.from({ length: 10_000 }, (_, number) => numbered(number));
    await outbox.putAll(all, [], Date.now());
    loop.start();
    await eventually(() => expect(outbox.pending).toBe(0), { timeout: 30_000 });
    expect(count()).toBe(10_000);
    expect(sent.length).toBeLessThan(8);
    expect(Math.max(...sent.map((one) => JSON.stringify(one).length))).toBeLessThan(20_000);
  });
});
