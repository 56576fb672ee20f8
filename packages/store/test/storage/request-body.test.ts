import { request } from 'node:http';
import { describe, expect, it } from 'vitest';
import { type TestStore, testStore } from '../support.ts';

const documents = 400;
const textOf = (part: number, n: number) => `part ${part} document ${n} ${'x'.repeat(1_000 + part)}`;
const bodyOf = (part: number) =>
  Array.from(
    { length: documents },
    (_, n) => `{"create":{"_index":"i","_id":"${part}-${n}"}}\n{"text":"${textOf(part, n)}"}\n`,
  ).join('');

/** Sends a part of a body and gives up. */
function abandon(store: TestStore, body: string): Promise<void> {
  return new Promise((resolve) => {
    const headers = { 'content-type': 'application/x-ndjson', 'content-length': body.length };
    const sent = request(`${store.url}/_bulk`, { method: 'POST', headers });
    sent.on('error', () => resolve());
    sent.write(body.slice(0, body.length / 2), () => sent.destroy());
  });
}

describe('large bodies', () => {
  it('are kept apart, whether they come at once, one after the other or are given up', async () => {
    const store = await testStore();
    for (const parts of [[0, 1, 2], [3], [4, 5, 6, 7]])
      await Promise.all([
        abandon(store, bodyOf(100)),
        ...parts.map(async (part) => {
          const answer = await store.request('POST', '/_bulk?filter_path=errors', bodyOf(part));
          expect([answer.status, answer.at('errors')]).toEqual([200, false]);
        }),
      ]);
    expect((await store.request('GET', '/i/_count')).at('count')).toBe(8 * documents);
    for (let part = 0; part < 8; part++)
      for (const n of [0, 1, documents - 1])
        expect((await store.request('GET', `/i/_doc/${part}-${n}`)).at('_source.text')).toBe(textOf(part, n));
    const hits = await store.request('POST', '/i/_search', {
      size: 0,
      aggs: {
        words: { terms: { field: 'text.keyword', size: 1 } },
        all: { value_count: { field: 'text.keyword' } },
      },
    });
    expect(hits.at('aggregations.words.buckets')).toEqual([]);
    expect(
      (await store.request('POST', '/i/_count', { query: { match_phrase: { text: 'part 6 document' } } })).at(
        'count',
      ),
    ).toBe(documents);
  });
});
