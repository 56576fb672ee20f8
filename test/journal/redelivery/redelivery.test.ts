import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { Position } from '../../../src/model.ts';
import { anEvent, clock, events, journaled, startRedelivery } from '../../support/journal/redelivery.ts';
import { awaitedLater } from '../../support/lumberjack/shipper.ts';
import { shuffledKeys } from '../../support/lumberjack/shuffled-keys.ts';
import { eventually, isSettled, opened, temporaryFolder } from '../support.ts';

async function aScene(settings: Parameters<typeof startRedelivery>[2] = {}) {
  const folder = temporaryFolder();
  const journal = await opened(folder);
  const scene = await startRedelivery(journal, folder, settings);
  return { ...scene, folder, journal, kept: () => journaled(folder) };
}

const anew = (documents: string[]) =>
  documents.map((document, i) => JSON.stringify(shuffledKeys(JSON.parse(document), () => (i * 7919) % 5)));

describe('what was on its way when a connection died', () => {
  it('is kept once when it is sent again on another connection', async () => {
    const { send, die, kept } = await aScene();
    await send('a', events(0, 100));
    die('a');
    await send('b', events(0, 100));
    expect(kept()).toEqual(events(0, 100));
  });

  it('is recognised though it is encoded anew', async () => {
    const { send, die, kept } = await aScene();
    await send('a', events(0, 100));
    die('a');
    expect(anew(events(0, 100))).not.toEqual(events(0, 100));
    await send('b', anew(events(0, 100)));
    expect(kept()).toEqual(events(0, 100));
  });

  it.each([
    ['in smaller windows', [events(0, 30), events(30, 60), events(60, 100)]],
    ['in one with what comes after it', [events(0, 150)]],
    ['in windows that begin elsewhere', [events(50, 120), events(0, 50), events(120, 150)]],
  ])('is recognised %s', async (_, windows) => {
    const { send, die, kept } = await aScene();
    await send('a', events(0, 100));
    die('a');
    for (const window of windows) await send('b', window);
    expect(kept().filter((document) => events(0, 100).includes(document))).toEqual(events(0, 100));
    expect(new Set(kept())).toEqual(new Set(windows.flat()));
    expect(kept()).toHaveLength(new Set(windows.flat()).size);
  });

  it('is recognised each time that it comes again, however often connections die', async () => {
    const { send, die, kept } = await aScene();
    for (const connection of ['a', 'b', 'c', 'd']) {
      await send(connection, events(0, 10));
      await send(connection, events(10, 20));
      die(connection);
    }
    expect(kept()).toEqual(events(0, 20));
  });

  it('may come again together with what had been recognised before', async () => {
    const { send, die, kept } = await aScene();
    await send('a', events(0, 10));
    die('a');
    await send('b', events(5, 15));
    die('b');
    await send('c', events(0, 20));
    expect(kept()).toEqual(events(0, 20));
  });

  it('is told in the log and in the metrics', async () => {
    const { send, die, lines, metric } = await aScene();
    await send('a', events(0, 10));
    die('a');
    await send('b', events(5, 15));
    expect(await metric('events_total')).toBe(5);
    expect(await metric('windows_total')).toBe(1);
    expect(await metric('remembered_events')).toBe(5);
    expect(lines).toContain(
      'b sends 5 of 10 events of a window again. They are acknowledged, and kept once.',
    );
  });

  it('is what the last windows held, and no more', async () => {
    const { send, die, kept } = await aScene({ windows: 2 });
    for (const n of [0, 1, 2]) await send('a', [anEvent(n)]);
    die('a');
    for (const n of [0, 1, 2]) await send('b', [anEvent(n)]);
    expect(kept()).toEqual([0, 1, 2, 0].map((n) => anEvent(n)));
  });
});

