import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Group } from '../../src/windows/panes/groups.ts';
import { noEntry, type Pane, PaneEntries } from '../../src/windows/panes/pane-entries.ts';

const paneOf = (number: number): Pane => ({ number, newest: noEntry, size: 0, entered: false });
const membersOf = <C>(entries: PaneEntries<C, Group<C>>, pane: Pane): string[] => {
  const names: string[] = [];
  for (let entry = pane.newest; entry !== noEntry; entry = entries.nextInPane[entry]!)
    names.push(entries.groups[entry]!.name);
  return names.sort();
};

describe('entries', () => {
  it('of a group are in order of time, whatever order they came in', () => {
    const [entries, group] = [new PaneEntries<unknown, Group<unknown>>(), new Group<unknown>('a', true)];
    for (const number of [5, 1, 9, 3, 4, 0]) entries.add(group, paneOf(number));
    expect(entries.of(group).map((entry) => entries.at[entry])).toEqual([0, 1, 3, 4, 5, 9]);
    expect(entries.at[group.newest]).toBe(9);
    expect([4, 2, 10].map((number) => entries.find(group, number) !== noEntry)).toEqual([true, false, false]);
  });

  it('keep no memory of a crowd that is gone', () => {
    const [entries, pane] = [new PaneEntries<unknown, Group<unknown>>(), paneOf(1)];
    for (let index = 0; index < 1000; index += 1) entries.add(new Group<unknown>(`g${index}`, true), pane);
    expect(entries.at.length).toBeGreaterThan(999);
    entries.freeAll(pane);
    expect([entries.size, entries.groups.length]).toEqual([0, 0]);
    expect(entries.at.length).toBeLessThan(100);
  });

  it('are what was added less what was freed, and take no more room than they need', () => {
    const step = fc.record({
      group: fc.integer({ min: 0, max: 5 }),
      ahead: fc.integer({ min: 0, max: 4 }),
      frees: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const entries = new PaneEntries<string, Group<string>>();
        const groups = [...'abcdef'].map((name) => new Group<string>(name, true));
        const panes = new Map<number, Pane>();
        const known = new Map<number, Set<string>>();
        let oldest = 0;
        let most = 0;
        for (const { group: place, ahead, frees } of steps) {
          const [group, number] = [groups[place]!, oldest + ahead];
          if (!panes.has(number)) panes.set(number, paneOf(number));
          if (entries.find(group, number) === noEntry) entries.add(group, panes.get(number)!);
          known.set(number, (known.get(number) ?? new Set()).add(group.name));
          most = Math.max(most, entries.size);
          if (!frees) continue;
          if (panes.has(oldest)) entries.freeAll(panes.get(oldest)!);
          panes.delete(oldest);
          known.delete(oldest);
          oldest += 1;
        }
        for (const [number, pane] of panes)
          expect(membersOf(entries, pane)).toEqual([...known.get(number)!].sort());
        for (const group of groups) {
          const expected = [...known.keys()].filter((number) => known.get(number)!.has(group.name));
          expect(entries.of(group).map((entry) => entries.at[entry])).toEqual(expected.sort((a, b) => a - b));
        }
        expect(entries.size).toBe([...known.values()].reduce((sum, names) => sum + names.size, 0));
        expect(entries.groups.length).toBeLessThanOrEqual(most);
      }),
    );
  });
});
