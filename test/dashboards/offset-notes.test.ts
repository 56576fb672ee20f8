import { afterEach, describe, expect, it, vi } from 'vitest';
import { findContext, findLogs } from '../../src/dashboards/search/logs.ts';
import type { Searcher } from '../../src/dashboards/search/searcher.ts';
import { fileLine, foreignOffsets, keywordsAnd, oneTime, pagesOf, twoFiles } from './equal-times.ts';
import { aStore } from './support.ts';

const span = { from: oneTime - 1_000, to: oneTime + 1_000, query: '', limit: 2, offset: 0 };
const note = (index: string) =>
  `\`log.offset\` is no number that can be sorted by in ${index}: lines of one time are in the order in which they were stored.`;

/** The same searcher, and how often it was asked for what. */
function counted(searcher: Searcher) {
  const asked = { searches: 0, types: 0 };
  const counting: Searcher = {
    ...searcher,
    search(index, body) {
      asked.searches += 1;
      return searcher.search(index, body);
    },
    typesOf(index, field) {
      asked.types += 1;
      return searcher.typesOf(index, field);
    },
  };
  return { asked, searcher: counting };
}

async function both(mapping: object) {
  const stored = await aStore();
  await stored.map('a-own', keywordsAnd({}));
  await stored.map('b-foreign', keywordsAnd({ 'log.offset': mapping }));
  await stored.put('b-foreign', ...twoFiles.foreign);
  await stored.put('a-own', ...twoFiles.own);
  return { ...stored, ...counted(stored.searcher) };
}

describe('the notes of a search for logs', () => {
  it.each(foreignOffsets)('name the index that has offsets as %s', async (_, mapping) => {
    const { searcher } = await both(mapping);
    expect(await findLogs(searcher, '*', span)).toMatchObject({ problems: [], notes: [note('b-foreign')] });
    expect(await findContext(searcher, '*', { id: '/a.log 2', limit: 1 })).toMatchObject({
      problems: [],
      notes: [note('b-foreign')],
    });
  });

  it('name the pattern where all its indices have such offsets', async () => {
    const { searcher } = await both({ type: 'keyword' });
    expect((await findLogs(searcher, 'b-*', span)).notes).toEqual([note('b-*')]);
  });

  it('name three indices at most', async () => {
    const { searcher, map, put } = await both({ type: 'keyword' });
    for (const name of ['c', 'd', 'e']) {
      await map(`${name}-foreign`, keywordsAnd({ 'log.offset': { type: 'keyword' } }));
      await put(`${name}-foreign`, fileLine(1, `/${name}.log`));
    }
    expect((await findLogs(searcher, '*', span)).notes).toEqual([
      note('b-foreign, c-foreign, d-foreign and others'),
    ]);
  });

  it('are none where all offsets are numbers, and none are asked for', async () => {
    const { searcher, asked } = await both({ type: 'keyword' });
    expect((await findLogs(searcher, 'a-*', span)).notes).toEqual([]);
    expect((await findContext(searcher, 'a-*', { id: '/a.log 2', limit: 1 })).notes).toEqual([]);
    expect(asked.types).toBe(0);
  });

  it('are none around a line without an offset', async () => {
    const { searcher, put, asked } = await both({ type: 'keyword' });
    await put('a-own', { id: 'net', '@timestamp': new Date(oneTime).toISOString(), host: { name: 'r' } });
    expect((await findContext(searcher, '*', { id: 'net', limit: 1 })).notes).toEqual([]);
    expect(asked.types).toBe(0);
  });
});

describe('what is known of the offsets of others', () => {
  afterEach(() => {
    vi.useRealTimers();
  });
  const clockAt = (time: number) => vi.useFakeTimers({ toFake: ['Date'], now: time });

  it('is asked for once for all pages', async () => {
    const { searcher, asked } = await both({ type: 'keyword' });
    expect(await pagesOf(searcher, '*', 1)).toHaveLength(6);
    // The first page is searched twice, each other once.
    expect(asked).toEqual({ searches: 7, types: 1 });
  });

  it('is asked for again after a minute, and not before', async () => {
    const { searcher, asked } = await both({ type: 'keyword' });
    clockAt(oneTime);
    await findLogs(searcher, '*', span);
    clockAt(oneTime + 59_999);
    await findLogs(searcher, '*', span);
    expect(asked).toEqual({ searches: 3, types: 1 });
    clockAt(oneTime + 60_000);
    await findLogs(searcher, '*', span);
    expect(asked).toEqual({ searches: 5, types: 2 });
  });

  it('is known of each pattern of names alone', async () => {
    const { searcher, asked } = await both({ type: 'keyword' });
    await findLogs(searcher, '*', span);
    expect((await findLogs(searcher, 'a-*', span)).notes).toEqual([]);
    expect((await findLogs(searcher, 'b-*', span)).notes).toEqual([note('b-*')]);
    expect(asked.types).toBe(2);
  });

  it('is found anew by another searcher', async () => {
    const { searcher } = await both({ type: 'keyword' });
    await findLogs(searcher, '*', span);
    const other = counted(searcher);
    await findLogs(other.searcher, '*', span);
    expect(other.asked).toEqual({ searches: 2, types: 1 });
  });

  it('is nothing where it cannot be found out: the failure of the search is what is told', async () => {
    const { searcher, store } = await both({ type: 'keyword' });
    await store.stop();
    await expect(findLogs(searcher, '*', span)).rejects.toMatchObject({ code: 'SINK_UNAVAILABLE' });
  });
});
