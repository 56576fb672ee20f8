import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Engine } from '../../src/engine.ts';
import { Pace, type Sliced } from '../../src/query/pace.ts';
import { parseSearch } from '../../src/search/request.ts';
import { search } from '../../src/search/search.ts';
import { StoreError } from '../../src/store-error.ts';
import { hostile, hostileDocuments, hostileMapping } from '../requests/fixture.ts';
import { hits } from '../requests/hits.ts';
import { fieldQueries } from '../requests/queries.ts';
import type { ComparedRequest } from '../requests/request.ts';
import { textQueries } from '../requests/texts.ts';
import { newFolder, type TestStore, testStore } from '../support.ts';

/** A pace whose slices are over at each look, so that a search is divided wherever it can be. */
class Hasty extends Pace {
  override get isOver(): boolean {
    return true;
  }
}

function atOnce<T>(work: Sliced<T>, between = () => {}): { value: T; slices: number } {
  for (let slices = 1; ; slices++) {
    const { done, value } = work.next();
    if (done) return { value, slices };
    between();
  }
}

/** The difficult documents, in a store that was stopped, opened without a server. */
async function engineWith(
  index: string,
  documents: Record<string, unknown>,
  mapping?: unknown,
): Promise<Engine> {
  const folder = newFolder();
  const store = await testStore({ folder });
  if (mapping) await store.request('PUT', `/${index}`, mapping);
  await store.index(index, documents);
  await store.stop();
  return new Engine(join(folder, 'store'), Date.now);
}

const words = (count: number, from = 0) =>
  Array.from({ length: count }, (_, at) => `w${(from + at * 7) % 500}`).join(' ');

/** Documents with texts of 400 words: enough for a search with a loose phrase to take seconds. */
async function longTexts(store: TestStore, count: number): Promise<void> {
  for (let from = 0; from < count; from += 500)
    await store.index(
      'texts',
      Object.fromEntries(
        Array.from({ length: 500 }, (_, at) => [
          `${from + at}`,
          { text: words(400, from + at), n: from + at },
        ]),
      ),
    );
}

const loosePhrase = { match_phrase: { text: { query: words(180), slop: 1_000 } } };

describe('a search in slices', () => {
  it('answers as in one piece, whatever the query', async () => {
    const engine = await engineWith(hostile, Object.fromEntries(hostileDocuments), hostileMapping);
    const run = (body: object, pace: Pace) => {
      try {
        const { value, slices } = atOnce(
          search(engine, [{ index: engine.open(hostile) }], parseSearch(body as never), pace),
        );
        return { value: JSON.stringify({ ...value, took: 0 }), slices };
      } catch (error) {
        if (!(error instanceof StoreError)) throw error;
        return { value: error.message, slices: 1 };
      }
    };
    let divided = 0;
    const asked = [...fieldQueries, ...textQueries, ...hits].filter(
      ({ path, body }: ComparedRequest) => path === `/${hostile}/_search` && typeof body === 'object',
    );
    for (const { body } of asked) {
      const hasty = run(body as object, new Hasty());
      expect(hasty.value).toBe(run(body as object, new Pace()).value);
      if (hasty.slices > 2) divided++;
    }
    expect(asked.length).toBeGreaterThan(200);
    expect(divided).toBeGreaterThan(50);
    await engine.close();
  });

  it('sees the documents that were there when it began, and bears what retention takes away', async () => {
    const texts = Object.fromEntries(
      Array.from({ length: 40 }, (_, at) => [`${at}`, { text: `quick brown fox ${at}` }]),
    );
    const engine = await engineWith('t', texts);
    await engine.write(() => engine.open('t').shard.seal());
    const index = engine.open('t');
    const request = parseSearch({ query: { match_phrase: { text: 'quick brown' } }, size: 100 });
    const whole = atOnce(search(engine, [{ index }], request, new Hasty()));
    expect(whole.value.hits.hits.length).toBe(40);
    const running = search(engine, [{ index }], request, new Hasty());
    for (let at = 0; at < 10; at++) running.next();
    const [segment] = index.shard.sealed;
    await engine.write(() => index.shard.drop(segment!));
    expect(atOnce(running).value.hits.hits).toEqual([]);
    await engine.close();
  });

  it('reports a deleted document no more and a later one not yet', async () => {
    const texts = Object.fromEntries(Array.from({ length: 20 }, (_, at) => [`${at}`, { text: 'quick fox' }]));
    const engine = await engineWith('t', texts);
    const index = engine.open('t');
    const request = parseSearch({ query: { match_phrase: { text: 'quick fox' } }, size: 100 });
    const running = search(engine, [{ index }], request, new Hasty());
    for (let at = 0; at < 5; at++) running.next();
    await engine.write(() => index.shard.delete(index.shard.find('19')!));
    const document = { text: 'quick fox' };
    await engine.write(() =>
      index.shard.put(
        { id: 'new', old: undefined, source: Buffer.from(JSON.stringify(document)), document, version: 1 },
        1,
      ),
    );
    const ids = (atOnce(running).value.hits.hits as { _id: string }[]).map(({ _id }) => _id);
    expect(ids.length).toBe(19);
    expect(ids).not.toContain('19');
    expect(ids).not.toContain('new');
    await engine.close();
  });
});

