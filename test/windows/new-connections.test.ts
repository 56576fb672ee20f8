import { pack, unpack } from 'msgpackr';
import { describe, expect, it } from 'vitest';
import { EventClock } from '../../src/windows/clocks/event-clock.ts';

const second = 1000;
const hour = 3600 * second;
const config = {
  idleAfter: 10 * second,
  maxLag: 600 * second,
  maxAhead: 300 * second,
  settle: 2 * second,
  zone: 'UTC',
};
const t = 1_700_000_000_000;
const never = Number.NEGATIVE_INFINITY;

/** A clock, and batches of one event each: over a connection, from a source, its time and when it came. */
function aClock(changes: Partial<typeof config> = {}) {
  const clock = new EventClock({ ...config, ...changes });
  return {
    clock,
    batch(connection: string | undefined, source: string, time: number, receivedAt: number): number {
      clock.beginBatch(connection, t + receivedAt);
      clock.observe(source, t + time, t + receivedAt);
      clock.advance(t + receivedAt);
      return clock.now - t;
    },
    tick(receivedAt: number): number {
      clock.advance(t + receivedAt);
      return clock.now - t;
    },
  };
}

describe('a new connection', () => {
  it('does not move the clock until it has settled, and then moves it at once', () => {
    const { batch, tick } = aClock();
    expect(batch('c1', 'log', -1 * hour, 0)).toBe(never);
    expect(batch('c1', 'log', -5 * hour, 100)).toBe(never);
    expect(tick(1_999)).toBe(never);
    expect(tick(2_000)).toBe(-1 * hour);
    expect(batch('c1', 'log', 0, 2_100)).toBe(0);
  });

  it('leaves the clock where its source was on the connection before', () => {
    const { batch, tick } = aClock();
    batch('c1', 'log', 0, 0);
    batch('c1', 'log', 3 * second, 3 * second);
    expect(batch('c2', 'log', 9 * second, 9 * second)).toBe(3 * second);
    expect(batch('c2', 'log', 4 * second, 9.5 * second)).toBe(3 * second);
    expect(tick(11 * second)).toBe(9 * second);
  });

  it('with a file that was never seen leaves it where the others had brought it', () => {
    const { batch, tick } = aClock();
    batch('c1', 'log', 0, 0);
    batch('c1', 'log', 5 * second, 5 * second);
    expect(batch('c2', 'other', 6 * second, 6 * second)).toBe(5 * second);
    expect(batch('c1', 'log', 7 * second, 7 * second)).toBe(5 * second);
    expect(tick(8 * second)).toBe(6 * second);
  });

  it('is one that was not heard of: one that was idle for hours is not', () => {
    const { batch } = aClock();
    batch('c1', 'log', 0, 0);
    batch('c1', 'log', 5 * second, 5 * second);
    expect(batch('c1', 'log', hour, hour)).toBe(hour);
  });

  it('does not stop the clock where senders come and go without end: it follows within the time of settling', () => {
    const { batch } = aClock();
    batch('c0', 'log0', 0, 0);
    for (let n = 1; n < 200; n += 1) {
      const now = batch(`c${n}`, `log${n}`, n * 500, n * 500);
      if (n > 10) expect(now).toBeGreaterThanOrEqual(n * 500 - config.idleAfter - config.settle);
      batch('c0', 'log0', n * 500, n * 500);
    }
  });

  it('holds the clock no lower for a backlog that does not hold it otherwise', () => {
    const { batch } = aClock();
    batch('c1', 'log', 0, 0);
    batch('c1', 'log', 5 * second, 5 * second);
    expect(batch('c2', 'backlog', -100 * hour, 5 * second)).toBe(5 * second);
  });

  it('that breaks again and again holds the clock for five times the time of settling', () => {
    const { batch } = aClock();
    const nows = Array.from({ length: 12 }, (_, n) =>
      batch(`c${n}`, 'log', (n + 1) * second, (n + 1) * second),
    );
    expect(nows.slice(0, 10)).toEqual(Array(10).fill(never));
    expect(nows[11]).toBeGreaterThanOrEqual(10 * second);
  });

  it.each([
    ['where settling is switched off', { settle: 0 }, 'c1'],
    ['where senders keep their order', {}, undefined],
  ])('moves the clock at once %s', (_, changes, connection) => {
    const { batch } = aClock(changes);
    expect(batch(connection, 'log', -hour, 0)).toBe(-hour);
  });

  it('has settled when silence begins, however long it would take', () => {
    const { batch, tick } = aClock({ settle: hour });
    batch('c1', 'log', 0, 0);
    expect(tick(9_999)).toBe(never);
    expect(tick(11 * second)).toBe(second);
  });

  it('settles after a restart as it would have without one', () => {
    const lasting = aClock();
    const before = aClock();
    for (const { batch } of [lasting, before]) {
      batch('c1', 'log', 0, 0);
      batch('c1', 'log', 3 * second, 3 * second);
      batch('c2', 'log', 4 * second, 4 * second);
    }
    const after = aClock();
    after.clock.restore(unpack(pack(before.clock.snapshot())));
    for (const { batch, tick } of [lasting, after]) {
      expect(batch('c2', 'log', 5 * second, 5 * second)).toBe(3 * second);
      expect(tick(6 * second)).toBe(5 * second);
      expect(batch('c2', 'log', 7 * second, 7 * second)).toBe(7 * second);
    }
    expect(after.clock.snapshot()).toEqual(lasting.clock.snapshot());
  });
});

describe('an event that comes while the clock is held', () => {
  const observed = (connection: string, time: number, receivedAt: number, clock: EventClock) => {
    clock.beginBatch(connection, t + receivedAt);
    const seen = clock.observe('log', t + time, t + receivedAt);
    clock.advance(t + receivedAt);
    return seen;
  };

  it('is settled enough to be told early where it is about the time of the first', () => {
    const { clock } = aClock();
    for (const at of [0, 500, 1_000, 1_900]) expect(observed('c1', at, at, clock)).toBe('on-time');
  });

  it('is not where it is far beyond: a backlog would tell of its end before its beginning', () => {
    const { clock } = aClock();
    expect(observed('c1', -5 * hour, 0, clock)).toBe('on-time');
    expect(observed('c1', -4 * hour, 100, clock)).toBe('unsettled');
    expect(observed('c1', -5 * hour + 2_000, 200, clock)).toBe('on-time');
    expect(observed('c1', -3 * hour, 2_000, clock)).toBe('on-time');
  });
});
