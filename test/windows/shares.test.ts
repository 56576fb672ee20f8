import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Group } from '../../src/windows/group.ts';
import { none, type Pane, Shares } from '../../src/windows/shares.ts';

const paneOf = (number: number): Pane => ({ number, newest: none, size: 0, entered: false });
const membersOf = (shares: Shares<unknown>, pane: Pane): string[] => {
  const names: string[] = [];
  for (let share = pane.newest; share !== none; share = shares.beside[share]!)
    names.push(shares.groups[share]!.name);
  return names.sort();
};

describe('shares', () => {
  it('of a group are in order of time, whatever order they came in', () => {
    const [shares, group] = [new Shares<unknown>(), new Group<unknown>('a', true)];
    for (const number of [5, 1, 9, 3, 4, 0]) shares.add(group, paneOf(number));
    expect(shares.of(group).map((share) => shares.at[share])).toEqual([0, 1, 3, 4, 5, 9]);
    expect(shares.at[group.newest]).toBe(9);
    expect([4, 2, 10].map((number) => shares.find(group, number) !== none)).toEqual([true, false, false]);
  });

  it('keep no memory of a crowd that is gone', () => {
    const [shares, pane] = [new Shares<unknown>(), paneOf(1)];
    for (let index = 0; index < 1000; index += 1) shares.add(new Group<unknown>(`g${index}`, true), pane);
    expect(shares.at.length).toBeGreaterThan(999);
    shares.freeAll(pane);
    expect([shares.size, shares.groups.length]).toEqual([0, 0]);
    expect(shares.at.length).toBeLessThan(100);
  });

  it('are what was added less what was freed, and take no more room than they need', () => {
    const step = fc.record({
      group: fc.integer({ min: 0, max: 5 }),
      ahead: fc.integer({ min: 0, max: 4 }),
      frees: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const shares = new Shares<string>();
        const groups = [...'abcdef'].map((name) => new Group<string>(name, true));
        const panes = new Map<number, Pane>();
        const known = new Map<number, Set<string>>();
        let oldest = 0;
        let most = 0;
        for (const { group: place, ahead, frees } of steps) {
          const [group, number] = [groups[place]!, oldest + ahead];
          if (!panes.has(number)) panes.set(number, paneOf(number));
          if (shares.find(group, number) === none) shares.add(group, panes.get(number)!);
          known.set(number, (known.get(number) ?? new Set()).add(group.name));
          most = Math.max(most, shares.size);
          if (!frees) continue;
          if (panes.has(oldest)) shares.freeAll(panes.get(oldest)!);
          panes.delete(oldest);
          known.delete(oldest);
          oldest += 1;
        }
        for (const [number, pane] of panes)
          expect(membersOf(shares as Shares<unknown>, pane)).toEqual([...known.get(number)!].sort());
        for (const group of groups) {
          const expected = [...known.keys()].filter((number) => known.get(number)!.has(group.name));
          expect(shares.of(group).map((share) => shares.at[share])).toEqual(expected.sort((a, b) => a - b));
        }
        expect(shares.size).toBe([...known.values()].reduce((sum, names) => sum + names.size, 0));
        expect(shares.groups.length).toBeLessThanOrEqual(most);
      }),
    );
  });
});
