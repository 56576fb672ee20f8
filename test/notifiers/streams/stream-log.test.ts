import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StreamLog } from '../../../src/notifiers/streams/stream-log.ts';
import { aFolder } from '../../support/folder.ts';
import { aLog, keyed, put, range } from './support.ts';

const ids = (log: StreamLog, stream: string, limit = 1_000) => log.read(stream, limit).map(({ id }) => id);
const named = (from: number, to: number) => range(from, to).map((n) => `o${n}`);

describe('the log of streams', () => {
  it('has for each stream what was put after it began, in order', async () => {
    const log = aLog();
    await log.configure(['a']);
    await put(log, [1, 2]);
    await log.configure(['a', 'b']);
    await put(log, [3]);
    expect(ids(log, 'a')).toEqual(['o1', 'o2', 'o3']);
    expect(ids(log, 'b')).toEqual(['o3']);
    expect(ids(log, 'none')).toEqual([]);
    expect(ids(log, 'a', 2)).toEqual(['o1', 'o2']);
    expect(log.stateOf('none')).toEqual({ pending: 0, dropped: 0 });
  });

  it('keeps an entry until all streams are past it', async () => {
    const log = aLog();
    await log.configure(['fast', 'slow']);
    await put(log, range(1, 5));
    await log.advance('fast', 5);
    expect(log.size).toBe(5);
    await log.advance('slow', 3);
    expect([log.size, ids(log, 'slow'), ids(log, 'fast')]).toEqual([2, ['o4', 'o5'], []]);
    await log.advance('slow', 5);
    expect(log.size).toBe(0);
  });

  it.each([
    ['the same turn again', [1, 2, 3], []],
    ['a turn that was cut differently', [2, 3, 4, 5], ['o4', 'o5']],
    ['a turn after it', [4], ['o4']],
  ])('takes from a replay what is new: %s', async (_, again, news) => {
    const log = aLog();
    await log.configure(['a']);
    await put(log, [1, 2, 3]);
    await log.advance('a', 3);
    await put(log, again);
    expect(ids(log, 'a')).toEqual(news);
  });

  it('tells outputs of one position apart by their ordinals', async () => {
    const log = aLog();
    await log.configure(['a']);
    const at = (ordinal: number) => ({ ...keyed(ordinal), key: [7, ordinal] as [number, number] });
    await log.put('journal', [at(1), at(2)], {}, 0);
    await log.put('journal', [at(2), at(3)], {}, 0);
    expect(ids(log, 'a')).toEqual(['o1', 'o2', 'o3']);
  });

  it('takes outputs of another journal from its beginning', async () => {
    const log = aLog();
    await log.configure(['a']);
    await put(log, [10, 11]);
    await put(log, [1, 2], {}, 0, 'another');
    expect(ids(log, 'a')).toEqual(['o10', 'o11', 'o1', 'o2']);
  });

  it('tells outputs of own alerts apart from those of the journal, and takes each once', async () => {
    const folder = aFolder();
    const first = aLog(folder);
    await first.configure(['a']);
    await put(first, [1, 2]);
    const own = (...numbers: number[]) => numbers.map((n) => keyed(n, { rule: 'logboom-disk-full' }));
    await first.put(undefined, own(1_700), {}, 0);
    await put(first, [2, 3]);
    await first.close();
    const log = aLog(folder);
    await log.put(undefined, own(1_700, 1_701), {}, 0);
    await put(log, [3, 4], {}, 0);
    expect(ids(log, 'a')).toEqual(['o1', 'o2', 'o1700', 'o3', 'o1701', 'o4']);
    expect(log.read('a', 10).map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6]);
    expect(log.stateOf('a').pending).toBe(6);
    await log.advance('a', 6);
    expect([log.size, log.stateOf('a').pending]).toEqual([0, 0]);
    await put(log, [5]);
    expect(ids(log, 'a')).toEqual(['o5']);
  });

  it('drops the oldest of a stream that is too far behind, and counts them', async () => {
    const log = aLog();
    await log.configure(['fast', 'slow']);
    const keep = { fast: 100, slow: 3 };
    await put(log, range(1, 5), keep);
    expect(ids(log, 'slow')).toEqual(named(3, 5));
    expect(ids(log, 'fast')).toEqual(named(1, 5));
    expect(log.stateOf('slow')).toEqual({ pending: 3, dropped: 2 });
    await put(log, range(6, 7), keep);
    expect(log.stateOf('slow')).toEqual({ pending: 3, dropped: 4 });
    await log.advance('fast', 7);
    expect(log.size).toBe(3);
  });

  it('does not go back where a stream was moved on by a loss meanwhile', async () => {
    const log = aLog();
    await log.configure(['slow']);
    await put(log, range(1, 10), { slow: 2 });
    await log.advance('slow', 4);
    expect(ids(log, 'slow')).toEqual(['o9', 'o10']);
  });

  it('forgets a stream that is removed, and what waited for it alone', async () => {
    const log = aLog();
    await log.configure(['a', 'b']);
    await put(log, range(1, 4));
    await log.advance('b', 4);
    await log.configure(['b']);
    expect(log.size).toBe(0);
    await log.configure(['a', 'b']);
    expect(ids(log, 'a')).toEqual([]);
  });

  it('keeps nothing while there is no stream', async () => {
    const log = aLog();
    await put(log, range(1, 4));
    expect(log.size).toBe(0);
  });

  it('goes on after it is opened again, and shows what another has written', async () => {
    const folder = aFolder();
    const [writer, reader] = [aLog(folder), aLog(folder)];
    await writer.configure(['a']);
    await put(writer, range(1, 4), { a: 3 });
    expect(ids(reader, 'a')).toEqual(named(2, 4));
    await reader.advance('a', 3);
    expect(writer.stateOf('a')).toEqual({ pending: 1, dropped: 1 });
    const again = aLog(folder);
    expect(ids(again, 'a')).toEqual(['o4']);
    await put(again, [4, 5], { a: 3 });
    expect(ids(reader, 'a')).toEqual(['o4', 'o5']);
  });

  it('gives each stream every output once, or counts it, in any sequence of steps', async () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('put' as const), count: fc.integer({ min: 0, max: 12 }) }),
      fc.record({ do: fc.constant('replay' as const), count: fc.integer({ min: 1, max: 15 }) }),
      fc.record({
        do: fc.constant('take' as const),
        stream: fc.constantFrom('a', 'b'),
        count: fc.integer({ min: 1, max: 9 }),
      }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { maxLength: 25 }),
        fc.record({ a: fc.integer({ min: 1, max: 20 }), b: fc.integer({ min: 1, max: 20 }) }),
        async (steps, keep) => {
          const log = aLog();
          await log.configure(['a', 'b']);
          const taken = { a: [] as number[], b: [] as number[] };
          let last = 0;
          for (const one of steps) {
            if (one.do === 'put') await put(log, range(last + 1, last + one.count), keep);
            if (one.do === 'put') last += one.count;
            if (one.do === 'replay') await put(log, range(Math.max(1, last - one.count), last), keep);
            if (one.do !== 'take') continue;
            const entries = log.read(one.stream, one.count);
            if (entries.length > 0) await log.advance(one.stream, entries.at(-1)!.number);
            taken[one.stream as 'a' | 'b'].push(...entries.map(({ id }) => Number(id.slice(1))));
          }
          for (const name of ['a', 'b'] as const) {
            const { pending, dropped } = log.stateOf(name);
            expect(taken[name]).toEqual([...new Set(taken[name])].sort((one, other) => one - other));
            expect(pending).toBeLessThanOrEqual(keep[name]);
            expect(taken[name].length + pending + dropped).toBe(last);
          }
          expect(log.size).toBe(Math.max(log.stateOf('a').pending, log.stateOf('b').pending));
          await log.close();
        },
      ),
      { numRuns: 30 },
    );
  });
});
