import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Outbox } from '../../src/notifiers/outbox.ts';
import { aFolder } from '../support/folder.ts';
import { aNotification } from '../support/rules/alerts.ts';

function anOutbox(folder = aFolder()): Outbox {
  const outbox = new Outbox(folder);
  onTestFinished(() => outbox.close().catch(() => undefined));
  return outbox;
}

describe('the outbox', () => {
  it('keeps messages of a notifier in the order in which they were put', async () => {
    const outbox = anOutbox();
    for (const number of [1, 2, 3]) await outbox.put(aNotification('slack', number), number);
    const order: string[] = [];
    for (let entry = outbox.first('slack'); entry; entry = outbox.first('slack')) {
      order.push(entry.notification.id);
      await outbox.remove(entry);
    }
    expect(order).toEqual(['n1-slack', 'n2-slack', 'n3-slack']);
    expect(outbox.pending).toBe(0);
  });

  it('keeps each notifier’s messages apart', async () => {
    const outbox = anOutbox();
    await outbox.put(aNotification('slack', 1), 0);
    await outbox.put(aNotification('mail', 2), 0);
    await outbox.put(aNotification('slacker', 3), 0);
    expect(outbox.notifiers()).toEqual(['mail', 'slack', 'slacker']);
    expect(outbox.first('mail')?.notification.id).toBe('n2-mail');
    expect(outbox.first('slack')?.notification.id).toBe('n1-slack');
    expect(outbox.first('none')).toBeUndefined();
  });

  it('takes a message once, however often a replay puts it', async () => {
    const outbox = anOutbox();
    await outbox.put(aNotification('slack'), 0);
    await outbox.put(aNotification('slack'), 0);
    expect(outbox.pending).toBe(1);
    await outbox.remove(outbox.first('slack')!);
    await outbox.put(aNotification('slack'), 0);
    expect(outbox.pending).toBe(0);
  });

  it('takes messages of two threads at once, each once and under a number of its own', async () => {
    const folder = aFolder();
    const outbox = anOutbox(folder);
    const numbers = (from: number) => Array.from({ length: 200 }, (_, i) => from + i);
    const theirs = [...numbers(0), ...numbers(1_000)].map((number) => aNotification('ops', number));
    const file = new URL('../alerts/fixtures/put-messages.mjs', import.meta.url);
    const thread = new Worker(file, { workerData: { folder, notifications: theirs } });
    const ended = once(thread, 'exit');
    for (const number of [...numbers(0), ...numbers(2_000)])
      await outbox.put(aNotification('ops', number), 0);
    expect(await ended).toEqual([0]);
    const ids = new Set<string>();
    const places = new Set<number>();
    for (let entry = outbox.first('ops'); entry; entry = outbox.first('ops')) {
      ids.add(entry.notification.id);
      places.add(entry.number);
      await outbox.remove(entry);
    }
    expect([ids.size, places.size]).toEqual([600, 600]);
  });

  it('remembers attempts, the reason of the last and when to try again', async () => {
    const outbox = anOutbox();
    await outbox.put(aNotification('slack'), 5);
    await outbox.postpone(outbox.first('slack')!, 'it answered 503', 1_000);
    await outbox.postpone(outbox.first('slack')!, 'it answered 500', 3_000);
    expect(outbox.first('slack')).toMatchObject({
      since: 5,
      attempts: 2,
      notBefore: 3_000,
      lastError: 'it answered 500',
    });
  });

  it('has everything after a restart, and still knows what was delivered', async () => {
    const folder = aFolder();
    const before = new Outbox(folder);
    for (const number of [1, 2]) await before.put(aNotification('slack', number), 0);
    await before.remove(before.first('slack')!);
    await before.close();
    const after = anOutbox(folder);
    expect(after.first('slack')?.notification).toEqual(aNotification('slack', 2));
    await after.put(aNotification('slack', 1), 0);
    expect(after.pending).toBe(1);
  });

  it('shows a second reader in the same process what the first one put', async () => {
    const folder = aFolder();
    const [writer, reader] = [anOutbox(folder), anOutbox(folder)];
    expect(reader.first('slack')).toBeUndefined();
    await writer.put(aNotification('slack'), 0);
    expect(reader.first('slack')?.notification.id).toBe('n1-slack');
  });

  describe('about an episode', () => {
    const over = (number: number) => aNotification('slack', number, { from: 'active', to: 'inactive' });

    it('keeps what a notifier knows, until the notification of its end is removed', async () => {
      const outbox = anOutbox();
      const record = { thread: '17.1', last: aNotification('slack', 1) };
      await outbox.put(aNotification('slack', 1), 0);
      await outbox.remove(outbox.first('slack')!, { record });
      expect(outbox.recordOf('slack', 'burst|web-1|1')).toEqual(record);
      expect([...outbox.openFor('slack')]).toEqual([aNotification('slack', 1)]);
      expect([...outbox.openFor('slac')]).toEqual([]);
      await outbox.put(over(2), 0);
      await outbox.remove(outbox.first('slack')!, { record });
      expect(outbox.recordOf('slack', 'burst|web-1|1')).toBeUndefined();
    });

    it('has it after a restart', async () => {
      const folder = aFolder();
      const before = new Outbox(folder);
      await before.put(aNotification('slack', 1), 0);
      await before.remove(before.first('slack')!, { record: { thread: '17.1' } });
      await before.close();
      expect(anOutbox(folder).recordOf('slack', 'burst|web-1|1')).toEqual({ thread: '17.1' });
    });

    it('forgets it with the notifier', async () => {
      const outbox = anOutbox();
      await outbox.put(aNotification('slack', 1), 0);
      await outbox.remove(outbox.first('slack')!, { record: { thread: '17.1' } });
      await outbox.forgetEpisodes('slack');
      expect(outbox.recordOf('slack', 'burst|web-1|1')).toBeUndefined();
    });
  });

  it('remembers whom failed attempts reached', async () => {
    const outbox = anOutbox();
    await outbox.put(aNotification('mail'), 5);
    await outbox.postpone(outbox.first('mail')!, 'greylisted', 1_000, ['ann@example.com']);
    await outbox.postpone(outbox.first('mail')!, 'greylisted', 2_000, ['bob@example.com']);
    expect(outbox.first('mail')?.reached).toEqual(['ann@example.com', 'bob@example.com']);
  });
});

