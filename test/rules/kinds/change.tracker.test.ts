import fc from 'fast-check';
import { pack, unpack } from 'msgpackr';
import { describe, expect, it } from 'vitest';
import { ChangeTracker, type ChangeTrackerOptions } from '../../../src/rules/kinds/change/tracker.ts';
import { CorrectionMemory } from '../../../src/windows/history/memory.ts';
import { occurrencesIn, shuffled } from '../../windows/support.ts';

const open = (options: Partial<ChangeTrackerOptions> = {}) =>
  new ChangeTracker({ forget: 1000, hop: 10, maxGroups: 100, pane: options.hop ?? 10, ...options });

describe('a value that is followed', () => {
  it('changes where it is another one than before', () => {
    const changes = open();
    for (const [time, value] of [
      [1, 'a'],
      [2, 'a'],
      [3, 'b'],
      [4, 'a'],
    ] as const)
      changes.add(time, 'k', value);
    expect(occurrencesIn(changes, 10)).toEqual(['3 k a → b', '4 k b → a']);
  });

  it('shows its change at once where it is the newest', () => {
    const changes = open();
    expect(changes.add(1, 'k', 'a')).toEqual({ outcome: 'added' });
    expect(changes.add(5, 'k', 'b').occurrence).toEqual({ group: 'k', time: 5, value: 'b', from: 'a' });
    expect(changes.add(3, 'k', 'c')).toEqual({ outcome: 'added' });
  });

  it('is settled hop by hop, in order of time and then of key', () => {
    const changes = open();
    for (const time of [1, 12, 23]) for (const key of ['l', 'k']) changes.add(time, key, `${time}`);
    expect(occurrencesIn(changes, 20)).toEqual(['12 k 1 → 12', '12 l 1 → 12']);
    expect(occurrencesIn(changes, 29)).toEqual([]);
    expect(occurrencesIn(changes, 30)).toEqual(['23 k 12 → 23', '23 l 12 → 23']);
  });

  it.each([
    ['a', ['a', 'a', 'b', 'b'], ['11 k a → b']],
    ['b', ['a', 'b', 'a', 'b'], ['11 k b → a']],
    ['c', ['b', 'a'], ['11 k c → a', '11 k a → b']],
  ])('is, of what came at the same time, %s first if it was %s before', (before, values, expected) => {
    for (const order of [values, [...values].reverse()]) {
      const changes = open();
      changes.add(1, 'k', before);
      for (const value of order) changes.add(11, 'k', value);
      expect(occurrencesIn(changes, 20)).toEqual(expected);
    }
  });

  it('is, of what came at the same time, none that was there before if that is forgotten', () => {
    const changes = open({ forget: 100 });
    changes.add(1, 'k', 'b');
    for (const value of ['b', 'a']) changes.add(111, 'k', value);
    expect(occurrencesIn(changes, 120)).toEqual(['111 k a → b']);
  });

  it('counts by its first and its last event in a pane, in whatever order they come', () => {
    const seen = [1, 2, 3, 4, 5, 6, 7].map((time) => [time, time % 2 === 0 ? 'a' : 'b'] as const);
    for (const order of [seen, [...seen].reverse()]) {
      const changes = open();
      for (const [time, value] of order) changes.add(time, 'k', value);
      expect(occurrencesIn(changes, 10)).toEqual(['2 k b → a', '7 k a → b']);
    }
  });

  it('is forgotten after the time for that, and its key too', () => {
    const changes = open();
    changes.add(1, 'k', 'a');
    expect(occurrencesIn(changes, 1002)).toEqual([]);
    expect(changes.add(1003, 'k', 'b')).toEqual({ outcome: 'added' });
    occurrencesIn(changes, 3000);
    expect(changes.has('k')).toBe(false);
    expect(changes.waiting).toBe(false);
  });

  it('is not followed where its event is too late, or where there are too many keys', () => {
    const changes = open({ maxGroups: 1 });
    changes.add(15, 'k', 'a');
    expect(changes.add(15, 'l', 'a')).toEqual({ outcome: 'overflow' });
    occurrencesIn(changes, 20);
    expect(changes.add(19, 'k', 'b')).toEqual({ outcome: 'late' });
    expect(changes.add(Number.NaN, 'k', 'b')).toEqual({ outcome: 'late' });
  });

  it('is followed in bounded memory, however many events wait for their order', () => {
    const changes = open();
    for (let n = 0; n < 25_000; n += 1) changes.add(n / 10_000, 'k', n < 20_000 ? 'a' : 'b');
    expect(JSON.stringify(changes.snapshot()).length).toBeLessThan(200_000);
    expect(occurrencesIn(changes, 10)).toEqual(['2 k a → b']);
  });
});