describe('a search that takes long', () => {
  it('lets writes and other searches pass, honours its timeout, and ends with its client', async () => {
    const store = await testStore();
    await longTexts(store, 4_000);
    const long = { query: { bool: { should: Array(30).fill(loosePhrase) } }, size: 1 };
    const leaving = new AbortController();
    const headers = { 'content-type': 'application/json' };
    const began = performance.now();
    const ended = fetch(`${store.url}/texts/_search`, {
      method: 'POST',
      headers,
      body: JSON.stringify(long),
      signal: leaving.signal,
    }).then(
      () => performance.now() - began,
      () => undefined,
    );
    await after(100);
    const times: number[] = [];
    for (let at = 0; at < 10; at++) {
      const start = performance.now();
      await store.index('other', { [`${at}`]: { at } });
      expect(await store.ids('other', { query: { term: { at } } })).toEqual([`${at}`]);
      times.push(performance.now() - start);
    }
    expect(Math.max(...times)).toBeLessThan(1_000);
    const timed = await store.request('POST', '/texts/_search?timeout=50ms', long);
    expect([timed.status, timed.at('timed_out')]).toEqual([200, true]);
    expect(timed.at('took')).toBeLessThan(2_000);
    const whole = await store.request('POST', '/texts/_search?allow_partial_search_results=false', {
      ...long,
      timeout: '50ms',
    });
    expect(whole.at('error.root_cause.0.type')).toBe('search_timeout_exception');
    leaving.abort();
    expect(await ended).toBeUndefined();
    // The thread is free again: a small search does not wait for slices of the one that was left.
    await after(100);
    const start = performance.now();
    await store.ids('other', {});
    expect(performance.now() - start).toBeLessThan(500);
  }, 120_000);
});

const limits: [what: string, body: object, reason: string][] = [
  [
    'terms of 65,537 values',
    { query: { terms: { 'text.keyword': Array.from({ length: 65_537 }, String) } } },
    'The number of terms [65537] used in the Terms Query request has exceeded the allowed maximum of [65536]',
  ],
  [
    'a match of 9,000 words',
    { query: { match: { text: 'x '.repeat(9_000) } } },
    'maxClauseCount is set to 8192',
  ],
  [
    'a bool of 9,000 clauses',
    { query: { bool: { should: Array(9_000).fill({ match_all: {} }) } } },
    'more than 8192 clauses',
  ],
  ['a timeout without a unit', { timeout: '17' }, 'failed to parse setting [timeout]'],
];

describe('a request beyond a limit', () => {
  it.each(limits)('is refused with a reason: %s', async (_, body, reason) => {
    const store = await testStore();
    await store.index('t', { 1: { text: 'a' } });
    const { status, text } = await store.request('POST', '/t/_search', body);
    expect([status, text.slice(0, 2_000)]).toEqual([400, expect.stringContaining(reason)]);
  });

  it('follows the limits that an index sets', async () => {
    const store = await testStore();
    await store.request('PUT', '/t', { settings: { index: { max_terms_count: 3 } } });
    await store.index('t', { 1: { n: 1 } });
    const asked = (n: number[]) => store.request('POST', '/t/_search', { query: { terms: { n } } });
    expect((await asked([1, 2, 3])).at('hits.total.value')).toBe(1);
    expect((await asked([1, 2, 3, 4])).text).toContain('allowed maximum of [3]');
  });

  it('answers 65,536 values of each kind of field', async () => {
    const store = await testStore();
    await store.index('t', {
      1: { n: 5, k: 'v7', ip: '10.0.0.1', d: '2026-01-01' },
      2: { n: -5, k: 'none' },
    });
    const many = Array.from({ length: 65_536 }, (_, at) => at);
    const asked: [field: string, values: unknown[]][] = [
      ['n', many],
      ['k.keyword', many.map((at) => `v${at}`)],
      ['k', many.map((at) => `v${at}`)],
      ['d', many.slice(0, 2_000).map((at) => new Date(Date.UTC(2026, 0, at)).toISOString().slice(0, 10))],
    ];
    for (const [field, values] of asked)
      expect([field, await store.ids('t', { query: { terms: { [field]: values } } })]).toEqual([
        field,
        ['1'],
      ]);
  });

  it('counts buckets of nested aggregations up to 65,536, in a time that grows with the documents', async () => {
    const store = await testStore();
    for (let from = 0; from < 12_000; from += 4_000)
      await store.index(
        't',
        Object.fromEntries(
          Array.from({ length: 4_000 }, (_, at) => [
            `${from + at}`,
            { k: `k${from + at}`, n: (from + at) % 7 },
          ]),
        ),
      );
    const field = 'k.keyword';
    const inside = (depth: number): object =>
      depth === 0 ? {} : { aggs: { a: { terms: { field, size: 20_000 }, ...inside(depth - 1) } } };
    const began = performance.now();
    const six = await store.request('POST', '/t/_search', { size: 0, ...inside(6) });
    expect([six.status, six.at('error.root_cause.0.type')]).toEqual([400, 'too_many_buckets_exception']);
    const five = await store.request('POST', '/t/_search?filter_path=aggregations.a.buckets.doc_count', {
      size: 0,
      ...inside(5),
    });
    expect((five.at('aggregations.a.buckets') as unknown[]).length).toBe(12_000);
    expect(performance.now() - began).toBeLessThan(30_000);
  }, 60_000);
});

describe('a part of Elasticsearch that the store does not have', () => {
  it.each([
    ['GET', '/_stats'],
    ['GET', '/t/_stats'],
    ['GET', '/_segments'],
    ['POST', '/_reindex'],
    ['POST', '/t/_update_by_query'],
    ['PUT', '/_ingest/pipeline/x'],
    ['GET', '/_tasks'],
  ])('is named in the error, and not taken for an index: %s %s', async (method, path) => {
    const store = await testStore();
    await store.index('t', { 1: { a: 1 } });
    const { status, at } = await store.request(method, path);
    expect(status).toBe(400);
    expect(at('error.reason')).toMatch(/^\[_\w+\] is not supported by this store$/);
  });
});
