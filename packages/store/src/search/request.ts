import { parseDuration } from '@logboom/common';
import { type AggregationSpec, parseAggregations } from '../aggs/parse.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import type { Query } from '../query/matcher.ts';
import { parseQuery } from '../query/parse.ts';
import { booleanOf, numberOf, stringsOf } from '../query/shape.ts';
import { illegalArgument, parsingError, StoreError, validationError } from '../store-error.ts';
import { type HighlightRequest, parseHighlight } from './highlight-request.ts';
import { parseSort, parseSortParameter, type SortKey } from './sort-request.ts';
import {
  type FieldRequest,
  fieldRequests,
  type Parameters,
  type SourceFilter,
  sourceOf,
} from './source-filter.ts';

/** A parsed and checked search. It does not depend on the indices that are searched. */
export interface SearchRequest {
  query: Query;
  /** Applied to hits and not to aggregations. */
  postFilter: Query | undefined;
  from: number;
  size: number;
  /** Whether the search opens a scroll, which has other limits. */
  isScroll: boolean;
  /** Empty for the order by score. */
  sort: SortKey[];
  /** `search_after`, one value for each sort key. */
  after: Json[] | undefined;
  /** False where `stored_fields` is `_none_`. */
  showId: boolean;
  source: SourceFilter;
  fields: FieldRequest[];
  docValues: FieldRequest[];
  /** Up to how many hits are counted exactly: true for all, false for no count. */
  trackTotal: boolean | number;
  trackScores: boolean;
  minScore: number | undefined;
  showVersion: boolean;
  showSequence: boolean;
  highlight: HighlightRequest | undefined;
  /** Milliseconds after which the search answers with what it has found so far; infinite where none is given. */
  timeout: number;
  /** Whether it may answer with a part, where the time is not enough. */
  allowsPartial: boolean;
  aggregations: AggregationSpec[];
}

/** Hits. Elasticsearch's `index.max_result_window`. */
const resultWindow = 10_000;

/** Members of a search body that the store honours. */
const members = new Set([
  'query',
  'post_filter',
  'from',
  'size',
  'sort',
  'search_after',
  '_source',
  'fields',
  'docvalue_fields',
  'stored_fields',
  'track_total_hits',
  'track_scores',
  'min_score',
  'version',
  'seq_no_primary_term',
  'aggs',
  'aggregations',
  'timeout',
  'terminate_after',
  'pit',
  'explain',
  'profile',
  'highlight',
]);
/**
 * Members that mean nothing when they are empty, and that clients send so as a matter of course.
 * Otherwise they are refused.
 */
const emptyable = [
  'script_fields',
  'runtime_mappings',
  'indices_boost',
  'ext',
  'stats',
  'suggest',
  'collapse',
  'rescore',
  'slice',
];

/** Reads `track_total_hits`; 10,000 by default. */
function trackTotal(value: Json | undefined): boolean | number {
  if (value === undefined) return 10_000;
  if (value === true || value === 'true') return true;
  if (value === false || value === 'false') return false;
  if (Number.isNaN(Number(value)))
    throw new StoreError(400, 'number_format_exception', `For input string: "${String(value)}"`);
  return numberOf(value, 10_000) < 0 ? true : numberOf(value, 10_000);
}

/**
 * Reads `timeout`, of the address or of the body. As in Elasticsearch, -1 is no limit.
 * @throws StoreError for what is no duration.
 */
function timeoutOf(value: Json | undefined): number {
  if (value === undefined || value === null || String(value) === '-1') return Number.POSITIVE_INFINITY;
  const time = String(value) === '0' ? 0 : parseDuration(String(value));
  if (time === undefined)
    throw illegalArgument(
      `failed to parse setting [timeout] with value [${String(value)}] as a time value: unit is missing or unrecognized`,
    );
  return time;
}

/** Refuses members that the store does not know. */
function refuseUnknown(body: JsonObject): void {
  for (const flag of ['explain', 'profile'])
    if (booleanOf(body[flag], false)) throw illegalArgument(`[${flag}] is not supported by this store`);
  for (const [key, value] of Object.entries(body)) {
    if (members.has(key)) continue;
    const isEmpty = (isObject(value) || Array.isArray(value)) && Object.keys(value).length === 0;
    if (emptyable.includes(key)) {
      if (!isEmpty) throw illegalArgument(`[${key}] is not supported by this store`);
    } else
      throw parsingError(
        `unknown key [${key}] for a search request, or one that this store does not support`,
      );
  }
}

/** `from` and `size`. */
function wholeNumber(name: string, value: Json | undefined, otherwise: number): number {
  const number = value === undefined || value === null ? otherwise : Number(value);
  if (Number.isNaN(number))
    throw illegalArgument(`Failed to parse int parameter [${name}] with value [${String(value)}]`);
  if (number < 0) throw illegalArgument(`[${name}] parameter cannot be negative, found [${number}]`);
  return Math.trunc(number);
}

