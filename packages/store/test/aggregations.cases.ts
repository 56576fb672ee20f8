import type { JsonObject } from '../src/json.ts';

/** Aggregations of the documents of support.ts, and what Elasticsearch 8.19.21 answers. */
export const aggregations: [aggregation: JsonObject, answer: JsonObject][] = [
  [
    { terms: { field: 'host.name' } },
    {
      doc_count_error_upper_bound: 0,
      sum_other_doc_count: 0,
      buckets: [
        { key: 'web1', doc_count: 3 },
        { key: 'db1', doc_count: 1 },
        { key: 'web2', doc_count: 1 },
        { key: 'web3', doc_count: 1 },
      ],
    },
  ],
  [
    { terms: { field: 'status' } },
    {
      doc_count_error_upper_bound: 0,
      sum_other_doc_count: 0,
      buckets: [
        { key: 200, doc_count: 3 },
        { key: 404, doc_count: 1 },
        { key: 500, doc_count: 1 },
        { key: 503, doc_count: 1 },
      ],
    },
  ],
  [
    { terms: { field: 'tags' } },
    {
      doc_count_error_upper_bound: 0,
      sum_other_doc_count: 0,
      buckets: [
        { key: 'b', doc_count: 2 },
        { key: 'a', doc_count: 1 },
        { key: 'c', doc_count: 1 },
      ],
    },
  ],
  [
    { terms: { field: 'ok' } },
    {
      doc_count_error_upper_bound: 0,
      sum_other_doc_count: 0,
      buckets: [
        { key: 1, key_as_string: 'true', doc_count: 2 },
        { key: 0, key_as_string: 'false', doc_count: 1 },
      ],
    },
  ],
  [
    { terms: { field: 'ip' } },
    {
      doc_count_error_upper_bound: 0,
      sum_other_doc_count: 0,
      buckets: [
        { key: '10.0.0.1', doc_count: 1 },
        { key: '10.0.0.2', doc_count: 1 },
        { key: '192.168.1.1', doc_count: 1 },
        { key: '2001:db8::1', doc_count: 1 },
      ],
    },
  ],
  [
    { terms: { field: 'dur' } },
    {
      doc_count_error_upper_bound: 0,
      sum_other_doc_count: 0,
      buckets: [
        { key: -1, doc_count: 1 },
        { key: 1.5, doc_count: 1 },
        { key: 2.25, doc_count: 1 },
        { key: 10, doc_count: 1 },
      ],
    },
  ],
  [
    { terms: { field: '@timestamp' } },
    {
      doc_count_error_upper_bound: 0,
      sum_other_doc_count: 0,
      buckets: [
        { key: 1795168800000, key_as_string: '2026-11-20T10:00:00.000Z', doc_count: 1 },
        { key: 1795169100000, key_as_string: '2026-11-20T10:05:00.000Z', doc_count: 1 },
        { key: 1795172400000, key_as_string: '2026-11-20T11:00:00.000Z', doc_count: 1 },
        { key: 1795217400000, key_as_string: '2026-11-20T23:30:00.000Z', doc_count: 1 },
        { key: 1795221000000, key_as_string: '2026-11-21T00:30:00.000Z', doc_count: 1 },
        { key: 1795559400000, key_as_string: '2026-11-24T22:30:00.000Z', doc_count: 1 },
      ],
    },
  ],
  [
    { terms: { field: 'host.name', size: 1 } },
    { doc_count_error_upper_bound: 0, sum_other_doc_count: 3, buckets: [{ key: 'web1', doc_count: 3 }] },
  ],
  [
    { terms: { field: 'host.name', order: { _key: 'desc' } } },
    {
      doc_count_error_upper_bound: 0,
      sum_other_doc_count: 0,
      buckets: [
        { key: 'web3', doc_count: 1 },
        { key: 'web2', doc_count: 1 },
        { key: 'web1', doc_count: 3 },
        { key: 'db1', doc_count: 1 },
      ],
    },
  ],
  [
    { terms: { field: 'host.name', order: { _count: 'asc' } } },
    {
      doc_count_error_upper_bound: 0,
      sum_other_doc_count: 0,
      buckets: [
        { key: 'db1', doc_count: 1 },
        { key: 'web2', doc_count: 1 },
        { key: 'web3', doc_count: 1 },
        { key: 'web1', doc_count: 3 },
      ],
    },
  ],
  [
    { terms: { field: 'tags', missing: 'none' } },
    {
      doc_count_error_upper_bound: 0,
      sum_other_doc_count: 0,
      buckets: [
        { key: 'none', doc_count: 3 },
        { key: 'b', doc_count: 2 },
        { key: 'a', doc_count: 1 },
        { key: 'c', doc_count: 1 },
      ],
    },
  ],
  [
    { terms: { field: 'host.name', include: 'web.*' } },
    {
      doc_count_error_upper_bound: 0,
      sum_other_doc_count: 0,
      buckets: [
        { key: 'web1', doc_count: 3 },
        { key: 'web2', doc_count: 1 },
        { key: 'web3', doc_count: 1 },
      ],
    },
  ],
  [
    { terms: { field: 'host.name', exclude: ['web1'] } },
    {
      doc_count_error_upper_bound: 0,
      sum_other_doc_count: 0,
      buckets: [
        { key: 'db1', doc_count: 1 },
        { key: 'web2', doc_count: 1 },
        { key: 'web3', doc_count: 1 },
      ],
    },
  ],
  [
    { terms: { field: 'host.name', min_doc_count: 2 } },
    { doc_count_error_upper_bound: 0, sum_other_doc_count: 0, buckets: [{ key: 'web1', doc_count: 3 }] },
  ],
  [{ terms: { field: 'nope' } }, { doc_count_error_upper_bound: 0, sum_other_doc_count: 0, buckets: [] }],
  [
    { terms: { field: 'labels.env' } },
    {
      doc_count_error_upper_bound: 0,
      sum_other_doc_count: 0,
      buckets: [
        { key: 'dev', doc_count: 1 },
        { key: 'prod', doc_count: 1 },
      ],
    },
  ],
  [
    { date_histogram: { field: '@timestamp', fixed_interval: '1h', min_doc_count: 1 } },
    {
      buckets: [
        { key_as_string: '2026-11-20T10:00:00.000Z', key: 1795168800000, doc_count: 2 },
        { key_as_string: '2026-11-20T11:00:00.000Z', key: 1795172400000, doc_count: 1 },
        { key_as_string: '2026-11-20T23:00:00.000Z', key: 1795215600000, doc_count: 1 },
        { key_as_string: '2026-11-21T00:00:00.000Z', key: 1795219200000, doc_count: 1 },
        { key_as_string: '2026-11-24T22:00:00.000Z', key: 1795557600000, doc_count: 1 },
      ],
    },
  ],
  [
    { date_histogram: { field: '@timestamp', fixed_interval: '12h' } },
    {
      buckets: [
        { key_as_string: '2026-11-20T00:00:00.000Z', key: 1795132800000, doc_count: 3 },
        { key_as_string: '2026-11-20T12:00:00.000Z', key: 1795176000000, doc_count: 1 },
        { key_as_string: '2026-11-21T00:00:00.000Z', key: 1795219200000, doc_count: 1 },
        { key_as_string: '2026-11-21T12:00:00.000Z', key: 1795262400000, doc_count: 0 },
        { key_as_string: '2026-11-22T00:00:00.000Z', key: 1795305600000, doc_count: 0 },
        { key_as_string: '2026-11-22T12:00:00.000Z', key: 1795348800000, doc_count: 0 },
        { key_as_string: '2026-11-23T00:00:00.000Z', key: 1795392000000, doc_count: 0 },
        { key_as_string: '2026-11-23T12:00:00.000Z', key: 1795435200000, doc_count: 0 },
        { key_as_string: '2026-11-24T00:00:00.000Z', key: 1795478400000, doc_count: 0 },
        { key_as_string: '2026-11-24T12:00:00.000Z', key: 1795521600000, doc_count: 1 },
      ],
    },
  ],
  [
    { date_histogram: { field: '@timestamp', calendar_interval: 'day' } },
    {
      buckets: [
        { key_as_string: '2026-11-20T00:00:00.000Z', key: 1795132800000, doc_count: 4 },
        { key_as_string: '2026-11-21T00:00:00.000Z', key: 1795219200000, doc_count: 1 },
        { key_as_string: '2026-11-22T00:00:00.000Z', key: 1795305600000, doc_count: 0 },
        { key_as_string: '2026-11-23T00:00:00.000Z', key: 1795392000000, doc_count: 0 },
        { key_as_string: '2026-11-24T00:00:00.000Z', key: 1795478400000, doc_count: 1 },
      ],
    },
  ],
  [
    { date_histogram: { field: '@timestamp', calendar_interval: '1d', time_zone: 'Europe/Berlin' } },
    {
      buckets: [
        { key_as_string: '2026-11-20T00:00:00.000+01:00', key: 1795129200000, doc_count: 3 },
        { key_as_string: '2026-11-21T00:00:00.000+01:00', key: 1795215600000, doc_count: 2 },
        { key_as_string: '2026-11-22T00:00:00.000+01:00', key: 1795302000000, doc_count: 0 },
        { key_as_string: '2026-11-23T00:00:00.000+01:00', key: 1795388400000, doc_count: 0 },
        { key_as_string: '2026-11-24T00:00:00.000+01:00', key: 1795474800000, doc_count: 1 },
      ],
    },
  ],
  [
    { date_histogram: { field: '@timestamp', calendar_interval: 'week' } },
    {
      buckets: [
        { key_as_string: '2026-11-16T00:00:00.000Z', key: 1794787200000, doc_count: 5 },
        { key_as_string: '2026-11-23T00:00:00.000Z', key: 1795392000000, doc_count: 1 },
      ],
    },
  ],
  [
    { date_histogram: { field: '@timestamp', calendar_interval: 'month', format: 'yyyy-MM' } },
    { buckets: [{ key_as_string: '2026-11', key: 1793491200000, doc_count: 6 }] },
  ],
  [
    { date_histogram: { field: '@timestamp', fixed_interval: '1d', time_zone: '-05:00' } },
    {
      buckets: [
        { key_as_string: '2026-11-20T00:00:00.000-05:00', key: 1795150800000, doc_count: 5 },
        { key_as_string: '2026-11-21T00:00:00.000-05:00', key: 1795237200000, doc_count: 0 },
        { key_as_string: '2026-11-22T00:00:00.000-05:00', key: 1795323600000, doc_count: 0 },
        { key_as_string: '2026-11-23T00:00:00.000-05:00', key: 1795410000000, doc_count: 0 },
        { key_as_string: '2026-11-24T00:00:00.000-05:00', key: 1795496400000, doc_count: 1 },
      ],
    },
  ],
  [
    {
      date_histogram: {
        field: '@timestamp',
        fixed_interval: '1d',
        extended_bounds: { min: '2026-11-18', max: '2026-11-26' },
      },
    },
    {
      buckets: [
        { key_as_string: '2026-11-18T00:00:00.000Z', key: 1794960000000, doc_count: 0 },
        { key_as_string: '2026-11-19T00:00:00.000Z', key: 1795046400000, doc_count: 0 },
        { key_as_string: '2026-11-20T00:00:00.000Z', key: 1795132800000, doc_count: 4 },
        { key_as_string: '2026-11-21T00:00:00.000Z', key: 1795219200000, doc_count: 1 },
        { key_as_string: '2026-11-22T00:00:00.000Z', key: 1795305600000, doc_count: 0 },
        { key_as_string: '2026-11-23T00:00:00.000Z', key: 1795392000000, doc_count: 0 },
        { key_as_string: '2026-11-24T00:00:00.000Z', key: 1795478400000, doc_count: 1 },
        { key_as_string: '2026-11-25T00:00:00.000Z', key: 1795564800000, doc_count: 0 },
        { key_as_string: '2026-11-26T00:00:00.000Z', key: 1795651200000, doc_count: 0 },
      ],
    },
  ],
  [
    { date_histogram: { field: '@timestamp', fixed_interval: '1d', offset: '+6h' } },
    {
      buckets: [
        { key_as_string: '2026-11-20T06:00:00.000Z', key: 1795154400000, doc_count: 5 },
        { key_as_string: '2026-11-21T06:00:00.000Z', key: 1795240800000, doc_count: 0 },
        { key_as_string: '2026-11-22T06:00:00.000Z', key: 1795327200000, doc_count: 0 },
        { key_as_string: '2026-11-23T06:00:00.000Z', key: 1795413600000, doc_count: 0 },
        { key_as_string: '2026-11-24T06:00:00.000Z', key: 1795500000000, doc_count: 1 },
      ],
    },
  ],
  [
    { date_histogram: { field: '@timestamp', calendar_interval: 'day', keyed: true } },
    {
      buckets: {
        '2026-11-20T00:00:00.000Z': {
          key_as_string: '2026-11-20T00:00:00.000Z',
          key: 1795132800000,
          doc_count: 4,
        },
        '2026-11-21T00:00:00.000Z': {
          key_as_string: '2026-11-21T00:00:00.000Z',
          key: 1795219200000,
          doc_count: 1,
        },
        '2026-11-22T00:00:00.000Z': {
          key_as_string: '2026-11-22T00:00:00.000Z',
          key: 1795305600000,
          doc_count: 0,
        },
        '2026-11-23T00:00:00.000Z': {
          key_as_string: '2026-11-23T00:00:00.000Z',
          key: 1795392000000,
          doc_count: 0,
        },
        '2026-11-24T00:00:00.000Z': {
          key_as_string: '2026-11-24T00:00:00.000Z',
          key: 1795478400000,
          doc_count: 1,
        },
      },
    },
  ],
  [
    { date_histogram: { field: '@timestamp', calendar_interval: 'day', order: { _key: 'desc' } } },
    {
      buckets: [
        { key_as_string: '2026-11-24T00:00:00.000Z', key: 1795478400000, doc_count: 1 },
        { key_as_string: '2026-11-23T00:00:00.000Z', key: 1795392000000, doc_count: 0 },
        { key_as_string: '2026-11-22T00:00:00.000Z', key: 1795305600000, doc_count: 0 },
        { key_as_string: '2026-11-21T00:00:00.000Z', key: 1795219200000, doc_count: 1 },
        { key_as_string: '2026-11-20T00:00:00.000Z', key: 1795132800000, doc_count: 4 },
      ],
    },
  ],
  [
    { histogram: { field: 'status', interval: 100 } },
    {
      buckets: [
        { key: 200, doc_count: 3 },
        { key: 300, doc_count: 0 },
        { key: 400, doc_count: 1 },
        { key: 500, doc_count: 2 },
      ],
    },
  ],
  [
    { histogram: { field: 'status', interval: 100, min_doc_count: 1 } },
    {
      buckets: [
        { key: 200, doc_count: 3 },
        { key: 400, doc_count: 1 },
        { key: 500, doc_count: 2 },
      ],
    },
  ],
  [
    { histogram: { field: 'dur', interval: 2.5, offset: 1 } },
    {
      buckets: [
        { key: -1.5, doc_count: 1 },
        { key: 1, doc_count: 2 },
        { key: 3.5, doc_count: 0 },
        { key: 6, doc_count: 0 },
        { key: 8.5, doc_count: 1 },
      ],
    },
  ],
  [
    { histogram: { field: 'dur', interval: 5, missing: 0, keyed: true } },
    {
      buckets: {
        '-5.0': { key: -5, doc_count: 1 },
        '0.0': { key: 0, doc_count: 4 },
        '5.0': { key: 5, doc_count: 0 },
        '10.0': { key: 10, doc_count: 1 },
      },
    },
  ],
  [
    {
      range: { field: 'status', ranges: [{ to: 300 }, { from: 300, to: 500 }, { from: 500, key: 'server' }] },
    },
    {
      buckets: [
        { key: '*-300.0', to: 300, doc_count: 3 },
        { key: '300.0-500.0', from: 300, to: 500, doc_count: 1 },
        { key: 'server', from: 500, doc_count: 2 },
      ],
    },
  ],
  [
    { range: { field: 'dur', keyed: true, ranges: [{ from: 0.5, to: 2 }] } },
    { buckets: { '0.5-2.0': { from: 0.5, to: 2, doc_count: 1 } } },
  ],
  [
    { date_range: { field: '@timestamp', ranges: [{ to: '2026-11-21' }, { from: '2026-11-21' }] } },
    {
      buckets: [
        {
          key: '*-2026-11-21T00:00:00.000Z',
          to: 1795219200000,
          to_as_string: '2026-11-21T00:00:00.000Z',
          doc_count: 4,
        },
        {
          key: '2026-11-21T00:00:00.000Z-*',
          from: 1795219200000,
          from_as_string: '2026-11-21T00:00:00.000Z',
          doc_count: 2,
        },
      ],
    },
  ],
  [
    {
      date_range: {
        field: '@timestamp',
        format: 'yyyy-MM-dd',
        ranges: [{ from: '2026-11-20', to: '2026-11-20||+1d' }],
      },
    },
    {
      buckets: [
        {
          key: '2026-11-20-2026-11-21',
          from: 1795132800000,
          from_as_string: '2026-11-20',
          to: 1795219200000,
          to_as_string: '2026-11-21',
          doc_count: 4,
        },
      ],
    },
  ],
  [{ filter: { term: { status: 200 } } }, { doc_count: 3 }],
  [
    { filters: { filters: { a: { term: { status: 200 } }, b: { match: { message: 'quick' } } } } },
    { buckets: { a: { doc_count: 3 }, b: { doc_count: 3 } } },
  ],
  [
    { filters: { filters: [{ term: { status: 200 } }], other_bucket: true } },
    { buckets: [{ doc_count: 3 }, { doc_count: 3 }] },
  ],
  [
    { filters: { other_bucket_key: 'rest', filters: { x: { term: { status: 500 } } } } },
    { buckets: { x: { doc_count: 1 }, rest: { doc_count: 5 } } },
  ],
  [{ missing: { field: 'dur' } }, { doc_count: 2 }],
  [{ global: {} }, { doc_count: 6 }],
  [{ avg: { field: 'dur' } }, { value: 3.1875 }],
  [{ sum: { field: 'dur' } }, { value: 12.75 }],
  [{ min: { field: 'dur' } }, { value: -1 }],
  [{ max: { field: 'dur' } }, { value: 10 }],
  [{ stats: { field: 'dur' } }, { count: 4, min: -1, max: 10, avg: 3.1875, sum: 12.75 }],
  [
    { extended_stats: { field: 'dur' } },
    {
      count: 4,
      min: -1,
      max: 10,
      avg: 3.1875,
      sum: 12.75,
      sum_of_squares: 108.3125,
      variance: 16.91796875,
      variance_population: 16.91796875,
      variance_sampling: 22.557291666666668,
      std_deviation: 4.113145845943224,
      std_deviation_population: 4.113145845943224,
      std_deviation_sampling: 4.749451722743023,
      std_deviation_bounds: {
        upper: 11.413791691886448,
        lower: -5.038791691886448,
        upper_population: 11.413791691886448,
        lower_population: -5.038791691886448,
        upper_sampling: 12.686403445486047,
        lower_sampling: -6.311403445486047,
      },
    },
  ],
  [{ value_count: { field: 'tags' } }, { value: 4 }],
  [{ cardinality: { field: 'host.name' } }, { value: 4 }],
  [{ cardinality: { field: 'status' } }, { value: 4 }],
  [
    { percentiles: { field: 'dur' } },
    {
      values: {
        '1.0': -0.925,
        '5.0': -0.625,
        '25.0': 0.875,
        '50.0': 1.875,
        '75.0': 4.1875,
        '95.0': 8.837499999999997,
        '99.0': 9.767499999999998,
      },
    },
  ],
  [{ percentiles: { field: 'status', percents: [50, 95] } }, { values: { '50.0': 302, '95.0': 502.25 } }],
  [
    { percentiles: { field: 'dur', keyed: false } },
    {
      values: [
        { key: 1, value: -0.925 },
        { key: 5, value: -0.625 },
        { key: 25, value: 0.875 },
        { key: 50, value: 1.875 },
        { key: 75, value: 4.1875 },
        { key: 95, value: 8.837499999999997 },
        { key: 99, value: 9.767499999999998 },
      ],
    },
  ],
  [{ min: { field: '@timestamp' } }, { value: 1795168800000, value_as_string: '2026-11-20T10:00:00.000Z' }],
  [{ max: { field: '@timestamp' } }, { value: 1795559400000, value_as_string: '2026-11-24T22:30:00.000Z' }],
  [{ avg: { field: 'nope' } }, { value: null }],
  [{ stats: { field: 'nope' } }, { count: 0, min: null, max: null, avg: null, sum: 0 }],
  [
    { extended_stats: { field: 'nope' } },
    {
      count: 0,
      min: null,
      max: null,
      avg: null,
      sum: 0,
      sum_of_squares: null,
      variance: null,
      variance_population: null,
      variance_sampling: null,
      std_deviation: null,
      std_deviation_population: null,
      std_deviation_sampling: null,
      std_deviation_bounds: {
        upper: null,
        lower: null,
        upper_population: null,
        lower_population: null,
        upper_sampling: null,
        lower_sampling: null,
      },
    },
  ],
  [
    { percentiles: { field: 'nope' } },
    {
      values: {
        '1.0': null,
        '5.0': null,
        '25.0': null,
        '50.0': null,
        '75.0': null,
        '95.0': null,
        '99.0': null,
      },
    },
  ],
  [{ avg: { field: 'dur', missing: 0 } }, { value: 2.125 }],
  [
    { stats: { field: '@timestamp' } },
    {
      count: 6,
      min: 1795168800000,
      max: 1795559400000,
      avg: 1795251350000,
      sum: 10771508100000,
      min_as_string: '2026-11-20T10:00:00.000Z',
      max_as_string: '2026-11-24T22:30:00.000Z',
      avg_as_string: '2026-11-21T08:55:50.000Z',
      sum_as_string: '2311-05-04T05:35:00.000Z',
    },
  ],
  [{ avg: { field: 'ok' } }, { value: 0.6666666666666666, value_as_string: 'true' }],
  [{ sum: { field: 'nope' } }, { value: 0 }],
  [{ min: { field: 'nope' } }, { value: null }],
  [
    { top_hits: { size: 1, sort: [{ '@timestamp': 'desc' }], _source: ['status'] } },
    {
      hits: {
        total: { value: 6, relation: 'eq' },
        max_score: null,
        hits: [{ _index: 't1', _id: '6', _score: null, _source: { status: 200 }, sort: [1795559400000] }],
      },
    },
  ],
  [
    { top_hits: { size: 2 } },
    {
      hits: {
        total: { value: 6, relation: 'eq' },
        max_score: 1,
        hits: [
          {
            _index: 't1',
            _id: '1',
            _score: 1,
            _source: {
              '@timestamp': '2026-11-20T10:00:00.000Z',
              message: 'GET /index.html HTTP/1.1 200 quick brown fox',
              status: 200,
              host: { name: 'web1' },
              ip: '10.0.0.1',
              ok: true,
              dur: 1.5,
              labels: { env: 'prod', n: 1 },
              tags: ['a', 'b'],
              short: 'abc',
            },
          },
          {
            _index: 't1',
            _id: '2',
            _ignored: ['short'],
            _score: 1,
            _source: {
              '@timestamp': '2026-11-20T10:05:00.000Z',
              message: 'POST /login HTTP/1.1 500 error error: quick failure',
              status: 500,
              host: { name: 'web2' },
              ip: '10.0.0.2',
              ok: false,
              dur: 2.25,
              labels: { env: 'dev' },
              tags: 'b',
              short: 'abcdefgh',
            },
          },
        ],
      },
    },
  ],
  [
    {
      composite: {
        sources: [{ h: { terms: { field: 'host.name' } } }, { s: { terms: { field: 'status' } } }],
      },
    },
    {
      after_key: { h: 'web3', s: 503 },
      buckets: [
        { key: { h: 'db1', s: 200 }, doc_count: 1 },
        { key: { h: 'web1', s: 200 }, doc_count: 2 },
        { key: { h: 'web1', s: 404 }, doc_count: 1 },
        { key: { h: 'web2', s: 500 }, doc_count: 1 },
        { key: { h: 'web3', s: 503 }, doc_count: 1 },
      ],
    },
  ],
  [
    {
      composite: {
        size: 2,
        sources: [{ d: { date_histogram: { field: '@timestamp', calendar_interval: 'day' } } }],
      },
    },
    {
      after_key: { d: 1795219200000 },
      buckets: [
        { key: { d: 1795132800000 }, doc_count: 4 },
        { key: { d: 1795219200000 }, doc_count: 1 },
      ],
    },
  ],
  [
    {
      composite: {
        size: 2,
        sources: [{ h: { terms: { field: 'host.name', order: 'desc' } } }],
        after: { h: 'web2' },
      },
    },
    {
      after_key: { h: 'db1' },
      buckets: [
        { key: { h: 'web1' }, doc_count: 3 },
        { key: { h: 'db1' }, doc_count: 1 },
      ],
    },
  ],
  [
    {
      composite: {
        sources: [
          { d: { date_histogram: { field: '@timestamp', calendar_interval: 'day', format: 'yyyy-MM-dd' } } },
          { t: { terms: { field: 'tags', missing_bucket: true } } },
        ],
      },
    },
    {
      after_key: { d: '2026-11-24', t: null },
      buckets: [
        { key: { d: '2026-11-20', t: null }, doc_count: 1 },
        { key: { d: '2026-11-20', t: 'a' }, doc_count: 1 },
        { key: { d: '2026-11-20', t: 'b' }, doc_count: 2 },
        { key: { d: '2026-11-20', t: 'c' }, doc_count: 1 },
        { key: { d: '2026-11-21', t: null }, doc_count: 1 },
        { key: { d: '2026-11-24', t: null }, doc_count: 1 },
      ],
    },
  ],
];
