import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { elasticsearch } from '../../src/config/schema/outputs.ts';
import { type Searcher, searcherOf } from '../../src/dashboards/search/searcher.ts';
import {
  around,
  type Document,
  fileLine,
  foreignOffsets,
  keywordsAnd,
  networkLine,
  pagesOf,
  shuffled,
  twoFiles,
} from '../dashboards/equal-times.ts';
import { type RealElasticsearch, startElasticsearch } from './support/elasticsearch.ts';

let real: RealElasticsearch;
let searcher: Searcher;

async function put(index: string, documents: Document[]): Promise<void> {
  const lines = documents.flatMap(({ id, ...document }) => [
    { create: { _index: index, _id: id } },
    document,
  ]);
  const body = `${lines.map((line) => JSON.stringify(line)).join('\n')}\n`;
  const answer = await fetch(`${real.url}/_bulk?refresh=true`, {
    ...{ method: 'POST', headers: { 'content-type': 'application/x-ndjson' }, body },
  });
  expect(await answer.json()).toMatchObject({ errors: false });
}

/** A file in an index of ours, and one in an index that has offsets of another kind. */
async function putTwoFiles([, mapping]: (typeof foreignOffsets)[number], place: number): Promise<void> {
  const settings = { number_of_shards: 1, number_of_replicas: 0 };
  const indices = { [`mixed-${place}-a`]: {}, [`mixed-${place}-b`]: { 'log.offset': mapping } };
  for (const [index, properties] of Object.entries(indices))
    await real.request('PUT', `/${index}`, { settings, mappings: keywordsAnd(properties) });
  await put(`mixed-${place}-b`, twoFiles.foreign);
  await put(`mixed-${place}-a`, twoFiles.own);
}

beforeAll(async () => {
  real = await startElasticsearch('8');
  const settings = elasticsearch.parse({ hosts: [real.url] });
  searcher = searcherOf(() => settings);
  for (const [index, shards] of Object.entries({ 'files-1': 1, 'files-2': 3, 'net-1': 1, 'net-2': 1 }))
    await real.request('PUT', `/${index}`, {
      settings: { number_of_shards: shards, number_of_replicas: 0 },
      mappings: keywordsAnd({}),
    });
  await Promise.all(foreignOffsets.map(putTwoFiles));
  for (const part of [0, 1, 2, 3])
    await put(
      `files-${1 + (part % 2)}`,
      shuffled(1_000)
        .filter((n) => n % 4 === part)
        .map((n) => fileLine(n)),
    );
  await put(
    'net-1',
    Array.from({ length: 10 }, (_, number) => networkLine(number)),
  );
  await put(
    'net-2',
    Array.from({ length: 10 }, (_, number) => networkLine(10 + number)),
  );
});
afterAll(async () => {
  await searcher?.close();
  await real?.stop();
});

describe('lines of one time in a real Elasticsearch', () => {
  it.each([7, 500])('are each shown once, as in their file, in pages of %d', async (limit) => {
    const found = await pagesOf(searcher, 'files-*', limit);
    expect(found).toEqual(Array.from({ length: 1_000 }, (_, at) => `/a.log ${999 - at}`));
  });

  it('keep the order in which they came where they have no offset', async () => {
    const found = await pagesOf(searcher, 'net-*', 3);
    expect(found).toEqual(Array.from({ length: 20 }, (_, at) => `net ${19 - at}`));
  });

  it('stand around a line in their order', async () => {
    const named = (kind: string, ...numbers: number[]) => numbers.map((number) => `${kind} ${number}`);
    expect(await around(searcher, 'files-*,net-*', '/a.log 500')).toEqual(
      named('/a.log', 497, 498, 499, 500, 501, 502, 503),
    );
    expect(await around(searcher, 'files-*,net-*', 'net 9')).toEqual(named('net', 6, 7, 8, 9, 10, 11, 12));
    expect(await around(searcher, 'files-*,net-*', 'net 0')).toEqual(named('net', 0, 1, 2, 3));
  });

  it.each(foreignOffsets.map(([name], place) => ({ name, index: `mixed-${place}-*` })))(
    'are all there where an index of others has the offset as $name',
    async ({ index }) => {
      const messages = (lines: Document[]) => lines.map(({ message }) => message);
      const all = messages([...twoFiles.own, ...twoFiles.foreign]).reverse();
      for (const limit of [2, 100]) expect(await pagesOf(searcher, index, limit)).toEqual(all);
      expect(await around(searcher, index, '/a.log 2')).toEqual(messages(twoFiles.own));
      expect(await around(searcher, index, '/foreign.log 10')).toEqual(messages(twoFiles.foreign));
    },
  );
});
