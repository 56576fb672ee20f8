import { describe, expect, it } from 'vitest';
import { fieldOf, findContext, findLogs } from '../../src/dashboards/search/logs.ts';
import {
  around,
  fileLine,
  foreignOffsets,
  keywordsAnd,
  networkLine,
  pagesOf,
  shuffled,
  twoFiles,
} from './equal-times.ts';
import { aStore, request } from './support.ts';

const start = Date.parse('2026-06-01T12:00:00Z');
const minute = { from: start, to: start + 60_000 };
const all = { ...minute, query: '', limit: 100, offset: 0 };

describe('a search for logs', () => {
  it('finds the events of a time, newest first', async () => {
    const { searcher, put } = await aStore();
    const times = [-1, 0, 10, 59_999, 60_000];
    await put('logs-a-default', ...times.map((at) => request(start + at, `/${at}`, 200, { id: `${at}` })));
    const { rows, total } = await findLogs(searcher, 'logs-*', all);
    expect(rows.map(({ id }) => id)).toEqual(['59999', '10', '0']);
    expect(total).toBe(3);
  });

  it('shows what a list needs, and the document', async () => {
    const { searcher, put } = await aStore();
    await put('logs-a-default', {
      ...request(start, '/a', 503, { id: 'one' }),
      ...{ 'log.level': 'error', 'service.name': 'shop', 'event.dataset': 'nginx.access' },
    });
    const { rows } = await findLogs(searcher, 'logs-*', all);
    expect(rows).toMatchObject([
      {
        ...{
          id: 'one',
          index: expect.stringContaining('logs-a-default'),
          at: start,
          kind: 'error',
          status: 503,
        },
        ...{ level: 'error', service: 'shop', host: 'web-1', dataset: 'nginx.access', message: 'GET /a 503' },
        source: { url: { path: '/a' } },
      },
    ]);
  });

  it('counts each bar of the histogram, also where nothing happened', async () => {
    const { searcher, put } = await aStore();
    const statuses = [200, 404, 500];
    await put('logs-a-default', ...statuses.map((status, at) => request(start + at, '/', status)));
    const { histogram } = await findLogs(searcher, 'logs-*', all);
    expect(histogram!.interval).toBe(1_000);
    expect(histogram!.bars).toHaveLength(60);
    expect(histogram!.bars[0]).toEqual({ at: start, events: 3, errors: 1, warnings: 1 });
    expect(histogram!.bars[59]).toEqual({ at: start + 59_000, events: 0, errors: 0, warnings: 0 });
  });

  it('shows each event once over all pages', async () => {
    const { searcher, put } = await aStore();
    await put(
      'logs-a-default',
      ...Array.from({ length: 25 }, (_, at) => request(start + at, '/', 200, { id: `${at}` })),
    );
    const found: string[] = [];
    for (let offset: number | undefined = 0; offset !== undefined; ) {
      const page: Awaited<ReturnType<typeof findLogs>> = await findLogs(searcher, 'logs-*', {
        ...all,
        limit: 10,
        offset,
      });
      expect(page.histogram === undefined).toBe(offset > 0);
      found.push(...page.rows.map(({ id }) => id));
      offset = page.next;
    }
    expect(found).toEqual(Array.from({ length: 25 }, (_, at) => `${24 - at}`));
  });

  it.each([7, 100, 500])('shows 1,000 lines of one time as in their file, in pages of %d', async (limit) => {
    const { searcher, put } = await aStore();
    for (const part of [0, 1, 2, 3])
      await put(
        `logs-a-${part % 2}`,
        ...shuffled(1_000)
          .filter((n) => n % 4 === part)
          .map((n) => fileLine(n)),
      );
    const found = await pagesOf(searcher, 'logs-*', limit);
    expect(found).toEqual(Array.from({ length: 1_000 }, (_, at) => `/a.log ${999 - at}`));
  });

  it('shows lines of one time that came over the network, those that came last first', async () => {
    const { searcher, put } = await aStore();
    for (const part of [0, 100, 200])
      await put('logs-net-default', ...Array.from({ length: 100 }, (_, at) => networkLine(part + at)));
    const found = await pagesOf(searcher, 'logs-*', 7);
    expect(found).toEqual(Array.from({ length: 300 }, (_, at) => `net ${299 - at}`));
  });

  it('refuses what lies beyond the rows that can be shown', async () => {
    const { searcher } = await aStore();
    await expect(findLogs(searcher, 'logs-*', { ...all, offset: 9_990, limit: 20 })).rejects.toThrow(
      '10000 events at most',
    );
  });

  it('finds nothing where there is no index', async () => {
    const { searcher } = await aStore();
    expect(await findLogs(searcher, 'logs-*', all)).toMatchObject({ total: 0, rows: [], problems: [] });
  });

  it('says why nothing can be searched', async () => {
    const { searcher, store } = await aStore();
    await store.stop();
    await expect(findLogs(searcher, 'logs-*', all)).rejects.toMatchObject({
      code: 'SINK_UNAVAILABLE',
      message: expect.stringContaining('Documents cannot be searched'),
    });
  });
});

