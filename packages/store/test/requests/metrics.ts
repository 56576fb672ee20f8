import type { JsonObject } from '../../src/json.ts';
import { columns, hostile } from './fixture.ts';
import { access, aggregated, type ComparedRequest } from './request.ts';

const fields = [...columns, 'labels.env', 'text', 'nope', 'alias'];
const kinds = ['avg', 'sum', 'min', 'max', 'stats', 'extended_stats', 'value_count', 'cardinality'];
/** Sums of numbers beyond 1e300 overflow in an order of Elasticsearch's own. */
const none: JsonObject = { match_none: {} };

const further: JsonObject[] = [
  { avg: { field: 'small', missing: 5 } },
  { max: { field: 'nope', missing: 5 } },
  { sum: { field: 'count', missing: '3' } },
  { min: { field: '@timestamp', missing: '2000-01-01' } },
  { cardinality: { field: 'tags', missing: 'none' } },
  { cardinality: { field: 'tags', precision_threshold: 10 } },
  { value_count: { field: 'tags', missing: 'none' } },
  { avg: {} },
  { avg: { field: 'small', nope: 1 } },
  { max: { field: '@timestamp', format: 'yyyy-MM-dd' } },
  { stats: { field: '@timestamp', format: 'yyyy-MM-dd' } },
  { sum: { field: 'small', format: '0.0' } },
  { extended_stats: { field: 'at', sigma: 3 } },
  { extended_stats: { field: 'at', sigma: -1 } },
  { percentiles: { field: 'at' } },
  { percentiles: { field: 'at', percents: [50, 10, 99.9] } },
  { percentiles: { field: 'at', percents: [0, 100], keyed: false } },
  { percentiles: { field: 'at', percents: [101] } },
  { percentiles: { field: 'at', percents: [] } },
  { percentiles: { field: 'word' } },
  { percentiles: { field: 'nope' } },
  { percentiles: { field: '@timestamp', percents: [0, 100] } },
  { percentile_ranks: { field: 'at', values: [5, 10] } },
  { median_absolute_deviation: { field: 'at' } },
  { weighted_avg: { value: { field: 'at' }, weight: { field: 'small' } } },
  { top_hits: { size: 2, sort: [{ at: 'desc' }] } },
  {
    top_hits: {
      size: 2,
      sort: [{ at: 'desc' }],
      _source: false,
      docvalue_fields: ['count'],
      fields: ['word'],
    },
  },
  { top_hits: { from: 1, size: 2, sort: ['word', 'at'], _source: { includes: ['at'] }, version: true } },
  { top_hits: { size: 101 } },
  { top_hits: { size: 1, highlight: { fields: { text: {} } } } },
  { top_hits: { size: 1, nope: 1 } },
  { top_metrics: { metrics: { field: 'at' }, sort: { at: 'desc' } } },
];

const ofAccess: JsonObject[] = [
  { stats: { field: 'http.response.body.bytes' } },
  { extended_stats: { field: 'http.response.body.bytes' } },
  { value_count: { field: 'url.path' } },
  { avg: { field: 'http.response.status_code' } },
  { max: { field: '@timestamp' } },
];

export const metrics: ComparedRequest[] = [
  ...fields.flatMap((field) => kinds.map((kind) => aggregated(hostile, { [kind]: { field } }))),
  ...kinds.map((kind) => aggregated(hostile, { [kind]: { field: 'count' } }, none)),
  ...further.map((aggregation) => aggregated(hostile, aggregation)),
  ...further.map((aggregation) => aggregated(hostile, aggregation, none)),
  ...ofAccess.map((aggregation) => aggregated(access, aggregation)),
];