/**
 * Refuses pages beyond `index.max_result_window`. The limit is a setting of the index, so each
 * index refuses for itself.
 */
export function checkWindow({ from, size, isScroll }: SearchRequest): void {
  if (size > resultWindow && isScroll)
    throw illegalArgument(
      `Batch size is too large, size must be less than or equal to: [${resultWindow}] but was [${size}]. Scroll batch sizes cost as much memory as result windows so they are controlled by the [index.max_result_window] index level setting.`,
    );
  if (!isScroll && from + size > resultWindow)
    throw illegalArgument(
      `Result window is too large, from + size must be less than or equal to: [${resultWindow}] but was [${from + size}]. See the scroll api for a more efficient way to request large data sets. This limit can be set by changing the [index.max_result_window] index level setting.`,
    );
}

/** The query of the body, or that of `q=` and its companions, which takes precedence. */
export function queryOf(body: JsonObject, parameters: Parameters): Query {
  if (parameters.q === undefined) return parseQuery(body.query);
  const { q, df, default_operator: operator, lenient, analyze_wildcard: analyze } = parameters;
  const options: JsonObject = { query: q };
  if (df !== undefined) options.default_field = df;
  if (operator !== undefined) options.default_operator = operator;
  if (lenient !== undefined) options.lenient = booleanOf(lenient, false);
  if (analyze !== undefined) options.analyze_wildcard = booleanOf(analyze, false);
  return parseQuery({ query_string: options });
}

/** The sort keys. A sort by score alone is the default order. */
function sortOf(body: JsonObject, parameters: Parameters): SortKey[] {
  const sort = parameters.sort === undefined ? parseSort(body.sort) : parseSortParameter(parameters.sort);
  const isByScore = sort.length === 1 && sort[0]!.field === '_score' && sort[0]!.order === 'desc';
  if (isByScore && body.search_after === undefined) return [];
  const isTotalOrder = sort.length === 0 || sort.some(({ field }) => field === '_shard_doc');
  return body.pit === undefined || isTotalOrder ? sort : [...sort, byPlace];
}

/**
 * With a point in time a last key makes the order total, so that pages neither repeat nor skip
 * documents.
 */
const byPlace: SortKey = {
  field: '_shard_doc',
  order: 'asc',
  missing: '_last',
  unmapped: undefined,
  mode: 'min',
  format: undefined,
};

/**
 * Parses the body and the parameters of a search. Parameters take precedence.
 * @throws StoreError with Elasticsearch's type and reason.
 */
export function parseSearch(body: JsonObject, parameters: Parameters = {}): SearchRequest {
  refuseUnknown(body);
  const isScroll = parameters.scroll !== undefined;
  const from = wholeNumber('from', parameters.from ?? body.from, 0);
  const size = wholeNumber('size', parameters.size ?? body.size, 10);
  const after = body.search_after;
  if (after !== undefined && !Array.isArray(after)) throw parsingError('[search_after] must be an array');
  if (after && from > 0)
    throw validationError('[from] parameter must be set to 0 when [search_after] is used');
  if (after?.some((value) => typeof value === 'object' && value !== null))
    throw parsingError(
      'Expected [VALUE_STRING] or [VALUE_NUMBER] but found [START_OBJECT] inside search_after.',
    );
  const sort = sortOf(body, parameters);
  if (after && sort.length === 0) throw illegalArgument('Sort must contain at least one field.');
  if (after && after.length !== sort.length)
    throw illegalArgument(`search_after has ${after.length} value(s) but sort has ${sort.length}.`);
  return {
    query: queryOf(body, parameters),
    postFilter: body.post_filter === undefined ? undefined : parseQuery(body.post_filter),
    from,
    size,
    isScroll,
    sort,
    after,
    showId: !stringsOf(body.stored_fields).includes('_none_'),
    source: sourceOf(body, parameters),
    fields: fieldRequests(body.fields),
    docValues: fieldRequests(parameters.docvalue_fields?.split(',') ?? body.docvalue_fields),
    trackTotal: isScroll ? true : trackTotal(parameters.track_total_hits ?? body.track_total_hits),
    trackScores: booleanOf(parameters.track_scores ?? body.track_scores, false),
    minScore: body.min_score === undefined ? undefined : numberOf(body.min_score, 0),
    showVersion: booleanOf(parameters.version ?? body.version, false),
    showSequence: booleanOf(parameters.seq_no_primary_term ?? body.seq_no_primary_term, false),
    highlight: parseHighlight(body.highlight),
    timeout: timeoutOf(parameters.timeout ?? body.timeout),
    allowsPartial: booleanOf(parameters.allow_partial_search_results, true),
    aggregations: parseAggregations(body.aggs ?? body.aggregations),
  };
}
