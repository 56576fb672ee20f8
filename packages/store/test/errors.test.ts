import { describe, expect, it } from 'vitest';
import { filledStore } from './support.ts';

const search = (body: unknown): [string, string, unknown] => ['POST', '/t1/_search', body];
const query = (json: unknown) => search({ query: json });

/** Requests, and the status, type and a part of the reason that they are answered with. */
const table: [
  request: [method: string, path: string, body?: unknown],
  status: number,
  type: string,
  reason: string,
][] = [
  [query({ nope: {} }), 400, 'parsing_exception', 'unknown query [nope]'],
  [query({ fuzzy: { message: 'x' } }), 400, 'parsing_exception', 'unknown query [fuzzy]'],
  [query({ constructor: {} }), 400, 'parsing_exception', 'unknown query [constructor]'],
  [query({}), 400, 'illegal_argument_exception', 'query malformed'],
  [query({ term: { a: 1 }, match_all: {} }), 400, 'parsing_exception', 'malformed query'],
  [query({ term: {} }), 400, 'illegal_argument_exception', 'field name is null or empty'],
  [query({ term: { a: 1, b: 2 } }), 400, 'parsing_exception', "doesn't support multiple fields"],
  [query({ term: { a: [1] } }), 400, 'parsing_exception', 'does not support an array'],
  [
    query({ match: { message: { query: 'a', nope: 1 } } }),
    400,
    'parsing_exception',
    '[match] query does not support [nope]',
  ],
  [query({ match: { message: { query: 'a', fuzziness: 'AUTO' } } }), 400, 'parsing_exception', 'fuzziness'],
  [query({ bool: { nope: [] } }), 400, 'x_content_parse_exception', '[bool] unknown field [nope]'],
  [query({ terms: { a: 1 } }), 400, 'parsing_exception', '[terms] query does not support [a]'],
  [query({ exists: {} }), 400, 'parsing_exception', '[exists] must be provided with a [field]'],
  [
    query({ range: { status: { gte: 'abc' } } }),
    400,
    'search_phase_execution_exception',
    'all shards failed',
  ],
  [
    query({ range: { '@timestamp': { gte: 'garbage' } } }),
    400,
    'search_phase_execution_exception',
    'all shards failed',
  ],
  [
    query({ range: { '@timestamp': { gte: 'now-1x' } } }),
    400,
    'search_phase_execution_exception',
    'all shards failed',
  ],
  [query({ term: { ip: 'nonsense' } }), 400, 'search_phase_execution_exception', 'all shards failed'],
  [query({ prefix: { status: '2' } }), 400, 'search_phase_execution_exception', 'all shards failed'],
  [query({ query_string: { query: '(a' } }), 400, 'search_phase_execution_exception', 'all shards failed'],
  [query({ query_string: { query: 'a~' } }), 400, 'search_phase_execution_exception', 'all shards failed'],
  [query({ query_string: {} }), 400, 'parsing_exception', 'must be provided with a [query]'],
  [query({ regexp: { 'host.name': '(' } }), 400, 'search_phase_execution_exception', 'all shards failed'],
  [search({ nope: 1 }), 400, 'parsing_exception', 'unknown key [nope]'],
  [
    search({ highlight: { type: 'fvh', fields: { message: {} } } }),
    400,
    'search_phase_execution_exception',
    'all shards failed',
  ],
  [search({ size: -1 }), 400, 'illegal_argument_exception', '[size] parameter cannot be negative'],
  [search({ sort: [{ status: 'sideways' }] }), 400, 'illegal_argument_exception', 'SortOrder'],
  [search({ sort: ['nope'] }), 400, 'search_phase_execution_exception', 'all shards failed'],
  [search({ sort: ['message'] }), 400, 'search_phase_execution_exception', 'all shards failed'],
  [
    search({ sort: ['status'], search_after: [1, 2] }),
    400,
    'illegal_argument_exception',
    'search_after has 2 value(s) but sort has 1',
  ],
  [['POST', '/t1/_search', '{'], 400, 'x_content_e_o_f_exception', 'Unexpected end'],
  [
    ['GET', '/t1/_search?nope=1'],
    400,
    'illegal_argument_exception',
    'request [/t1/_search] contains unrecognized parameter: [nope]',
  ],
  [
    ['GET', '/t1/_search?size=abc'],
    400,
    'illegal_argument_exception',
    'Failed to parse int parameter [size] with value [abc]',
  ],
  [['GET', '/nope/_search'], 404, 'index_not_found_exception', 'no such index [nope]'],
  [['GET', '/nope/_mapping'], 404, 'index_not_found_exception', 'no such index [nope]'],
  [['DELETE', '/nope'], 404, 'index_not_found_exception', 'no such index [nope]'],
  [
    ['DELETE', '/*'],
    400,
    'illegal_argument_exception',
    'Wildcard expressions or all indices are not allowed',
  ],
  [['PUT', '/t1', {}], 400, 'resource_already_exists_exception', 'already exists'],
  [['PUT', '/Upper', {}], 400, 'invalid_index_name_exception', 'must be lowercase'],
  [['PUT', '/t2', { nope: 1 }], 400, 'parse_exception', 'unknown key [nope]'],
  [
    ['POST', '/t1/_search?scroll=1m', { size: 0 }],
    400,
    'action_request_validation_exception',
    '[size] cannot be [0]',
  ],
  [
    ['POST', '/t1/_search?scroll=soon', {}],
    400,
    'illegal_argument_exception',
    'failed to parse setting [scroll]',
  ],
  [
    ['POST', '/_search/scroll', { scroll_id: 'x' }],
    400,
    'illegal_argument_exception',
    'Cannot parse scroll id',
  ],
  [['POST', '/t1/_count', { size: 1 }], 400, 'parsing_exception', 'request does not support [size]'],
  [['POST', '/t1/_field_caps', {}], 400, 'action_request_validation_exception', 'no fields specified'],
];