it('a value that goes to and fro takes no more memory with each event', () => {
  const changes = open();
  for (let n = 0; n < 60_000; n += 1) changes.add(n / 10_000, 'k', n % 2 === 0 ? 'a' : 'b');
  const restored = open();
  restored.restore(unpack(pack(changes.snapshot())));
  expect(restored.snapshot()).toEqual(changes.snapshot());
  expect(JSON.stringify(changes.snapshot()).length).toBeLessThan(200);
  expect(occurrencesIn(restored, 10)).toHaveLength(3);
});

it('a late value long before decides which of two values of one moment is the last one', () => {
  const keep = { keepFor: 100_000, memory: new CorrectionMemory(1_000_000) };
  const changes = open({ keep });
  for (const [time, value] of [
    [0, 'a'],
    [50, 'a'],
    [50, 'b'],
  ] as const)
    changes.add(time, 'k', value);
  expect(occurrencesIn(changes, 60)).toEqual(['50 k a → b']);
  changes.keep('k', new Map([[2, { count: 1, cell: new Map([['b', [20, 20]]]) }]]));
  const seen = changes
    .occurrences('k', 0, new Map())
    .occurrences.map(({ time, value }) => `${time} ${value}`);
  expect(seen).toEqual(['20 b', '50 a']);
  changes.add(70, 'k', 'a');
  expect(occurrencesIn(changes, 80)).toEqual([]);
});

describe('whatever comes', () => {
  const events = fc.array(fc.tuple(fc.nat(200), fc.constantFrom('k', 'l'), fc.constantFrom('a', 'b', 'c')), {
    maxLength: 50,
  });

  /** Sort, and look at neighbours. Equal times are left out: their order is that of arrival. */
  const reference = (all: [number, string, string][], forget: number) =>
    ['k', 'l'].flatMap((key) => {
      const own = all.filter(([, one]) => one === key).sort(([x], [y]) => x - y);
      return own.flatMap(([time, , value], place) => {
        const before = own[place - 1];
        if (!before || before[2] === value || time - before[0] > forget) return [];
        return [`${time} ${key} ${before[2]} → ${value}`];
      });
    });

  const distinct = events.map((all) => [...new Map(all.map((one) => [`${one[0]} ${one[1]}`, one])).values()]);

  it('the same is settled in any order of arrival, at any steps, across restarts', () => {
    fc.assert(
      fc.property(distinct, fc.nat(), fc.nat(50), fc.array(fc.nat(60)), (all, seed, restart, steps) => {
        let changes = open({ forget: 50, hop: 1 });
        shuffled(all, seed).forEach(([time, key, value], place) => {
          changes.add(time, key, value);
          if (place !== restart) return;
          const saved = unpack(pack(changes.snapshot()));
          changes = open({ forget: 50, hop: 1 });
          changes.restore(saved);
        });
        const told: string[] = [];
        let now = 0;
        for (const step of [...steps, 1000]) {
          now = Math.min(now + step, 1000);
          told.push(...occurrencesIn(changes, now));
        }
        expect(told.sort()).toEqual(reference(all, 50).sort());
      }),
    );
  });

  it('what shows at once is settled later as a change since the event before', () => {
    fc.assert(
      fc.property(distinct, fc.nat(), (all, seed) => {
        const changes = open({ hop: 1 });
        const early = shuffled(all, seed).flatMap(
          ([time, key, value]) => changes.add(time, key, value).occurrence ?? [],
        );
        const settled = occurrencesIn(changes, 1000);
        for (const { group, time } of early)
          expect(
            settled.some((line) => line.split(' ')[1] === group && Number(line.split(' ')[0]) <= time),
          ).toBe(true);
      }),
    );
  });
});