describe('a new event', () => {
  it('is kept though its connection is one of many that die', async () => {
    const { send, die, kept } = await aScene();
    for (let n = 0; n < 20; n += 1) {
      await send(`a${n}`, events(10 * n, 10 * n + 10));
      die(`a${n}`);
    }
    expect(kept()).toEqual(events(0, 200));
  });

  it('is kept where it has the time of one that was on its way', async () => {
    const { send, die, kept } = await aScene();
    await send('a', [anEvent(1)]);
    die('a');
    await send('b', [anEvent(1, { message: 'other' })]);
    expect(kept()).toHaveLength(2);
  });

  it('that is equal to several is dropped as often as these were on their way', async () => {
    const { send, die, kept } = await aScene();
    await send('a', [anEvent(1), anEvent(1), anEvent(2)]);
    die('a');
    await send('b', [anEvent(1), anEvent(1), anEvent(1), anEvent(2)]);
    expect(kept()).toEqual([anEvent(1), anEvent(1), anEvent(2), anEvent(1)]);
  });

  it('that tells no time is kept where the one equal to it has its ACK, for they may be two', async () => {
    const { send, die, kept } = await aScene();
    await send('a', ['{"message":"ping"}']);
    die('a');
    await send('b', ['{"message":"ping"}']);
    expect(kept()).toHaveLength(2);
  });

  it('that tells no time is still known where the disk refused the window that brought it again', async () => {
    const waiting: (() => void)[] = [];
    let full = false;
    const scene = await aScene({
      append: async (batch): Promise<Position> => {
        if (full) throw new Error('full');
        await new Promise<void>((resolve) => waiting.push(resolve));
        return scene.journal.append(batch);
      },
    });
    const ping = '{"message":"ping"}';
    const first = awaitedLater(scene.send('a', [ping]));
    scene.die('a');
    waiting.shift()!();
    await first;
    full = true;
    await expect(scene.send('b', [ping, anEvent(1)])).rejects.toThrow('full');
    scene.die('b');
    full = false;
    const again = awaitedLater(scene.send('c', [ping, anEvent(1)]));
    await eventually('it is on its way to the disk', () => waiting.length === 1);
    waiting[0]!();
    await again;
    expect(scene.kept()).toEqual([ping, anEvent(1)]);
  });

  it('is kept where the journal had refused the one equal to it', async () => {
    let full = true;
    const { send, die, kept } = await aScene({
      append: (batch) => (full ? Promise.reject(new Error('full')) : scene.journal.append(batch)),
    }).then((made) => {
      scene = made;
      return made;
    });
    await expect(send('a', events(0, 3))).rejects.toThrow('full');
    die('a');
    full = false;
    await send('b', events(0, 3));
    expect(kept()).toEqual(events(0, 3));
  });
  let scene: Awaited<ReturnType<typeof aScene>>;
});

describe('a window that waits for the journal when its connection dies', () => {
  it('is waited for before what is sent again is judged, and known by all its events', async () => {
    const waiting: (() => void)[] = [];
    const scene = await aScene({
      append: async (batch): Promise<Position> => {
        await new Promise<void>((resolve) => waiting.push(resolve));
        return scene.journal.append(batch);
      },
    });
    const ping = '{"message":"ping"}';
    const first = awaitedLater(scene.send('a', [ping, anEvent(1)]));
    scene.die('a');
    const again = awaitedLater(scene.send('b', [ping, anEvent(1)]));
    expect(await isSettled(again)).toBe(false);
    expect(waiting).toHaveLength(1);
    waiting[0]!();
    await Promise.all([first, again]);
    expect(scene.kept()).toEqual([ping, anEvent(1)]);
  });

  it('does not keep the server from stopping while the journal is full', async () => {
    const { send, die, redelivery } = await aScene({ append: () => new Promise<never>(() => {}) });
    void send('a', events(0, 1));
    die('a');
    void send('b', events(0, 1));
    await redelivery.close();
  });

  it('keeps its place before those of other connections', async () => {
    const scene = await aScene();
    scene.send('a', events(0, 1));
    scene.die('a');
    await Promise.all([1, 2, 3, 4].map((n) => scene.send('b', [anEvent(n)])));
    expect(scene.kept()).toEqual(events(0, 5));
  });
});

