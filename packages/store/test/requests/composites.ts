import type { JsonObject } from '../../src/json.ts';

const source = (name: string, body: JsonObject): JsonObject => ({ [name]: body });
export const composites: JsonObject[] = [
  { sources: [source('w', { terms: { field: 'word' } })] },
  { sources: [source('w', { terms: { field: 'word', missing_bucket: true } })], size: 3 },
  { sources: [source('w', { terms: { field: 'word', missing_bucket: true, order: 'desc' } })], size: 30 },
  {
    sources: [source('w', { terms: { field: 'word', missing_bucket: true, missing_order: 'last' } })],
    size: 30,
  },
  {
    sources: [
      source('t', { terms: { field: 'tags', order: 'desc' } }),
      source('f', { terms: { field: 'flag' } }),
    ],
    size: 50,
  },
  { sources: [source('t', { terms: { field: 'tags' } })], after: { t: 'c"d' } },
  { sources: [source('t', { terms: { field: 'tags' } })], after: {} },
  { sources: [source('d', { date_histogram: { field: '@timestamp', calendar_interval: '1M' } })] },
  {
    sources: [
      source('d', {
        date_histogram: {
          field: '@timestamp',
          fixed_interval: '1d',
          format: 'yyyy-MM-dd',
          time_zone: 'Europe/Berlin',
        },
      }),
    ],
  },
  {
    sources: [source('d', { date_histogram: { field: '@timestamp', calendar_interval: '1d' } })],
    after: { d: 1_774_742_400_000 },
  },
  {
    sources: [
      source('h', { histogram: { field: 'small', interval: 10 } }),
      source('i', { terms: { field: 'ip' } }),
    ],
    size: 40,
  },
  {
    sources: [source('c', { terms: { field: 'count' } }), source('r', { terms: { field: 'ratio' } })],
    size: 40,
  },
  { sources: [source('t', { terms: { field: 'text' } })] },
  { sources: [source('t', { terms: { field: 'nope' } })] },
  { sources: [] },
  { sources: [source('t', { nope: { field: 'tags' } })] },
  { sources: [source('t', { terms: { field: 'tags' } }), source('t', { terms: { field: 'word' } })] },
  {},
];