describe('the context of a line', () => {
  const line = (offset: number, path: string, host = 'web-1') => ({
    ...{
      id: `${host} ${path} ${offset}`,
      '@timestamp': new Date(start).toISOString(),
      message: `line ${offset}`,
    },
    ...{ host: { name: host }, log: { file: { path }, offset } },
  });

  it('is the lines around it in its file, in their order', async () => {
    const { searcher, put } = await aStore();
    const own = Array.from({ length: 9 }, (_, at) => line(at * 100, '/a.log'));
    await put('logs-a-default', ...own, line(410, '/b.log'), line(390, '/a.log', 'web-2'));
    const {
      before,
      line: found,
      after,
    } = await findContext(searcher, 'logs-*', { id: own[4]!.id, limit: 2 });
    expect(before.map(({ message }) => message)).toEqual(['line 200', 'line 300']);
    expect(found.message).toBe('line 400');
    expect(after.map(({ message }) => message)).toEqual(['line 500', 'line 600']);
  });

  it('has each line of one time once, in the order in which they came, where they have no offset', async () => {
    const { searcher, put } = await aStore();
    await put('logs-net-default', ...Array.from({ length: 20 }, (_, number) => networkLine(number)));
    await put('logs-net-default', { ...networkLine(99), host: { name: 'another' } });
    expect(await around(searcher, 'logs-*', 'net 10')).toEqual(
      [7, 8, 9, 10, 11, 12, 13].map((n) => `net ${n}`),
    );
    expect(await around(searcher, 'logs-*', 'net 0')).toEqual([0, 1, 2, 3].map((n) => `net ${n}`));
    expect(await around(searcher, 'logs-*', 'net 19')).toEqual([16, 17, 18, 19].map((n) => `net ${n}`));
  });

  it('has lines before and after the index began anew', async () => {
    const { searcher, put } = await aStore();
    await put('logs-net-one', ...[0, 1, 2].map(networkLine));
    await put('logs-net-two', ...[3, 4, 5].map(networkLine));
    expect(await around(searcher, 'logs-*', 'net 2', 2)).toEqual([0, 1, 2, 3, 4].map((n) => `net ${n}`));
    expect(await around(searcher, 'logs-*', 'net 3', 2)).toEqual([1, 2, 3, 4, 5].map((n) => `net ${n}`));
  });

  it('has no lines of the file that had the name before', async () => {
    const { searcher, put } = await aStore();
    const old = [0, 1, 2, 3].map((number) => ({
      ...fileLine(number, '/a.log', { inode: '7' }),
      id: `${number} of 7`,
    }));
    const lines = [1, 2, 3].map((number) => fileLine(number, '/a.log', { inode: '8' }));
    await put('logs-a-default', ...old, ...lines);
    const { before, after } = await findContext(searcher, 'logs-*', { id: '/a.log 2', limit: 5 });
    expect([before, after].map((rows) => rows.map(({ id }) => id))).toEqual([['/a.log 1'], ['/a.log 3']]);
  });

  it('is there although another index has no offsets', async () => {
    const { searcher, put } = await aStore();
    await put('logs-net-default', networkLine(0));
    await put('logs-a-default', ...[1, 2, 3].map((number) => fileLine(number)));
    const { problems } = await findContext(searcher, 'logs-*', { id: '/a.log 2', limit: 5 });
    expect(problems).toEqual([]);
    expect(await around(searcher, 'logs-*', '/a.log 2')).toEqual([1, 2, 3].map((n) => `/a.log ${n}`));
  });

  it('names an event that is no longer there', async () => {
    const { searcher } = await aStore();
    await expect(findContext(searcher, 'logs-*', { id: 'gone', limit: 2 })).rejects.toMatchObject({
      code: 'NOT_EXPLAINABLE',
    });
  });
});

describe('a field of a document', () => {
  it.each<[string, object, unknown]>([
    ['a.b', { a: { b: 1 } }, 1],
    ['a.b', { 'a.b': 1 }, 1],
    ['a.b.c', { 'a.b': { c: 1 } }, 1],
    ['a.b.c', { a: { 'b.c': 1 } }, 1],
    ['a.b.c', { a: { b: 2 }, 'a.b': { c: 1 } }, 1],
    ['a.b', { a: null }, undefined],
    ['__proto__.x', {}, undefined],
    ['constructor', {}, undefined],
  ])('%s of %j', (name, document, expected) => expect(fieldOf(document, name)).toEqual(expected));
});

describe.each(foreignOffsets)('an index of others that has the offset as %s', (_, mapping) => {
  const { own, foreign } = twoFiles;
  const messages = (lines: typeof own) => lines.map(({ message }) => message);

  async function both() {
    const stored = await aStore();
    await stored.map('a-own', keywordsAnd({}));
    await stored.map('b-foreign', keywordsAnd({ 'log.offset': mapping }));
    await stored.put('b-foreign', ...foreign);
    await stored.put('a-own', ...own);
    return stored;
  }

  it.each([2, 100])('leaves out no line in pages of %d, those that came last first', async (limit) => {
    const { searcher } = await both();
    expect(await pagesOf(searcher, '*', limit)).toEqual(messages([...own, ...foreign]).reverse());
    expect(await pagesOf(searcher, 'b-*', limit)).toEqual(messages(foreign).reverse());
  });

  it('has the lines around one, and leaves others theirs', async () => {
    const { searcher } = await both();
    expect(await around(searcher, '*', '/a.log 2')).toEqual(messages(own));
    expect(await around(searcher, 'b-*', '/foreign.log 10')).toEqual(messages(foreign));
    expect(await around(searcher, '*', '/foreign.log 10')).toEqual(messages(foreign));
    const { problems } = await findContext(searcher, '*', { id: '/a.log 2', limit: 1 });
    expect(problems).toEqual([]);
  });
});
