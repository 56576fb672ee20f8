import fc from 'fast-check';
import { pack, unpack } from 'msgpackr';
import { describe, expect, it } from 'vitest';
import { EventClock } from '../../src/windows/clocks/event-clock.ts';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const config = {
  idleAfter: 10 * second,
  maxLag: 10 * minute,
  maxAhead: 5 * minute,
  settle: 2_000,
  zone: 'UTC',
};
const t = 1_700_000_000_000;
const clockWith = (changes: Partial<typeof config> = {}) => new EventClock({ ...config, ...changes });

describe('the event clock', () => {
  it('has not begun before the first event, whatever ticks come', () => {
    const clock = clockWith();
    clock.advance(t);
    clock.advance(t + hour);
    expect(clock.now).toBe(Number.NEGATIVE_INFINITY);
  });

  it('is the highest event time of a single source, once the batch is over', () => {
    const clock = clockWith();
    for (const at of [5, 9, 7]) expect(clock.observe('a', t + at, t + 9)).toBe('on-time');
    expect(clock.now).toBe(Number.NEGATIVE_INFINITY);
    clock.advance(t + 9);
    expect(clock.now).toBe(t + 9);
  });

  it('is the minimum over active sources', () => {
    const clock = clockWith();
    clock.observe('a', t + 100, t + 100);
    clock.observe('b', t + 40, t + 100);
    clock.advance(t + 100);
    expect(clock.now).toBe(t + 40);
  });

  it('is not held back by a source that fell silent while others go on', () => {
    const clock = clockWith();
    clock.observe('silent', t, t);
    for (let at = 0; at <= 10 * second; at += second) {
      clock.observe('busy', t + at, t + at);
      clock.advance(t + at);
      expect(clock.now).toBe(t);
    }
    clock.observe('busy', t + 11 * second, t + 11 * second);
    clock.advance(t + 11 * second);
    expect(clock.now).toBe(t + 11 * second);
    expect(clock.sources).toEqual({ count: 2, idle: 1, forgotten: 0 });
  });

  it('is not held back by a backlog farther behind than maxLag, and is again once that has caught up', () => {
    const clock = clockWith();
    clock.observe('fresh', t, t);
    clock.observe('backlog', t - 7 * 24 * hour, t);
    clock.advance(t);
    expect(clock.now).toBe(t);
    clock.observe('backlog', t - config.maxLag, t + second);
    clock.observe('fresh', t + second, t + second);
    clock.advance(t + second);
    expect(clock.now).toBe(t + second);
    clock.observe('backlog', t + 2 * second, t + 5 * second);
    clock.observe('fresh', t + 5 * second, t + 5 * second);
    clock.advance(t + 5 * second);
    expect(clock.now).toBe(t + 2 * second);
  });

  it('counts a source exactly maxLag behind as one that holds it back', () => {
    const clock = clockWith();
    clock.observe('a', t, t);
    clock.observe('b', t - config.maxLag, t);
    clock.advance(t);
    expect(clock.now).toBe(t - config.maxLag);
  });
});

describe('a timestamp of the future', () => {
  it('moves the clock of its source no farther than the receipt, so that the others of the source are in time', () => {
    const clock = clockWith();
    clock.observe('a', t, t);
    clock.observe('a', t + 4 * minute, t + second);
    clock.advance(t + second);
    expect(clock.now).toBe(t + second);
    clock.observe('a', t + 2 * second, t + 2 * second);
    clock.advance(t + 2 * second);
    expect(clock.now).toBe(t + 2 * second);
  });

  it('is the farthest event time all the same, because windows of that time may exist', () => {
    const clock = clockWith();
    clock.observe('a', t + 4 * minute, t);
    expect(clock.farthest).toBe(t + 4 * minute);
    const restored = clockWith();
    restored.restore(clock.snapshot());
    expect(restored.farthest).toBe(t + 4 * minute);
  });

  it('does not hold back the others: a source that is always ahead has the clock of its receipt', () => {
    const clock = clockWith();
    for (let at = 0; at <= 20 * second; at += second) {
      clock.observe('right', t + at, t + at);
      clock.observe('fast', t + at + 30 * second, t + at);
      clock.advance(t + at);
      expect(clock.now).toBe(t + at);
    }
  });

  it('that moved a clock in a checkpoint of an earlier version moves it no longer', () => {
    const clock = clockWith();
    clock.observe('a', t, t);
    clock.advance(t);
    const { farthest: _, ...saved } = clock.snapshot() as { farthest: number; sources: unknown[] };
    const restored = clockWith();
    restored.restore({ ...saved, sources: [['a', t + hour, t, true, null]] } as never);
    restored.observe('a', t + second, t + second);
    restored.advance(t + second);
    expect(restored.now).toBe(t + second);
  });
});

