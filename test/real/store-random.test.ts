import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostileMapping } from '../../packages/store/test/requests/fixture.ts';
import { request } from '../../packages/store/test/requests/request.ts';
import { anyDocument, anySearch } from './support/arbitrary-requests.ts';
import { ask, compare, isRefusal } from './support/differential.ts';
import { type BothStores, startBoth } from './support/differential-data.ts';

describe('the embedded store beside a real Elasticsearch', () => {
  let both: BothStores;
  beforeAll(async () => {
    both = await startBoth('9');
  });
  afterAll(() => both?.stop());

  it('answers any search alike', async () => {
    const property = fc.asyncProperty(anySearch, async (request) => {
      const [real, store] = [await ask(both.real, request), await ask(both.store, request)];
      const found = compare(request, real, store);
      if (!isRefusal(store)) expect(found).toEqual([]);
    });
    await fc.assert(property, { seed: 20_261_121, numRuns: 1_000 });
  });

  it('takes and refuses any document alike', async () => {
    const settings = { index: { mapping: { ignore_malformed: true }, number_of_replicas: 0 } };
    const differing = new Set<string>();
    const create = request('PUT', '/any', { ...hostileMapping, settings });
    for (const url of [both.real, both.store]) await ask(url, create);
    const property = fc.asyncProperty(anyDocument, async (document) => {
      // A dry run in an index of its own would be dear: what is taken is removed, and the mapping stays that of the first.
      const written = request('PUT', '/any/_doc/1', document);
      const [real, store] = [await ask(both.real, written), await ask(both.store, written)];
      if (!isRefusal(store) && real.status !== store.status)
        differing.add(`${document}: ${real.status} ≠ ${store.status}`);
    });
    await fc.assert(property, { seed: 20_261_129, numRuns: 500 });
    expect([...differing]).toEqual([]);
  });
});
