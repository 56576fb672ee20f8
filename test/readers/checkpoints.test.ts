import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CheckpointPace } from '../../src/readers/analyser/pace.ts';
import type { Later } from '../../src/readers/pieces.ts';
import { Results } from '../../src/readers/results.ts';
import { openLmdb } from '../../src/util/lmdb.ts';
import { aFolder } from '../support/folder.ts';
import { rounds } from '../support/rounds.ts';

const numbers = (length: number) => Array.from({ length }, (_, n) => n);
const longer = fc.constantFrom(0, 1, 249, 250, 251, 500, 601).map(numbers);

/** A state as components have it: lists of any length at any depth, long ones within long ones, bytes, and no value. */
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    longer,
    fc.constantFrom<unknown>(null, undefined, 'x', 7, Number.NaN, Buffer.of(1, 2)),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.record({ a: tie('value'), version: fc.constant(2) }),
    fc.constantFrom<unknown>('y', [1, [2]], numbers(251)).map((one) => numbers(252).map(() => one)),
  ),
}));

const laterOf = (entries: readonly unknown[], parts: [string, object][] = []): Later => ({
  key: 'runs',
  entries: () => entries.map((entry, n) => ({ entry, parts: n === 0 ? parts : [] })),
});

/** Names of everything that lies among the parts. */
async function storedIn(folder: string): Promise<string[]> {
  const root = openLmdb(folder, 'results.mdb', { maxDbs: 4 });
  const keys = [...root.openDB<object, string>({ name: 'parts', encoding: 'msgpack' }).getKeys()];
  await root.close();
  return keys;
}

describe('a checkpoint in pieces', () => {
  it('is read as it was written, whatever lists it has', async () => {
    const results = new Results(aFolder(), 'j');
    await fc.assert(
      fc.asyncProperty(value, fc.array(value, { maxLength: 3 }), async (rest, entries) => {
        await results.saveCheckpoint({ position: 5, state: { rest, runs: [] }, later: laterOf(entries) });
        expect(results.checkpoint()).toEqual({ position: 5, state: { rest, runs: entries } });
      }),
      { numRuns: rounds('PROPERTY_RUNS', 25) },
    );
    await results.close();
  });

  it('replaces the one before it when it is complete, and leaves nothing of that', async () => {
    const folder = aFolder();
    const results = new Results(folder, 'j');
    const part = { names: ['a'] };
    const saved = (position: number, lists: number) =>
      results.saveCheckpoint({
        ...{ position, state: { clock: numbers(350), runs: [] } },
        later: laterOf(
          numbers(lists).map(() => numbers(1_000)),
          [['0', part]],
        ),
      });
    for (const [position, lists] of [
      [1, 30],
      [2, 2],
      [3, 7],
    ] as const)
      await saved(position, lists);
    expect(results.checkpoint()).toEqual({
      position: 3,
      state: { clock: numbers(350), runs: numbers(7).map(() => numbers(1_000)), parts: [['0', part]] },
    });
    await results.close();
    // Two lists and the state, four lists and the entry of each, and the part.
    expect(await storedIn(folder)).toHaveLength(3 + 7 * 5 + 1);
  });

  it('that is not complete changes nothing, and what it left is removed by the next one', async () => {
    const folder = aFolder();
    const first = new Results(folder, 'j');
    await first.saveCheckpoint({ position: 1, state: { runs: [] }, later: laterOf([['old']]) });
    const entries = function* () {
      for (let n = 0; n < 100; n += 1) yield { entry: n, parts: [] };
      throw new TypeError('it crashed');
    };
    const broken = first.saveCheckpoint({
      position: 2,
      state: { runs: [] },
      later: { key: 'runs', entries },
    });
    await expect(broken).rejects.toThrow('it crashed');
    await first.close();
    const again = new Results(folder, 'j');
    expect(again.checkpoint()).toEqual({ position: 1, state: { runs: [['old']] } });
    await again.saveCheckpoint({ position: 3, state: { runs: [] }, later: laterOf([['new']]) });
    expect(again.checkpoint()).toEqual({ position: 3, state: { runs: [['new']] } });
    await again.close();
    expect(await storedIn(folder)).toHaveLength(2);
  });

  it('follows one that was stored as a whole, as an earlier version does', async () => {
    const results = new Results(aFolder(), 'j');
    await results.saveCheckpoint({ position: 1, state: { runs: ['whole'] } });
    expect(results.checkpoint()).toEqual({ position: 1, state: { runs: ['whole'] } });
    await results.saveCheckpoint({ position: 2, state: { runs: [] }, later: laterOf(['apart']) });
    expect(results.checkpoint()).toEqual({ position: 2, state: { runs: ['apart'] } });
    await results.close();
  });
});

describe('the pace of checkpoints', () => {
  it.each([
    [0, 0],
    [100, 1_900],
    [3_000, 57_000],
  ])('after one of %d ms leaves %d ms, so that they take a twentieth of the time', async (cost, pause) => {
    let now = 1_000;
    const pace = new CheckpointPace(() => now);
    expect(pace.request()).toBe(true);
    await pace.measure(async () => {
      now += cost;
    });
    now += pause - 1;
    expect(pace.request()).toBe(false);
    now += 1;
    expect(pace.request()).toBe(true);
    expect(pace.costs).toEqual({ took: cost, pause, putOff: 1 });
  });

  it('counts one that failed, too', async () => {
    let now = 0;
    const pace = new CheckpointPace(() => now);
    const failing = pace.measure(async () => {
      now += 1_000;
      throw new Error('the disk is full');
    });
    await expect(failing).rejects.toThrow('full');
    expect(pace.request()).toBe(false);
  });
});
