import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Constant } from '../../../src/events/index.ts';
import type { BulkItem } from '../../../src/model.ts';
import { bodyOf, entryOf } from '../../../src/sinks/elasticsearch/delivery/bulk-request.ts';
import { readAnswer, readCreated } from '../../../src/sinks/elasticsearch/delivery/bulk-response.ts';
import { ActionTemplate, PackedBulk } from '../../../src/sinks/elasticsearch/delivery/packed-bulk.ts';
import { startFakeElasticsearch } from '../support/fake-elasticsearch.ts';
import { items, testSink } from '../support/sink.ts';

const anyItem: fc.Arbitrary<BulkItem> = fc.record(
  {
    action: fc.constantFrom('create' as const, 'index' as const),
    index: fc.string({ unit: 'grapheme' }),
    id: fc.string({ unit: 'grapheme' }),
    document: fc.json(),
    routing: fc.string(),
    pipeline: fc.string(),
    version: fc.nat(),
  },
  { requiredKeys: ['action', 'index', 'id', 'document'] },
);

function packed(given: BulkItem[]): PackedBulk {
  const bulk = new PackedBulk(1);
  for (const item of given) bulk.add(item);
  return bulk;
}

describe('a packed bulk', () => {
  it('is the body that the items have, and gives them back', () => {
    fc.assert(
      fc.property(fc.array(anyItem), (given) => {
        const bulk = packed(given);
        expect(bulk.length).toBe(given.length);
        expect(bulk.body.equals(bodyOf(given.map(entryOf)))).toBe(true);
        const texts = bulk.items().map((item) => ({ ...item, document: String(item.document) }));
        expect(texts).toEqual(given);
      }),
    );
  });

  it.each([0, 9, 10, 35, 36, 1_295, 1_296, 2 ** 31, Number.MAX_SAFE_INTEGER])(
    'writes the index %d of an event as its id ends',
    (index) => {
      const bulk = new PackedBulk(1);
      bulk.begin(new ActionTemplate({ action: 'create', index: 'i' }), new Constant('j-1-'), index);
      bulk.writer.text('{}');
      bulk.end();
      expect(bulk.items()[0]!.id).toBe(`j-1-${index.toString(36)}`);
    },
  );

  it('is empty when it was cleared, and can be filled again', () => {
    const bulk = packed(items(3));
    bulk.clear();
    expect(bulk.items()).toEqual([]);
    bulk.add(items(1)[0]!);
    expect(bulk.items()).toHaveLength(1);
  });

  it('gives its last items to another one, which then is as if they had been added to it', () => {
    fc.assert(
      fc.property(fc.array(anyItem, { minLength: 1 }), fc.array(anyItem), (given, there) => {
        const [from, to] = [packed(given), packed(there)];
        from.moveLast(to);
        expect(from.body).toEqual(packed(given.slice(0, -1)).body);
        expect(from.items()).toEqual(packed(given.slice(0, -1)).items());
        const both = packed([...there, given.at(-1)!]);
        expect(to.body).toEqual(both.body);
        expect(to.items()).toEqual(both.items());
        expect(to.areLines()).toBe(both.areLines());
      }),
    );
  });

  it('has room for more items than it began with', () => {
    expect(packed(items(10_000)).items()).toHaveLength(10_000);
  });

  it.each([
    ['{}', true],
    ['', false],
    ['{\n}', false],
    ['{}\n', false],
  ])('tells whether each document is a line: %j %s', (document, expected) => {
    expect(packed([...items(2), { ...items(1)[0]!, document }, ...items(1)]).areLines()).toBe(expected);
  });
});

describe('the answer that all were created', () => {
  const answer = (count: number, item = '{"create":{"status":201}}') =>
    `{"took":5,"errors":false,"items":[${Array(count).fill(item).join(',')}]}`;

  it.each([1, 2, 1_000])('is read without being parsed: %d items', (count) => {
    const read = readCreated(answer(count));
    expect(read?.count).toBe(count);
    expect(readAnswer(read, count)).toBeTypeOf('symbol');
    expect(readAnswer(read, count + 1)).toBe(`the answer holds ${count} items for ${count + 1} documents`);
  });

  it('may have its members in another order', () => {
    expect(readCreated('{"errors":false,"took":1,"items":[{"index":{"status":201}}]}')?.count).toBe(1);
  });

  it.each([
    ['no items', answer(0)],
    ['an error', answer(1).replace('false', 'true')],
    ['a document that was there', answer(2, '{"create":{"status":200}}')],
    ['one of them another', `${answer(1).slice(0, -2)},{"create":{"status":409}}]}`],
    ['one of them in the failure store', answer(1, '{"create":{"status":201,"failure_store":"used"}}')],
    ['its end missing', answer(3).slice(0, -1)],
    ['more behind', `${answer(2)} `],
    ['the answer to something else', '{"acknowledged":true}'],
  ])('is nothing else: %s', (_, text) => {
    expect(readCreated(text)).toBeUndefined();
  });
});

describe('the delivery of a packed bulk', () => {
  async function setUp(index = {}) {
    const fake = await startFakeElasticsearch();
    const { sink, letters } = testSink({ hosts: [fake.url], index });
    onTestFinished(async () => {
      await sink.close();
      await fake.close();
    });
    return { fake, sink, letters };
  }

  it('ends with each document in the index', async () => {
    const { fake, sink } = await setUp();
    const report = await sink.deliverPacked!(packed(items(7)));
    expect(report).toEqual({ indexed: 7, duplicates: 0, deadLettered: 0 });
    expect(fake.documents.size).toBe(7);
  });

  it('counts those that were there already', async () => {
    const { fake, sink } = await setUp();
    await sink.deliver(items(3));
    const report = await sink.deliverPacked!(packed(items(5)));
    expect(report).toEqual({ indexed: 2, duplicates: 3, deadLettered: 0 });
    expect(fake.documents.size).toBe(5);
  });

  it('is cut where a request would be too large', async () => {
    const { fake, sink } = await setUp({ maxBulkItems: 2 });
    const report = await sink.deliverPacked!(packed(items(5)));
    expect(report.indexed).toBe(5);
    expect(fake.documents.size).toBe(5);
  });

  it('never sends a document that would break out of its line', async () => {
    const { fake, sink, letters } = await setUp();
    const bad = { ...items(1, 'bad-')[0]!, document: '{}\n{"delete":{}}' };
    const report = await sink.deliverPacked!(packed([...items(2), bad]));
    expect(report).toEqual({ indexed: 2, duplicates: 0, deadLettered: 1 });
    expect(letters).toMatchObject([{ id: 'bad-0', reason: expect.stringContaining('line feed') }]);
    expect([...fake.documents.keys()].join()).not.toContain('bad-0');
  });
});