describe('errors', () => {
  it.each(table)('%j is refused', async (request, status, type, reason) => {
    const store = await filledStore();
    const answer = await store.request(...request);
    expect([answer.status, answer.at('error.type')]).toEqual([status, type]);
    expect(answer.at('error.reason')).toContain(reason);
    expect(answer.at('status')).toBe(status);
    expect(answer.at('error.root_cause.0.type')).toEqual(expect.any(String));
  });

  it('are told whole, whatever filter_path asks for', async () => {
    const store = await filledStore();
    const answer = await store.request(
      'POST',
      '/_bulk?filter_path=items.*.status',
      '{"create":{"nope":1}}\n',
    );
    expect(answer.status).toBe(400);
    expect(answer.at('error.reason')).toContain('unknown parameter [nope]');
  });

  it('of a search name the index and its shard', async () => {
    const store = await filledStore();
    const answer = await store.request(...query({ range: { status: { gte: 'abc' } } }));
    const cause = {
      type: 'query_shard_exception',
      reason: 'failed to create query: For input string: "abc"',
      index: 't1',
      index_uuid: expect.any(String),
    };
    expect(answer.at('error')).toMatchObject({
      root_cause: [cause],
      phase: 'query',
      grouped: true,
      failed_shards: [{ shard: 0, index: 't1', reason: cause }],
    });
  });

  it('tell of paths and methods that are not there', async () => {
    const store = await filledStore();
    const path = await store.request('POST', '/_nope/anomaly_detectors', {});
    expect([path.status, path.body]).toEqual([
      400,
      { error: 'no handler found for uri [/_nope/anomaly_detectors] and method [POST]', status: 400 },
    ]);
    const method = await store.request('PUT', '/t1/_count', {});
    expect([method.status, method.at('error')]).toEqual([
      405,
      'Incorrect HTTP method for uri [/t1/_count] and method [PUT], allowed: [GET, POST]',
    ]);
  });

  it('refuse a content type that is no JSON', async () => {
    const store = await filledStore();
    const answer = await store.request('POST', '/t1/_search', '<a/>', { 'content-type': 'application/xml' });
    expect([answer.status, answer.at('error.type')]).toEqual([406, 'media_type_header_exception']);
  });

  it('do not come of a query that is deep but not endless', async () => {
    const store = await filledStore();
    const nest = (depth: number): unknown =>
      depth === 0 ? { match_all: {} } : { bool: { must: nest(depth - 1) } };
    expect((await store.request(...query(nest(25)))).status).toBe(200);
    expect((await store.request(...query(nest(2000)))).status).toBe(400);
  });
});
