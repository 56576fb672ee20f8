import { describe, expect, it } from 'vitest';
import { Offsets, zoneOf } from '../../src/sources/offsets.ts';
import { diceOf } from '../support/dice.ts';

const minute = 60_000;
const hour = 60 * minute;
const t = 1_700_000_000_000;

describe('the zone that explains an offset', () => {
  const rows: [offset: number, zone: number | undefined][] = [
    [0, undefined],
    [-500, undefined],
    [-50_000, undefined],
    [hour, hour],
    [hour - 30_000, hour],
    [hour + 10_000, hour],
    [hour + 2 * minute, undefined],
    [-5 * hour - 20_000, -5 * hour],
    [-5 * hour + 5 * minute, undefined],
    [5.75 * hour, 5.75 * hour],
    [-3.5 * hour, -3.5 * hour],
    [15 * minute, 15 * minute],
    [4 * minute, undefined],
    [30 * hour, undefined],
  ];
  it.each(rows)('of %d ms is %s', (offset, zone) => {
    expect(zoneOf(offset)).toBe(zone);
  });

  it('is found for each zone of the world, read up to a minute later', () => {
    for (let quarters = -48; quarters <= 56; quarters += 1) {
      if (quarters === 0) continue;
      const zone = quarters * 15 * minute;
      for (const delay of [0, 500, 5_000, 59_000]) expect(zoneOf(zone - delay)).toBe(zone);
    }
  });
});

describe('the offset of a source', () => {
  it('is unknown before there is a line', () => {
    expect(new Offsets().offset).toBeUndefined();
  });

  it('is that of the freshest line of a second, whatever order the lines of a batch have', () => {
    const random = diceOf(7);
    const offsets = new Offsets();
    for (let index = 0; index < 20; index += 1) {
      const stamps = [-1, -30_000, -200, -5_000].sort(() => random() - 0.5);
      for (const offset of stamps) offsets.note(t + index * 1_000 + offset, t + index * 1_000);
    }
    expect(offsets.offset).toEqual({ typical: -1, spread: 0, samples: 16 });
  });

  it('goes on from its state', () => {
    const [whole, first, restored] = [new Offsets(), new Offsets(), new Offsets()];
    const note = (to: Offsets, from: number, count: number) => {
      for (let index = from; index < from + count; index += 1) to.note(t + index * 137, t + index * 400);
    };
    note(whole, 0, 50);
    note(first, 0, 21);
    restored.restore(structuredClone(first.state()));
    note(restored, 21, 29);
    expect(restored.state()).toEqual(whole.state());
  });
});
