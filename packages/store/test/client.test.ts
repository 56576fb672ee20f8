import { Client, errors } from '@elastic/elasticsearch';
import { describe, expect, it } from 'vitest';
import { testStore } from './support.ts';

async function connected() {
  const store = await testStore();
  return new Client({ node: store.url });
}

describe('the official client', () => {
  it('accepts the store as an Elasticsearch', async () => {
    const client = await connected();
    expect((await client.info()).version.number).toBe('8.19.0');
    expect(await client.ping()).toBe(true);
    await client.close();
  });

  it('installs a template, writes in bulk and searches', async () => {
    const client = await connected();
    await client.indices.putIndexTemplate({
      name: 'app',
      index_patterns: ['logs-app-*'],
      priority: 300,
      data_stream: {},
      template: { mappings: { properties: { level: { type: 'keyword' } } } },
    });
    expect(await client.indices.existsIndexTemplate({ name: 'app' })).toBe(true);
    const operations = Array.from({ length: 30 }, (_, at) => [
      { create: { _index: 'logs-app-x', _id: `${at}` } },
      { '@timestamp': new Date(1.8e12 + at * 60_000).toISOString(), level: at % 3 === 0 ? 'error' : 'info' },
    ]).flat();
    const bulk = await client.bulk({ operations, refresh: true });
    expect([bulk.errors, bulk.items.length]).toEqual([false, 30]);
    const found = await client.search({
      index: 'logs-*',
      size: 2,
      query: { term: { level: 'error' } },
      sort: [{ '@timestamp': 'desc' }],
      aggs: { levels: { terms: { field: 'level' } } },
    });
    expect(found.hits.hits.map((hit) => hit._id)).toEqual(['27', '24']);
    expect(found.hits.total).toEqual({ value: 10, relation: 'eq' });
    expect(found.aggregations?.levels).toMatchObject({ buckets: [{ key: 'error', doc_count: 10 }] });
    await client.close();
  });

  it('uses its helpers: bulk and scroll', async () => {
    const client = await connected();
    const datasource = Array.from({ length: 250 }, (_, n) => ({ n }));
    const stats = await client.helpers.bulk({
      datasource,
      onDocument: ({ n }) => ({ index: { _index: 't', _id: `${n}` } }),
    });
    expect([stats.successful, stats.failed]).toEqual([250, 0]);
    const seen: number[] = [];
    for await (const { n } of client.helpers.scrollDocuments<{ n: number }>({
      index: 't',
      size: 40,
      sort: ['n'],
    }))
      seen.push(n);
    expect(seen).toEqual(datasource.map(({ n }) => n));
    await client.close();
  });

  it('uses its helpers: pages of a scroll, documents of a search, many searches at once', async () => {
    const client = await connected();
    const datasource = Array.from({ length: 25 }, (_, n) => ({ n, kind: n % 2 === 0 ? 'even' : 'odd' }));
    await client.helpers.bulk({ datasource, onDocument: () => ({ index: { _index: 't' } }) });
    const pages: number[] = [];
    for await (const page of client.helpers.scrollSearch({ index: 't', size: 10, query: { match_all: {} } }))
      pages.push(page.documents.length);
    expect(pages).toEqual([10, 10, 5]);
    const odd = { term: { 'kind.keyword': 'odd' } };
    const found = await client.helpers.search<{ n: number }>({
      index: 't',
      query: odd,
      sort: ['n'],
      size: 2,
    });
    expect(found.map(({ n }) => n)).toEqual([1, 3]);
    const many = client.helpers.msearch({ operations: 5 });
    const answers = await Promise.all(
      ['odd', 'even'].map((kind) =>
        many.search({ index: 't' }, { size: 0, query: { term: { 'kind.keyword': kind } } }),
      ),
    );
    expect(answers.map(({ body }) => body.hits.total)).toMatchObject([{ value: 12 }, { value: 13 }]);
    many.stop();
    await client.close();
  });

  it('pages through a point in time, which what comes later does not change', async () => {
    const client = await connected();
    const operations = Array.from({ length: 9 }, (_, n) => [
      { index: { _index: 't', _id: `${n}` } },
      { n },
    ]).flat();
    await client.bulk({ operations });
    const { id } = await client.openPointInTime({ index: 't', keep_alive: '1m' });
    await client.index({ index: 't', document: { n: 100 } });
    const seen: unknown[] = [];
    for (let after: unknown[] | undefined; ; ) {
      const { hits } = await client.search<{ n: number }>({
        pit: { id, keep_alive: '1m' },
        size: 4,
        sort: ['n'],
        ...(after && { search_after: after as number[] }),
      });
      if (hits.hits.length === 0) break;
      seen.push(...hits.hits.map((hit) => hit._source?.n));
      after = hits.hits.at(-1)?.sort;
    }
    expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect((await client.closePointInTime({ id })).succeeded).toBe(true);
    await client.close();
  });

  it('reads, updates and deletes documents, and understands the errors', async () => {
    const client = await connected();
    await client.index({ index: 't', id: '1', document: { a: 1 } });
    await client.update({ index: 't', id: '1', doc: { b: 2 } });
    expect((await client.get({ index: 't', id: '1' }))._source).toEqual({ a: 1, b: 2 });
    expect(await client.exists({ index: 't', id: '2' })).toBe(false);
    await expect(client.create({ index: 't', id: '1', document: {} })).rejects.toMatchObject({
      statusCode: 409,
    });
    await expect(client.get({ index: 'nope', id: '1' })).rejects.toBeInstanceOf(errors.ResponseError);
    expect((await client.deleteByQuery({ index: 't', query: { match_all: {} } })).deleted).toBe(1);
    expect((await client.count({ index: 't' })).count).toBe(0);
    expect((await client.cat.indices({ format: 'json' }))[0]).toMatchObject({ index: 't', health: 'green' });
    await client.close();
  });

  it('compresses its requests', async () => {
    const store = await testStore();
    const client = new Client({ node: store.url, compression: true });
    const answer = await client.bulk({ operations: [{ index: { _index: 't' } }, { a: 1 }] });
    expect(answer.errors).toBe(false);
    await client.close();
  });
});
