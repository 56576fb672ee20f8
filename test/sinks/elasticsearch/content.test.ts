import { describe, expect, it } from 'vitest';
import { contentOf } from '../../../src/sinks/elasticsearch/setup/templates/content.ts';

const sent = {
  index_patterns: ['logs-x-*'],
  priority: 200,
  composed_of: ['a', 'b'],
  data_stream: {},
  template: {
    settings: { 'index.codec': 'best_compression', 'index.mapping.ignore_malformed': true },
    mappings: {
      properties: { version: { type: 'keyword' }, hidden: { type: 'boolean' }, n: { type: 'long' } },
    },
  },
};
const change = (part: object) => ({ ...sent, template: { ...sent.template, ...part } });

describe('the name of a template’s content', () => {
  it.each([
    ['with its keys in another order', Object.fromEntries(Object.entries(sent).reverse())],
    ['with marks', { ...sent, version: 3, _meta: { managed_by: 'logboom' } }],
    [
      'with settings nested, and as text',
      change({ settings: { index: { codec: 'best_compression', mapping: { ignore_malformed: 'true' } } } }),
    ],
    [
      'with the defaults of a data stream',
      { ...sent, data_stream: { hidden: false, allow_custom_routing: 'false' } },
    ],
    [
      'with the time field of OpenSearch',
      { ...sent, data_stream: { timestamp_field: { name: '@timestamp' } } },
    ],
    ['with dates of Elasticsearch 9', { ...sent, created_date_millis: 1, modified_date: '2026-01-01' }],
    ['with empty parts', { ...sent, ignore_missing_component_templates: [], ...change({ aliases: {} }) }],
  ])('is the same %s', (_, other) => {
    expect(contentOf(other)).toBe(contentOf(sent));
  });

  it.each([
    ['another priority', { ...sent, priority: 201 }],
    ['components in another order', { ...sent, composed_of: ['b', 'a'] }],
    ['no data stream', Object.fromEntries(Object.entries(sent).filter(([key]) => key !== 'data_stream'))],
    ['another setting', change({ settings: { index: { codec: 'default' } } })],
    [
      'a field more',
      change({ mappings: { properties: { ...sent.template.mappings.properties, m: { type: 'long' } } } }),
    ],
    [
      'a field less whose name is that of a default',
      change({ mappings: { properties: { n: { type: 'long' }, version: { type: 'keyword' } } } }),
    ],
    ['a lifecycle, though it is empty', change({ lifecycle: {} })],
  ])('is another with %s', (_, other) => {
    expect(contentOf(other)).not.toBe(contentOf(sent));
  });
});
