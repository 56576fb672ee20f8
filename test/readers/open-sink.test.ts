import { expect, it } from 'vitest';
import { schema } from '../../src/config/schema/schema.ts';
import { bulkLimits } from '../../src/readers/indexer/open-sink.ts';

const limitsOf = (config: object) => {
  const { maxBulkItems, maxBulkBytes, maxBulksInFlight } = bulkLimits(schema.parse(config));
  return { maxBulkItems, maxBulkBytes, maxBulksInFlight };
};
const elasticsearch = { hosts: ['http://127.0.0.1:9200'] };

it('leaves requests to an Elasticsearch as they are configured', () => {
  const indexing = { maxBulkItems: 20_000, maxBulkBytes: '50mb', maxBulksInFlight: 9 };
  expect(limitsOf({ elasticsearch, indexing })).toEqual({
    maxBulkItems: 20_000,
    maxBulkBytes: 50 * 2 ** 20,
    maxBulksInFlight: 9,
  });
});

it('sends the embedded store small requests, for large ones only wait in memory', () => {
  const ours = { maxBulkItems: 1_000, maxBulkBytes: 2 ** 20, maxBulksInFlight: 2 };
  expect(limitsOf({})).toEqual(ours);
  expect(limitsOf({ indexing: { maxBulkItems: 20_000, maxBulkBytes: '50mb' } })).toEqual(ours);
});

it('keeps what is configured smaller still', () => {
  const indexing = { maxBulkItems: 10, maxBulkBytes: '64kb', maxBulksInFlight: 1 };
  expect(limitsOf({ indexing })).toEqual({ ...indexing, maxBulkBytes: 65_536 });
});
