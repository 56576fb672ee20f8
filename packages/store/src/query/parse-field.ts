import { isObject, type Json, type JsonObject } from '../json.ts';
import { illegalArgument, parsingError } from '../store-error.ts';
import { termsPassing } from './many-terms.ts';
import type { Matcher, Query, QueryContext } from './matcher.ts';
import { regexpTest, wildcardTest } from './patterns.ts';
import { range } from './range-query.ts';
import { booleanOf, checkKeys, numberOf } from './shape.ts';
import { term } from './term-queries.ts';
import { match, matchPhrase } from './text-queries.ts';

/** Queries of the form `{"name": {"field": value}}` or `{"name": {"field": {"value": …, options}}}`. */
interface Form {
  /** The member that holds the value in the long form. */
  value: string[];
  options: string[];
  matcher(context: QueryContext, field: string, value: Json, options: JsonObject): Matcher;
}

/** The factor of the score, 1 by default. */
const boostOf = (options: JsonObject) => numberOf(options.boost, 1);
/** `case_insensitive`, false by default. */
const isInsensitive = (options: JsonObject) => booleanOf(options.case_insensitive, false);

/**
 * The queries on one field, each with the members that it accepts. Members that cannot change the
 * answer here, such as `rewrite`, are accepted and ignored.
 */
const forms: Record<string, Form> = {
  term: {
    value: ['value'],
    options: ['case_insensitive'],
    matcher: (context, field, value, options) =>
      term(context, field, value, { boost: boostOf(options), caseInsensitive: isInsensitive(options) }),
  },
  match: {
    value: ['query'],
    options: [
      'operator',
      'minimum_should_match',
      'zero_terms_query',
      'lenient',
      'auto_generate_synonyms_phrase_query',
    ],
    matcher: (context, field, value, options) =>
      match(context, field, value, {
        boost: boostOf(options),
        isLenient: booleanOf(options.lenient, false),
        operator: String(options.operator ?? 'or'),
        minimumShouldMatch: options.minimum_should_match as string | undefined,
        zeroTerms: String(options.zero_terms_query ?? 'none'),
      }),
  },
  match_phrase: {
    value: ['query'],
    options: ['slop', 'zero_terms_query'],
    matcher: (context, field, value, options) =>
      matchPhrase(context, field, value, { boost: boostOf(options), slop: numberOf(options.slop, 0) }),
  },
  match_phrase_prefix: {
    value: ['query'],
    options: ['slop', 'max_expansions', 'zero_terms_query'],
    matcher: (context, field, value, options) =>
      matchPhrase(context, field, value, {
        boost: boostOf(options),
        slop: numberOf(options.slop, 0),
        prefix: true,
      }),
  },
  prefix: {
    value: ['value'],
    options: ['case_insensitive', 'rewrite'],
    matcher: (context, field, value, options) => {
      const start = isInsensitive(options) ? String(value).toLowerCase() : String(value);
      const test = isInsensitive(options)
        ? (text: string) => text.toLowerCase().startsWith(start)
        : (text: string) => text.startsWith(start);
      return termsPassing(context, field, 'prefix', test, boostOf(options));
    },
  },
  wildcard: {
    value: ['value', 'wildcard'],
    options: ['case_insensitive', 'rewrite'],
    matcher: (context, field, value, options) =>
      termsPassing(
        context,
        field,
        'wildcard',
        wildcardTest(String(value), isInsensitive(options)),
        boostOf(options),
      ),
  },
  regexp: {
    value: ['value'],
    options: ['case_insensitive', 'rewrite', 'max_determinized_states'],
    matcher: (context, field, value, options) =>
      termsPassing(
        context,
        field,
        'regexp',
        regexpTest(String(value), isInsensitive(options)),
        boostOf(options),
      ),
  },
};

/** Names of the queries that `parseFieldQuery` reads. */
export const fieldQueries = new Set([...Object.keys(forms), 'range']);

/** The one field that the body names. */
function onlyField(name: string, body: JsonObject): [string, Json] {
  const entries = Object.entries(body).filter(([key]) => key !== 'boost' && key !== '_name');
  if (entries.length === 0)
    throw name.startsWith('match')
      ? parsingError('No text specified for text query')
      : illegalArgument('field name is null or empty');
  if (entries.length > 1)
    throw parsingError(
      `[${name}] query doesn't support multiple fields, found [${entries[0]![0]}] and [${entries[1]![0]}]`,
    );
  return entries[0]!;
}

/** Members of a `range` query. `from`, `to` and the `include_` flags are Elasticsearch's old form. */
const rangeKeys = [
  'gt',
  'gte',
  'lt',
  'lte',
  'from',
  'to',
  'include_lower',
  'include_upper',
  'format',
  'time_zone',
  'boost',
  '_name',
  'relation',
];

/** Reads a `range` query. Bounds in the old form are turned into the new one. */
function parseRange(field: string, body: Json): Query {
  if (!isObject(body)) throw parsingError(`[range] query malformed, no start_object after query name`);
  checkKeys('range', body, rangeKeys);
  const [lower, upper] = [body.include_lower !== false, body.include_upper !== false];
  const ends: JsonObject = {};
  if (body.from !== undefined) ends[lower ? 'gte' : 'gt'] = body.from;
  if (body.to !== undefined) ends[upper ? 'lte' : 'lt'] = body.to;
  const { gt, gte, lt, lte } = { ...ends, ...body };
  const given = Object.fromEntries(
    Object.entries({ gt, gte, lt, lte }).filter(([, value]) => value !== undefined),
  );
  const options = {
    ...given,
    ...(body.format !== undefined && { format: String(body.format) }),
    ...(body.time_zone !== undefined && { zone: String(body.time_zone) }),
    boost: numberOf(body.boost, 1),
  };
  return (context) => range(context, field, options);
}

/**
 * Parses a query on one field, in the short or the long form.
 * @throws StoreError for unknown members and missing values.
 */
export function parseFieldQuery(name: string, body: JsonObject): Query {
  const [field, inner] = onlyField(name, body);
  if (name === 'range') return parseRange(field, inner);
  const form = forms[name]!;
  if (inner === null) throw illegalArgument('field name is null or empty');
  if (Array.isArray(inner)) throw parsingError(`[${name}] query does not support an array of values`);
  if (!isObject(inner)) return (context) => form.matcher(context, field, inner, body);
  checkKeys(name, inner, [...form.value, ...form.options, 'boost', '_name']);
  const value = form.value.map((key) => inner[key]).find((one) => one !== undefined);
  if (value === undefined || value === null) throw parsingError(`No text specified for text query`);
  if (typeof value === 'object')
    throw parsingError(`[${name}] unknown token [START_OBJECT] after [${form.value[0]}]`);
  return (context) => form.matcher(context, field, value, inner);
}