describe('the handling of an alert', () => {
  const noted = async (outcome: Parameters<Outbox['remove']>[1]) => {
    const outbox = anOutbox();
    const notification = aNotification('slack', 1);
    await outbox.putAll([notification], [notification.episode], 0);
    await outbox.remove(outbox.first('slack')!, outcome);
    return outbox.alerts.handlingOf(notification.episode.id)?.notified;
  };

  it('says who accepted a message about it', async () => {
    expect(await noted({ notified: { at: 7 } })).toEqual([{ notifier: 'slack', at: 7, status: 'active' }]);
  });

  it('says who refused one, and why', async () => {
    const refused = 'no such channel';
    expect(await noted({ notified: { at: 7, refused } })).toMatchObject([{ notifier: 'slack', refused }]);
  });

  it.each([0, 1, 2, 4, 8])(
    'loses nothing where it changes while an outcome is noted, %i turns later',
    async (turns) => {
      for (let round = 0; round < 5; round += 1) {
        const outbox = anOutbox();
        const notification = aNotification('slack');
        await outbox.put(notification, 0);
        const entry = outbox.first('slack')!;
        const { id } = notification.episode;
        const verdict = { verdict: 'true', by: 'ann', at: 5 } as const;
        const judged = outbox.transaction(() => outbox.alerts.handle(id, { verdict }));
        for (let turn = 0; turn < turns; turn += 1) await setImmediate();
        await outbox.remove(entry, { notified: { at: 7 } });
        await judged;
        expect(outbox.alerts.handlingOf(id)).toMatchObject({
          verdict,
          notified: [{ notifier: 'slack', at: 7, status: 'active' }],
          revision: 2,
        });
      }
    },
  );

  it('says nothing of messages that were dropped with their notifier', async () => {
    expect(await noted({})).toBeUndefined();
  });

  it('is not kept for alerts that are not known', async () => {
    const outbox = anOutbox();
    await outbox.transaction(() => outbox.add(aNotification('slack', 1), 0));
    await outbox.remove(outbox.first('slack')!, { notified: { at: 7 } });
    expect(outbox.alerts.handlingOf('burst|web-1|1')).toBeUndefined();
  });

  it('is that of each alert that a message lists', async () => {
    const outbox = anOutbox();
    const one = aNotification('slack', 1);
    const other = { ...one.episode, id: 'other' };
    const listed = [one.episode, other].map(({ id }) => ({
      ...{
        id,
        rule: 'burst',
        group: '',
        severity: 'high' as const,
        status: 'active' as const,
        message: 'm',
        start: 0,
      },
    }));
    const group = { labels: {}, active: 2, ended: 0, alerts: listed, more: 0 };
    await outbox.putAll([{ ...one, group }], [one.episode, other], 0);
    await outbox.remove(outbox.first('slack')!, { notified: { at: 7 } });
    for (const { id } of listed) expect(outbox.alerts.handlingOf(id)?.notified).toHaveLength(1);
  });
});
