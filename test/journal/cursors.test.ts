import { describe, expect, it } from 'vitest';
import { Cursors } from '../../src/journal/cursors.ts';
import { batch, opened, temporaryFolder } from './support.ts';

describe('cursors', () => {
  it('begin at 0, or where they were saved', () => {
    const cursors = new Cursors(['a', 'b'], { b: 7 });
    expect(cursors.all).toEqual({ a: 0, b: 7 });
  });

  it.each([
    [[3, 5], 5],
    [[5, 3], 5],
    [[5, 5], 5],
    [[5, Number.NaN], 5],
  ])('never go back: %j ends at %i', (moves, expected) => {
    const cursors = new Cursors([], {});
    for (const position of moves) cursors.move('a', position);
    expect(cursors.of('a')).toBe(expected);
  });

  it.each([
    ['nobody is required', [], 9],
    ['one has not begun', ['a', 'new'], 0],
    ['all are required', ['a', 'b'], 4],
    ['the slower one is not required', ['b'], 6],
    ['one is beyond the end', ['far'], 9],
  ])('know the slowest where %s', (_, required, expected) => {
    expect(new Cursors(required, { a: 4, b: 6, far: 100 }).slowest(9)).toBe(expected);
  });

  it('stay unsaved until the disk has where they are', () => {
    const cursors = new Cursors([], {});
    cursors.move('a', 1);
    cursors.move('b', 2);
    const saving = cursors.unsaved();
    cursors.move('b', 3);
    cursors.saved(saving);
    expect(cursors.unsaved()).toEqual([['b', 3]]);
  });
});

describe("a journal's readers", () => {
  it('each have a cursor of their own', async () => {
    const journal = await opened(temporaryFolder(), { readers: ['a', 'b'] });
    for (let i = 0; i < 5; i++) await journal.append(batch());
    journal.commit('a', 5);
    journal.commit('b', 2);
    journal.commit('b', 1);
    expect(['a', 'b', 'c'].map((reader) => journal.committed(reader))).toEqual([5, 2, 0]);
  });

  it('cannot commit what was never appended', async () => {
    const journal = await opened(temporaryFolder());
    await journal.append(batch());
    journal.commit('indexer', 1_000);
    expect(journal.committed('indexer')).toBe(1);
  });

  it('keep their cursors while they are not configured', async () => {
    const folder = temporaryFolder();
    const journal = await opened(folder, { readers: ['indexer', 'forwarder'] });
    await journal.append(batch());
    journal.commit('forwarder', 1);
    await journal.close();
    const without = await opened(folder);
    expect(without.committed('forwarder')).toBe(1);
    await without.close();
    expect((await opened(folder, { readers: ['indexer', 'forwarder'] })).committed('forwarder')).toBe(1);
  });
});