describe('a connection that looks alive while its sender has given it up', () => {
  it('has its windows recognised when they come again from the same address', async () => {
    const { send, open, kept } = await aScene();
    open('a');
    await send('a', events(0, 10));
    open('b');
    await send('b', events(0, 10));
    expect(kept()).toEqual(events(0, 10));
  });

  it('may bring a window late, before or after the new connection brings it', async () => {
    const { send, open, kept } = await aScene();
    open('a');
    open('b');
    await send('b', events(0, 10));
    await send('a', events(0, 10));
    await send('a', events(10, 20));
    await send('b', events(10, 20));
    expect(kept()).toEqual(events(0, 20));
  });

  it('is no concern of one that sends nothing, such as a probe of the port', async () => {
    const { send, open, die, memory, lines } = await aScene();
    open('a');
    await send('a', events(0, 10));
    for (let n = 1; n < 10; n += 1) {
      open(`probe${n}`);
      die(`probe${n}`);
      await send('a', events(10 * n, 10 * n + 10));
    }
    expect(memory.size).toBe(0);
    expect(lines.filter((line) => line.includes('remembered'))).toEqual([]);
  });

  it.each([1, 20, 200])(
    'has its windows recognised though %i other senders share its address',
    async (others) => {
      const { send, open, kept } = await aScene();
      for (let n = 0; n < others; n += 1) {
        open(`other${n}`);
        await send(`other${n}`, [anEvent(10_000 + n)]);
      }
      open('a');
      await send('a', events(0, 50));
      open('b');
      await send('b', events(0, 50));
      await send('a', events(50, 60));
      await send('b', events(50, 60));
      expect(kept().filter((document) => events(0, 60).includes(document))).toEqual(events(0, 60));
      expect(kept()).toHaveLength(60 + others);
    },
  );

  it('is no longer remembered when its sender has gone on, so that memory is bounded by what is in flight', async () => {
    const { send, open, memory } = await aScene({ windows: 4 });
    open('a');
    open('b');
    await send('b', [anEvent(-1)]);
    for (let n = 0; n < 20; n += 1) await send('a', events(10 * n, 10 * n + 10));
    expect(memory.size).toBeLessThanOrEqual(41);
    clock.now += 31_000;
    await send('a', [anEvent(-3)]);
    await send('b', [anEvent(-2)]);
    expect(memory.size).toBeLessThanOrEqual(2);
  });

  it('may bring a window after the new connection has sent many more', async () => {
    const { send, open, kept, memory } = await aScene({ windows: 4 });
    open('a');
    await send('a', events(0, 10));
    open('b');
    for (let n = 1; n < 30; n += 1) await send('b', events(10 * n, 10 * n + 10));
    await send('a', events(10, 20));
    await send('a', events(20, 30));
    expect(kept()).toEqual(events(0, 300));
    clock.now += 31_000;
    for (let n = 30; n < 40; n += 1) {
      await send('a', events(10 * n, 10 * n + 5));
      await send('b', events(10 * n + 5, 10 * n + 10));
      clock.now += 31_000;
    }
    expect(memory.size).toBe(0);
  });

  it('is known by the window that brought it again, though the first window is confirmed', async () => {
    const { send, open, die, kept } = await aScene({ windows: 1 });
    open('a');
    await send('a', [anEvent(1)]);
    open('b');
    await send('b', [anEvent(1)]);
    await send('a', [anEvent(2)]);
    die('b');
    await send('c', [anEvent(1)]);
    expect(kept()).toEqual([anEvent(1), anEvent(2)]);
  });

  it('does not make connections from other addresses be looked at', async () => {
    const { send, open, memory } = await aScene();
    open('a', '192.0.2.1');
    await send('a', events(0, 10), '192.0.2.1');
    open('b', '192.0.2.2');
    await send('b', events(40, 50), '192.0.2.2');
    expect(memory.size).toBe(0);
  });
});

describe('a restart', () => {
  it('knows what was on its way at the end before it', async () => {
    const folder = temporaryFolder();
    const before = await opened(folder);
    const one = await startRedelivery(before, folder);
    for (let n = 0; n < 20; n += 1) await one.send('a', [anEvent(n)]);
    await one.send('b', events(100, 110));
    await one.redelivery.close();
    await before.close();
    const other = await startRedelivery(await opened(folder), folder);
    await other.send('c', anew(events(12, 22)));
    await other.send('d', anew(events(100, 112)));
    expect(journaled(folder)).toEqual([
      ...events(0, 20),
      ...events(100, 110),
      ...anew(events(12, 22)).slice(8),
      ...anew(events(100, 112)).slice(10),
    ]);
  });

  it('remembers the last hours of the journal, and does not count the time that it was down', async () => {
    const folder = temporaryFolder();
    const journal = await opened(folder);
    const one = await startRedelivery(journal, folder);
    await one.send('a', [anEvent(1)]);
    clock.now += 3_600_000;
    await one.send('b', [anEvent(2)]);
    await one.redelivery.close();
    clock.now += 100 * 3_600_000;
    const other = await startRedelivery(journal, folder, { remember: 3_000_000 });
    expect(other.memory.size).toBe(1);
    await other.send('c', [anEvent(2)]);
    expect(journaled(folder)).toHaveLength(2);
  });
});

describe('a clock that jumps', () => {
  it('ahead does not make what may be sent again be forgotten', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    const { send, die, kept } = await aScene({ clock: 'own' });
    await send('a', events(0, 10));
    die('a');
    await send('b', events(10, 11));
    vi.setSystemTime(Date.now() + 100 * 3_600_000);
    await send('b', events(0, 10));
    expect(kept()).toEqual([...events(0, 10), anEvent(10)]);
  });

  it('ahead and back does not keep a start from remembering the last windows', async () => {
    const folder = temporaryFolder();
    const journal = await opened(folder);
    const one = await startRedelivery(journal, folder);
    await one.send('a', [anEvent(1)]);
    clock.now += 100 * 3_600_000;
    await one.send('b', [anEvent(2)]);
    clock.now -= 100 * 3_600_000;
    await one.send('c', [anEvent(3)]);
    await one.redelivery.close();
    const other = await startRedelivery(journal, folder);
    await other.send('d', [anEvent(1), anEvent(2), anEvent(3)]);
    expect(journaled(folder)).toHaveLength(3);
  });
});

describe('the healthy case', () => {
  it('remembers nothing and reads nothing again', async () => {
    const { send, open, memory, lines } = await aScene();
    open('a', '192.0.2.1');
    open('b', '192.0.2.2');
    for (let n = 0; n < 50; n += 1) {
      await send('a', events(n, n + 1), '192.0.2.1');
      await send('b', events(n + 100, n + 101), '192.0.2.2');
    }
    expect(memory.size).toBe(0);
    expect(lines).toEqual([]);
  });
});