describe('a source that is alone', () => {
  it('moves the clock with each event once it was alone at the end of a batch', () => {
    const clock = new EventClock(config);
    clock.observe('a', t, t);
    clock.advance(t);
    clock.observe('a', t + 70, t + 100);
    expect(clock.now).toBe(t + 70);
  });

  it('moves it from its first event on where the batch is known to hold no other', () => {
    const clock = new EventClock(config);
    expect(clock.hasNoActiveSource).toBe(true);
    clock.expectSources(1);
    clock.observe('a', t, t);
    expect(clock.now).toBe(t);
  });

  it('does not run ahead of another that comes in the same first batch', () => {
    const clock = new EventClock(config);
    clock.expectSources(2);
    clock.observe('a', t + 5_000, t);
    clock.observe('b', t, t);
    clock.advance(t);
    expect(clock.now).toBe(t);
  });

  it('is alone no more when another comes, and both hold the clock', () => {
    const clock = new EventClock(config);
    clock.observe('a', t, t);
    clock.advance(t);
    clock.observe('a', t + 10, t + 90);
    clock.observe('b', t + 20, t + 90);
    clock.observe('a', t + 90, t + 90);
    expect(clock.now).toBe(t + 10);
    clock.advance(t + 90);
    expect(clock.now).toBe(t + 20);
  });
});

describe('in silence', () => {
  const lastYear = t - 365 * 24 * hour;

  it('the clock stands until the last source is idle, then runs on at the speed of the wall clock', () => {
    const clock = clockWith();
    clock.observe('a', lastYear, t);
    const readings = [0, 5, 10, 11, 15, 70].map((after) => {
      clock.advance(t + after * second);
      return (clock.now - lastYear) / second;
    });
    expect(readings).toEqual([0, 0, 0, 1, 5, 60]);
  });

  it('the clock is the same whether ticks came often or once', () => {
    const begin = () => {
      const clock = clockWith();
      clock.observe('a', t + 100, t);
      clock.observe('b', t + 50, t + 3 * second);
      clock.observe('c', t + 70, t + 3 * second);
      clock.advance(t + 3 * second);
      return clock;
    };
    const [often, once] = [begin(), begin()];
    for (let at = 3; at <= 60; at += 1) often.advance(t + at * second);
    once.advance(t + 60 * second);
    expect(once.now).toBe(often.now);
    // When silence began, after 13 s, only b and c were active, and b held it at 50.
    expect(once.now).toBe(t + 50 + 47 * second);
  });

  it('logs of last year that pause are counted like fresh ones: the clock never jumps to wall time', () => {
    const clock = clockWith();
    clock.observe('a', lastYear, t);
    clock.advance(t);
    clock.advance(t + 40 * second);
    expect(clock.now).toBe(lastYear + 30 * second);
    clock.observe('a', lastYear + 40 * second, t + 40 * second);
    clock.advance(t + 40 * second);
    expect(clock.now).toBe(lastYear + 40 * second);
  });

  it('the clock stays where it ran to when events come back behind it, and runs on from there', () => {
    const clock = clockWith();
    clock.observe('a', t, t);
    clock.advance(t + 60 * second);
    expect(clock.now).toBe(t + 50 * second);
    clock.observe('a', t + 20 * second, t + 60 * second);
    clock.advance(t + 60 * second);
    expect(clock.now).toBe(t + 50 * second);
    clock.advance(t + 75 * second);
    expect(clock.now).toBe(t + 55 * second);
  });
});

describe('time in which nobody listened', () => {
  it('is no silence: the clock neither runs on by it nor drops the sources that were active', () => {
    const clock = clockWith();
    clock.observe('a', t, t);
    clock.observe('b', t + second, t);
    clock.advance(t + second);
    clock.resume(t + hour);
    clock.advance(t + hour);
    expect(clock.now).toBe(t);
    expect(clock.sources).toEqual({ count: 2, idle: 0, forgotten: 0 });
    clock.observe('b', t + minute, t + hour + second);
    clock.advance(t + hour + second);
    expect(clock.now).toBe(t);
  });

  it('leaves active sources all of idleAfter to come back, however long they had been silent before', () => {
    const clock = clockWith();
    clock.observe('a', t, t);
    clock.advance(t + 9 * second);
    clock.resume(t + hour);
    clock.advance(t + hour + 10 * second);
    expect(clock.now).toBe(t);
    clock.advance(t + hour + 12 * second);
    expect(clock.now).toBe(t + 2 * second);
  });

  it('does not stop a clock that ran on in silence: it goes on from where it was', () => {
    const clock = clockWith();
    clock.observe('a', t, t);
    clock.advance(t + 15 * second);
    expect(clock.now).toBe(t + 5 * second);
    clock.resume(t + hour);
    clock.advance(t + hour);
    expect(clock.now).toBe(t + 5 * second);
    clock.advance(t + hour + 3 * second);
    expect(clock.now).toBe(t + 8 * second);
  });

  it('changes nothing for a clock that has not begun', () => {
    const clock = clockWith();
    clock.resume(t);
    clock.advance(t + hour);
    expect(clock.now).toBe(Number.NEGATIVE_INFINITY);
    clock.observe('a', t, t + hour);
    clock.advance(t + hour);
    expect(clock.now).toBe(t);
  });
});

