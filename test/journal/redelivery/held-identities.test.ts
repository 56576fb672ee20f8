import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HeldIdentities } from '../../../src/journal/redelivery/tables.ts';
import { rounds } from '../../support/rounds.ts';

const [A, B] = [1, 2];
/** More than lie in the table. */
const MOST_HOLDERS = 24;

describe('identities and who holds them', () => {
  it.each<[string, (held: HeldIdentities) => boolean[], boolean[], number]>([
    ['none that was not added', (held) => [held.take(7), held.take(7, A)], [false, false], 0],
    [
      'one as often as it was added',
      (held) => added(held, A, A).concat(held.take(7)),
      [true, true, false],
      0,
    ],
    ['one for each holder', (held) => added(held, A, B).concat(held.take(7)), [true, true, false], 0],
  ])('give %s', (_, take, given, live) => {
    const held = new HeldIdentities();
    expect(take(held)).toEqual(given);
    expect(held.live).toBe(live);
  });

  it('are given to their holder only', () => {
    const held = new HeldIdentities();
    held.add(7, A);
    held.add(7, B);
    expect([held.take(7, B), held.take(7, B), held.take(7, A)]).toEqual([true, false, true]);
  });

  it.each<[string, (holders: number[]) => (number | undefined)[]]>([
    ['in the order in which they came', (holders) => holders],
    ['backwards', (holders) => holders.toReversed()],
    ['from the middle on', (holders) => [...holders.slice(40), ...holders.slice(0, 40)]],
    ['of any', (holders) => holders.map(() => undefined)],
    [
      'half of them of certain ones, then of any',
      (holders) => holders.map((one, n) => (n < 50 ? one : undefined)),
    ],
  ])('are given once for each of many holders, %s', (_, order) => {
    const holders = Array.from({ length: 100 }, (_, n) => n + 1);
    const held = new HeldIdentities();
    for (const holder of holders) held.add(7, holder);
    order(holders).forEach((holder, taken) => {
      expect([held.live, held.take(7, holder)]).toEqual([holders.length - taken, true]);
      if (holder !== undefined) expect(held.take(7, holder)).toBe(false);
    });
    expect([held.live, held.take(7)]).toEqual([0, false]);
  });

  it('cost no more for each of very many holders of one', () => {
    // With a search through all of them, this takes ten minutes.
    const held = new HeldIdentities();
    const most = 300_000;
    for (let holder = 1; holder <= most; holder += 1) held.add(7, holder);
    expect(held.live).toBe(most);
    for (let holder = most / 2; holder > 0; holder -= 1) held.take(7, holder);
    for (let rest = held.live; rest > 0; rest -= 1) held.take(7);
    expect(held.live).toBe(0);
  });

  it('tell apart what differs beyond 32 bits', () => {
    const held = new HeldIdentities();
    held.add(7 + 2 ** 40, A);
    expect([held.take(7), held.take(7 + 2 ** 40)]).toEqual([false, true]);
  });

  it('behave as a list of pairs, however many come and go', () => {
    const identity = fc.oneof(fc.nat(15), fc.constantFrom(2 ** 53 - 1, 2 ** 32, 2 ** 33));
    const step = fc.record({
      do: fc.constantFrom('add', 'take', 'forget'),
      identity,
      holder: fc.nat(MOST_HOLDERS - 1),
      times: fc.integer({ min: 1, max: 400 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const held = new HeldIdentities();
        const counts = new Map<string, number>();
        const holders = Array.from({ length: MOST_HOLDERS }, (_, holder) => holder);
        const keys = (of: number) => holders.map((holder) => `${of} ${holder}`);
        const known = (of: number) => keys(of).reduce((sum, key) => sum + (counts.get(key) ?? 0), 0);
        let filler = 1_000;
        for (const { do: what, identity: of, holder, times } of steps) {
          const key = `${of} ${holder}`;
          if (what === 'add') {
            held.add(of, holder);
            counts.set(key, (counts.get(key) ?? 0) + 1);
            // Others come and go meanwhile, so that the table is built anew now and then.
            for (let n = 0; n < times; n += 1) {
              held.add(filler, holder);
              expect(held.take(filler)).toBe(true);
              filler += 1;
            }
          } else if (what === 'forget') {
            const count = counts.get(key) ?? 0;
            expect(held.take(of, holder)).toBe(count > 0);
            if (count > 0) counts.set(key, count - 1);
          } else {
            const before = known(of);
            expect(held.take(of)).toBe(before > 0);
            // Whose it was is not told: the model asks each holder, and puts back what it took.
            for (const one of holders) {
              let count = 0;
              while (held.take(of, one)) count += 1;
              if (count > 0) held.add(of, one, count);
              counts.set(`${of} ${one}`, count);
            }
            expect(known(of)).toBe(Math.max(0, before - 1));
          }
          expect(held.live).toBe([...counts.values()].filter((count) => count > 0).length);
        }
      }),
      { numRuns: rounds('PROPERTY_RUNS', 60) },
    );
  });
});

/** Adds an identity for the holders, and takes it as often. */
function added(held: HeldIdentities, ...holders: number[]): boolean[] {
  for (const holder of holders) held.add(7, holder);
  return holders.map(() => held.take(7));
}
