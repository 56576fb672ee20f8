import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { anySearch } from './support/arbitrary-requests.ts';
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
});