describe('a wall clock set back', () => {
  it('neither turns time back nor stops it', () => {
    const clock = clockWith();
    clock.observe('a', t, t);
    clock.advance(t + 20 * second);
    expect(clock.now).toBe(t + 10 * second);
    clock.advance(t + 20 * second - hour);
    expect(clock.now).toBe(t + 10 * second);
    clock.advance(t + 25 * second - hour);
    expect(clock.now).toBe(t + 15 * second);
  });

  it('leaves sources active that were', () => {
    const clock = clockWith({ maxAhead: 2 * hour });
    clock.observe('a', t, t);
    clock.observe('b', t + 5, t - hour);
    clock.advance(t - hour);
    expect(clock.sources).toEqual({ count: 2, idle: 0, forgotten: 0 });
    expect(clock.now).toBe(t);
  });

  it('is not suspected where connections side by side report a little out of order', () => {
    const clock = clockWith();
    clock.observe('a', t, t);
    for (let at = 0; at < 1000; at += 1) {
      clock.advance(t + at + 3);
      clock.advance(t + at);
    }
    clock.advance(t + 12 * second);
    expect(clock.now).toBe(t + 2 * second);
  });
});

describe('sources', () => {
  it('tell their lag behind the farthest active one', () => {
    const clock = clockWith();
    clock.observe('a', t, t);
    clock.observe('b', t - 3 * second, t);
    clock.advance(t);
    expect(clock.lags()).toEqual([
      { source: 'a', lag: 0, idle: false },
      { source: 'b', lag: 3 * second, idle: false },
    ]);
  });

  it('are bounded in number: those silent longest are forgotten', () => {
    const clock = new EventClock(config, 1_000);
    clock.observe('first', t, t);
    for (let index = 0; index < 1_000; index += 1) clock.observe(`file-${index}`, t + 1, t + 1);
    clock.advance(t + 1);
    expect(clock.sources).toEqual({ count: 900, idle: 0, forgotten: 101 });
    expect(clock.lags().some(({ source }) => source === 'first')).toBe(false);
    expect(clock.now).toBe(t);
    // What was forgotten begins anew, and is counted once.
    clock.observe('first', t + 2, t + 2);
    clock.advance(t + 2);
    expect(clock.sources).toEqual({ count: 901, idle: 0, forgotten: 101 });
  });

  it('may be one, and their count survives a restart', () => {
    const clock = new EventClock(config, 1);
    for (const name of ['a', 'b', 'c']) clock.observe(name, t, t);
    clock.advance(t);
    expect(clock.sources).toEqual({ count: 1, idle: 0, forgotten: 2 });
    const again = new EventClock(config, 1);
    again.restore(unpack(pack(clock.snapshot())));
    expect(again.sources).toEqual(clock.sources);
  });
});

describe('a restored clock', () => {
  const step = fc.record({
    source: fc.constantFrom('a', 'b', 'c'),
    time: fc.integer({ min: 0, max: 40 * minute }),
    wall: fc.integer({ min: -hour, max: 40 * minute }),
    kind: fc.constantFrom('observe', 'observe', 'advance', 'resume', 'restart'),
    connection: fc.constantFrom('c1', 'c2', 'c3', undefined),
  });

  it('goes on as if nothing had happened, and no clock ever runs backwards', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const lasting = clockWith();
        let restarted = clockWith();
        let before = Number.NEGATIVE_INFINITY;
        for (const { source, time, wall, kind, connection } of steps) {
          for (const clock of [lasting, restarted]) clock.beginBatch(connection, t + wall);
          if (kind === 'observe')
            expect(restarted.observe(source, t + time, t + wall)).toBe(
              lasting.observe(source, t + time, t + wall),
            );
          if (kind === 'advance') for (const clock of [lasting, restarted]) clock.advance(t + wall);
          if (kind === 'resume') for (const clock of [lasting, restarted]) clock.resume(t + wall);
          if (kind === 'restart') {
            const snapshot = unpack(pack(restarted.snapshot()));
            restarted = clockWith();
            restarted.restore(snapshot);
            expect(restarted.snapshot()).toEqual(snapshot);
          }
          expect(restarted.now).toBe(lasting.now);
          expect(lasting.now).toBeGreaterThanOrEqual(before);
          before = lasting.now;
        }
        expect(restarted.snapshot()).toEqual(lasting.snapshot());
      }),
      { numRuns: 1_000 },
    );
  });
});
