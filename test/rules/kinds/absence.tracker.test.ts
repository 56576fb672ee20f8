import fc from 'fast-check';
import { pack, unpack } from 'msgpackr';
import { describe, expect, it } from 'vitest';
import { Shippers } from '../../../src/rules/kinds/absence/shippers.ts';
import { AbsenceTracker } from '../../../src/rules/kinds/absence/tracker.ts';
import type { AbsenceChange, AbsenceTrackerOptions } from '../../../src/rules/kinds/absence/tracker-state.ts';

const silence = (options: Partial<AbsenceTrackerOptions> = {}) =>
  new AbsenceTracker({ every: 10, expected: [], learn: true, forget: 1000, maxGroups: 100, ...options });

const said = ({ kind, group, at }: AbsenceChange) => `${at} ${group} ${kind}`;
function news(watched: AbsenceTracker, to: number): string[] {
  const all: string[] = [];
  watched.advance(to, (one) => all.push(said(one)));
  return all;
}

describe('a group that was seen', () => {
  it('is silent when nothing came for longer than it may, and back with its next event', () => {
    const watched = silence();
    watched.add(5, 'a');
    expect(news(watched, 15)).toEqual([]);
    expect(news(watched, 16)).toEqual(['15 a silent']);
    watched.add(40, 'a');
    expect(news(watched, 39)).toEqual([]);
    expect(news(watched, 40)).toEqual(['40 a back']);
    expect(news(watched, 51)).toEqual(['50 a silent']);
  });

  it('is forgotten after the time for that, and then waited for no more', () => {
    const watched = silence();
    watched.add(0, 'a');
    expect(news(watched, 5000)).toEqual(['10 a silent', '1000 a forgotten']);
    expect(watched.waiting).toBe(false);
  });

  it('is not silent because events came in another order', () => {
    const watched = silence();
    watched.add(20, 'a');
    watched.add(0, 'a');
    watched.add(10, 'a');
    expect(news(watched, 30)).toEqual([]);
    expect(news(watched, 31)).toEqual(['30 a silent']);
  });

  it('is told of as silent in the past where its next event shows the gap', () => {
    const watched = silence();
    watched.add(0, 'a');
    watched.add(25, 'a');
    expect(news(watched, 30)).toEqual(['10 a silent', '25 a back']);
  });

  it('is silent after its last event, where an earlier one comes after that', () => {
    const watched = silence();
    for (const time of [0, 25, 27]) watched.add(time, 'a');
    expect(news(watched, 26)).toEqual(['10 a silent', '25 a back']);
    watched.add(26, 'a');
    expect(news(watched, 40)).toEqual(['37 a silent']);
  });

  it('takes an event that is too late for none', () => {
    const watched = silence();
    news(watched, 100);
    expect(watched.add(99, 'a')).toBe('late');
    expect(watched.add(Number.NaN, 'a')).toBe('late');
  });
});

describe('a group that is expected, heard of before there is any event time', () => {
  it('is never forgotten', () => {
    const watched = silence({ expected: ['a'] });
    watched.add(5, 'a');
    expect(news(watched, 5)).toEqual([]);
    expect(news(watched, 5000)).toEqual(['15 a silent']);
    watched.add(5001, 'a');
    expect(news(watched, 5001)).toEqual(['5001 a back']);
  });

  it('has been heard, though no group is learned', () => {
    const watched = silence({ expected: ['a'], learn: false });
    expect(watched.add(5, 'a')).toBe('added');
    expect(watched.add(5, 'b')).toBe('unexpected');
    expect(news(watched, 14)).toEqual([]);
    expect(news(watched, 16)).toEqual(['15 a silent']);
  });

  it('finds room where as many others are watched as may be', () => {
    const watched = silence({ expected: ['a'], maxGroups: 1 });
    watched.add(5, 'b');
    expect(watched.add(5, 'a')).toBe('added');
  });
});

it('a group that was heard of again after it was to be forgotten begins anew', () => {
  const watched = silence({ forget: 100 });
  watched.add(0, 'a');
  watched.add(105, 'a');
  expect(news(watched, 120)).toEqual(['10 a silent', '100 a forgotten', '115 a silent']);
});

