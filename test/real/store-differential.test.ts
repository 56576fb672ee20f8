import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buckets } from '../../packages/store/test/requests/buckets.ts';
import { writes } from '../../packages/store/test/requests/documents.ts';
import { hardDocuments } from '../../packages/store/test/requests/hard-documents.ts';
import { highlights } from '../../packages/store/test/requests/highlights.ts';
import { hits } from '../../packages/store/test/requests/hits.ts';
import { metrics } from '../../packages/store/test/requests/metrics.ts';
import { fieldQueries } from '../../packages/store/test/requests/queries.ts';
import { queryStrings } from '../../packages/store/test/requests/query-strings.ts';
import { rangeQueries } from '../../packages/store/test/requests/ranges.ts';
import { readings } from '../../packages/store/test/requests/readings.ts';
import type { ComparedRequest } from '../../packages/store/test/requests/request.ts';
import { textQueries } from '../../packages/store/test/requests/texts.ts';
import { ask, compare, describeRequest, isRefusal } from './support/differential.ts';
import { type BothStores, startBoth } from './support/differential-data.ts';

const tables: [what: string, requests: ComparedRequest[]][] = [
  ['queries on every field', fieldQueries],
  ['texts, compound and nested queries', textQueries],
  ['ranges', rangeQueries],
  ['query strings', queryStrings],
  ['sorts, pages and what of a document is shown', hits],
  ['highlighting', highlights],
  ['buckets', buckets],
  ['metrics', metrics],
  ['writes', writes],
  ['documents that are hard to take, and limits', hardDocuments],
  ['requests about many indices, and names', readings],
];

describe('the embedded store beside a real Elasticsearch', () => {
  let both: BothStores;
  beforeAll(async () => {
    both = await startBoth('8');
  });
  afterAll(() => both?.stop());

  it.each(tables)('answers alike, or says that it cannot: %s', async (_, requests) => {
    const differing: string[] = [];
    let refused = 0;
    // Documents of the table before are found by Elasticsearch only after a refresh, by itself within a second.
    for (const url of [both.real, both.store]) await ask(url, { method: 'POST', path: '/_refresh' });
    for (const request of requests) {
      const [real, store] = [await ask(both.real, request), await ask(both.store, request)];
      const found = compare(request, real, store);
      if (found.length > 0 && isRefusal(store)) refused++;
      else if (found.length > 0) differing.push(`${describeRequest(request)}\n  ${found.join('\n  ')}`);
    }
    expect(differing).toEqual([]);
    // What is not supported is the exception.
    expect(refused).toBeLessThan(requests.length / 10);
  });
});
