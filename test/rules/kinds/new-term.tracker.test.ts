import fc from 'fast-check';
import { pack, unpack } from 'msgpackr';
import { describe, expect, it } from 'vitest';
import type { TermTrackerOptions } from '../../../src/rules/kinds/new-term/terms.ts';
import { TermTracker } from '../../../src/rules/kinds/new-term/tracker.ts';
import { occurrencesIn, shuffled } from '../../windows/support.ts';

const open = (options: Partial<TermTrackerOptions> = {}) =>
  new TermTracker({ warmUp: 20, remember: 1000, maxTerms: 100, hop: 10, maxGroups: 100, ...options });

describe('a value of a group', () => {
  it('is new where it was never seen, once the group is warm', () => {
    const terms = open();
    for (const [time, value] of [
      [0, 'a'],
      [19, 'b'],
      [20, 'c'],
      [21, 'a'],
      [30, 'c'],
    ] as const)
      terms.add(time, 'g', value);
    expect(occurrencesIn(terms, 100)).toEqual(['20 g c']);
  });

  it('shows at once', () => {
    const terms = open({ warmUp: 0 });
    expect(terms.add(3, 'g', 'a').occurrence).toEqual({ group: 'g', time: 3, value: 'a' });
    expect(terms.add(4, 'g', 'a').occurrence).toBeUndefined();
    occurrencesIn(terms, 10);
    expect(terms.add(11, 'g', 'a').occurrence).toBeUndefined();
  });

  it('is dated by its first event, whichever came first', () => {
    const terms = open({ warmUp: 0 });
    terms.add(8, 'g', 'a');
    terms.add(3, 'g', 'a');
    expect(occurrencesIn(terms, 10)).toEqual(['3 g a']);
  });

  it('is new again when it was not seen for so long', () => {
    const terms = open({ remember: 100 });
    terms.add(0, 'g', 'a');
    for (let time = 0; time <= 300; time += 10) terms.add(time, 'g', 'other');
    occurrencesIn(terms, 110);
    expect(terms.add(120, 'g', 'a').occurrence).toMatchObject({ time: 120 });
    expect(occurrencesIn(terms, 130)).toEqual(['120 g a']);
  });

  it('at the edge of being forgotten waits until it is settled, for an earlier event may come', () => {
    const terms = open({ remember: 100, warmUp: 0 });
    terms.add(0, 'g', 'a');
    occurrencesIn(terms, 100);
    expect(terms.add(103, 'g', 'a').occurrence).toBeUndefined();
    terms.add(100, 'g', 'a');
    expect(occurrencesIn(terms, 110)).toEqual([]);
  });

  it('is new again although what came before is not settled yet', () => {
    const terms = open({ remember: 100, warmUp: 0 });
    for (const time of [0, 90, 300, 500]) terms.add(time, 'g', 'a');
    expect(occurrencesIn(terms, 600)).toEqual(['0 g a', '300 g a', '500 g a']);
  });

  it('is not new where an event that comes later fills the gap', () => {
    const terms = open({ remember: 100, warmUp: 0 });
    for (const time of [0, 180, 90]) terms.add(time, 'g', 'a');
    expect(occurrencesIn(terms, 600)).toEqual(['0 g a']);
  });

  it('shows at once only where every event that may come before it is of a warm group', () => {
    const terms = open({ remember: 100, warmUp: 20 });
    terms.add(0, 'g', 'a');
    terms.add(200, 'g', 'a');
    occurrencesIn(terms, 210);
    expect(terms.add(219, 'g', 'b').occurrence).toBeUndefined();
    expect(terms.add(220, 'g', 'c').occurrence).toBeUndefined();
    occurrencesIn(terms, 220);
    expect(terms.add(220, 'g', 'd').occurrence).toMatchObject({ time: 220 });
    expect(occurrencesIn(terms, 600)).toEqual(['220 g c', '220 g d']);
  });

  it('makes room for others when there are too many: the one not seen longest is forgotten', () => {
    const terms = open({ maxTerms: 2, warmUp: 0 });
    for (const [time, value] of [
      [0, 'a'],
      [10, 'b'],
      [20, 'a'],
      [30, 'c'],
      [40, 'a'],
      [50, 'b'],
    ] as const) {
      occurrencesIn(terms, time);
      terms.add(time, 'g', value);
    }
    expect(occurrencesIn(terms, 60)).toEqual(['50 g b']);
  });

  it('is not learned from an event that is too late, nor for a group too many', () => {
    const terms = open({ maxGroups: 1 });
    terms.add(15, 'g', 'a');
    expect(terms.add(15, 'h', 'a')).toEqual({ outcome: 'overflow' });
    occurrencesIn(terms, 20);
    expect(terms.add(19, 'g', 'b')).toEqual({ outcome: 'late' });
  });

  it('of a group gone by is forgotten with it', () => {
    const terms = open();
    terms.add(1, 'g', 'a');
    occurrencesIn(terms, 5000);
    expect([terms.has('g'), terms.waiting]).toEqual([false, false]);
  });
});

describe('whatever comes', () => {
  const events = fc.array(
    fc.tuple(fc.nat(300), fc.constantFrom('g', 'h'), fc.constantFrom('a', 'b', 'c', 'd')),
    { maxLength: 60 },
  );

  const reference = (all: [number, string, string][], { warmUp = 20, remember = 60 } = {}) =>
    ['g', 'h'].flatMap((group) => {
      const own = all.filter(([, one]) => one === group).sort(([x], [y]) => x - y);
      let since = 0;
      return own.flatMap(([time, , value], place) => {
        if (place === 0 || time > own[place - 1]![0] + remember) since = time;
        const before = own.slice(0, place).filter(([, , other]) => other === value);
        const known = before.length > 0 && before.at(-1)![0] >= time - remember;
        return known || time < since + warmUp ? [] : [`${time} ${group} ${value}`];
      });
    });

  it('the same is settled in any order of arrival, across restarts', () => {
    fc.assert(
      fc.property(events, fc.nat(), fc.nat(60), (all, seed, restart) => {
        let terms = open({ remember: 60, hop: 7 });
        const told: string[] = [];
        // Arrivals are out of order by up to 30, and the clock stays as far behind.
        const arrivals = shuffled(all, seed).sort(([x], [y]) => Math.floor(x / 30) - Math.floor(y / 30));
        arrivals.forEach(([time, group, value], place) => {
          told.push(...occurrencesIn(terms, Math.floor((Math.floor(time / 30) * 30) / 7) * 7));
          terms.add(time, group, value);
          if (place !== restart) return;
          const saved = unpack(pack(terms.snapshot()));
          terms = open({ remember: 60, hop: 7 });
          terms.restore(saved);
        });
        told.push(...occurrencesIn(terms, 1001));
        expect([...new Set(told)].sort()).toEqual([...new Set(reference(all))].sort());
      }),
    );
  });
});