describe('a group that is expected', () => {
  it('is waited for from the first moment that there is', () => {
    const watched = silence({ expected: ['b', 'a'] });
    expect(watched.waiting).toBe(true);
    expect(news(watched, 1000)).toEqual([]);
    expect(news(watched, 1011)).toEqual(['1010 a silent', '1010 b silent']);
  });

  it('is never forgotten', () => {
    const watched = silence({ expected: ['a'] });
    news(watched, 0);
    expect(news(watched, 10_000)).toEqual(['10 a silent']);
    watched.add(10_001, 'a');
    expect(news(watched, 10_001)).toEqual(['10001 a back']);
  });

  it('is the only one where nothing is learned', () => {
    const watched = silence({ expected: ['a'], learn: false });
    news(watched, 0);
    expect(watched.add(1, 'b')).toBe('unexpected');
    expect(news(watched, 100)).toEqual(['10 a silent']);
  });
});

it('more groups than there may be are not watched, but counted', () => {
  const watched = silence({ maxGroups: 1 });
  expect([watched.add(1, 'a'), watched.add(1, 'b')]).toEqual(['added', 'overflow']);
  expect(watched.overflowed).toBe(1);
});

it('silence proves nothing while nobody listened', () => {
  const watched = silence();
  watched.add(0, 'a');
  watched.add(0, 'b');
  news(watched, 5);
  watched.resume({ from: 0, to: 100, until: 100 });
  watched.add(50, 'a');
  expect(news(watched, 110)).toEqual([]);
  expect(news(watched, 111)).toEqual(['110 a silent', '110 b silent']);
});

it('shippers that were not heard of longest are forgotten first', () => {
  const shippers = new Shippers(10, 5);
  for (let n = 0; n < 11; n += 1) shippers.see(`s${n}`, n);
  expect([shippers.lastUntil('s0', 99), shippers.lastUntil('s10', 99)]).toEqual([undefined, 10]);
});

describe('the last event of a shipper up to a time', () => {
  it.each([
    [[0, 4, 8], 8, 8],
    [[0, 4, 8], 20, 8],
    // It sent all the time.
    [[0, 4, 8, 12], 10, 10],
    // The event at 100 came after the time in question.
    [[0, 4, 8, 100], 60, 8],
    [[0, 4, 8, 100, 104], 60, 8],
    [[0, 4, 8, 100, 104], 102, 102],
    [[0, 50, 100], 120, 100],
    // Out of order.
    [[4, 0, 100, 8], 60, 8],
  ])('of events at %j until %d is %d', (times, at, last) => {
    const shippers = new Shippers(10, 5);
    for (const time of times) shippers.see('s', time);
    const restored = new Shippers(10, 5);
    restored.restore(structuredClone(shippers.snapshot()));
    expect([shippers.lastUntil('s', at), restored.lastUntil('s', at)]).toEqual([last, last]);
  });
});

describe('whatever comes', () => {
  const groups = ['a', 'b'];
  const events = fc.array(fc.tuple(fc.integer({ min: 0, max: 300 }), fc.constantFrom(...groups)), {
    maxLength: 40,
  });

  /** The slow and obvious way: sort, and look at neighbours. */
  function reference(all: [number, string][], end: number): string[] {
    const told: [number, string, string][] = [];
    for (const group of groups) {
      const times = all
        .filter(([, one]) => one === group)
        .map(([time]) => time)
        .sort((x, y) => x - y);
      times.forEach((time, place) => {
        const next = times[place + 1] ?? Number.POSITIVE_INFINITY;
        if (next - time <= 10 || time + 10 >= end) return;
        told.push([time + 10, group, 'silent']);
        if (next <= end) told.push([next, group, 'back']);
      });
    }
    return told.sort((x, y) => x[0] - y[0] || (x[1] < y[1] ? -1 : 1)).map((one) => one.join(' '));
  }

  it('the same is told in any order of arrival, at any steps of the clock, across restarts', () => {
    fc.assert(
      fc.property(events, fc.array(fc.nat(100)), fc.nat(40), (all, steps, restart) => {
        let watched = silence();
        all.forEach(([time, group], place) => {
          watched.add(time, group);
          if (place !== restart) return;
          const saved = unpack(pack(watched.snapshot()));
          watched = silence();
          watched.restore(saved);
        });
        const told: string[] = [];
        let now = -1;
        for (const step of [...steps, 1000]) {
          now = Math.min(now + step, 350);
          told.push(...news(watched, now));
        }
        expect(told.sort()).toEqual(reference(all, 350).sort());
      }),
    );
  });

  it('a flood is remembered by a few times', () => {
    const watched = silence();
    for (let time = 0; time < 1000; time += 1) watched.add(time / 100, 'a');
    expect(JSON.stringify(watched.snapshot()).length).toBeLessThan(120);
  });
});
