import { isObject, type Json, type JsonObject } from '../json.ts';
import { illegalArgument, parsingError, xContentError } from '../store-error.ts';
import { bestOf, bool } from './combined.ts';
import { exists } from './exists-query.ts';
import { constant, matchAll, matchNone, type Query } from './matcher.ts';
import { parseNested } from './nested.ts';
import { fieldQueries, parseFieldQuery } from './parse-field.ts';
import { parseMultiMatch } from './parse-multi-match.ts';
import { parseQueryString, parseSimpleQueryString } from './query-string.ts';
import { checkKeys, minimumShould, numberOf, objectOf } from './shape.ts';
import { idsMatcher, terms } from './term-queries.ts';

/**
 * Nesting of compound queries. Elasticsearch's `indices.query.bool.max_nested_depth` is 30, too;
 * the parser recurses.
 */
const maxDepth = 30;

/** Clauses in one list. Elasticsearch computes its limit (`indices.query.bool.max_clause_count`) from its memory. */
const maxClauses = 8_192;

/**
 * Parses the `query` of a request: an object with one member, the name of the query. Without a
 * query, all documents match.
 *
 * Queries and options that the store does not know are refused: leaving one out would be a wrong
 * answer.
 * @throws StoreError with Elasticsearch's type and reason.
 */
export function parseQuery(json: Json | undefined, depth = 0): Query {
  if (json === undefined) return () => matchAll();
  if (!isObject(json)) throw parsingError('[_na] query malformed, must start with start_object');
  const names = Object.keys(json);
  if (names.length === 0) throw illegalArgument('query malformed, empty clause found');
  if (names.length > 1)
    throw parsingError(`[${names[0]}] malformed query, expected [END_OBJECT] but found [FIELD_NAME]`);
  if (depth > maxDepth)
    throw parsingError(
      `The nested depth of the query exceeds the maximum nested depth for queries set in [indices.query.bool.max_nested_depth]`,
    );
  const [name] = names as [string];
  if (fieldQueries.has(name)) return parseFieldQuery(name, objectOf(json[name], name));
  const parser = Object.hasOwn(parsers, name) ? parsers[name] : undefined;
  if (!parser)
    throw parsingError(`unknown query [${name}], or one that this store does not support`, {
      caused_by: { type: 'named_object_not_found_exception', reason: `unknown field [${name}]` },
    });
  return parser(objectOf(json[name], name), depth + 1);
}

/** Parses the body of one query. `depth` is that of the queries within. */
type Parser = (body: JsonObject, depth: number) => Query;

/** One query or an array of queries in a member of a `bool` query. */
function clauses(body: JsonObject, name: string, depth: number): Query[] {
  const value = body[name];
  if (value === undefined || value === null) return [];
  if (typeof value !== 'object')
    throw xContentError(`[bool] ${name} doesn't support values of type: ${typeof value}`);
  const items = Array.isArray(value) ? value : [value];
  if (items.length > maxClauses)
    throw illegalArgument(`[bool] more than ${maxClauses} clauses are not supported by this store`);
  return items.map((item) => parseQuery(item, depth));
}

const parseBool: Parser = (body, depth) => {
  checkKeys('bool', body, [
    'must',
    'filter',
    'should',
    'must_not',
    'minimum_should_match',
    'boost',
    '_name',
    'adjust_pure_negative',
  ]);
  const [must, filter, should] = (['must', 'filter', 'should'] as const).map((name) =>
    clauses(body, name, depth),
  ) as [Query[], Query[], Query[]];
  const mustNot = clauses(body, 'must_not', depth);
  const boost = numberOf(body.boost, 1);
  const asked = body.minimum_should_match as string | number | undefined;
  const otherwise = should.length > 0 && must.length + filter.length === 0 ? 1 : 0;
  // A query with only `should` clauses requires one of them, whatever minimum_should_match is.
  const least = should.length > 0 && must.length + filter.length === 0 ? 1 : 0;
  // A query with only `must_not` clauses ignores minimum_should_match: Elasticsearch adds match_all to it.
  const isNegative = must.length + filter.length + should.length === 0;
  const minimum = isNegative ? 0 : Math.max(minimumShould(asked, should.length, otherwise), least);
  return (context) => {
    const on = (queries: Query[]) => queries.map((query) => query(context));
    const parts = { must: on(must), filter: on(filter), should: on(should), mustNot: on(mustNot) };
    if (must.length + filter.length + should.length + mustNot.length === 0) return matchAll(boost);
    return bool({ ...parts, minimumShould: minimum, boost });
  };
};

/** `terms` takes one field and an array of values. */
const parseTerms: Parser = (body) => {
  const { boost, _name, ...rest } = body;
  const [field, ...others] = Object.keys(rest);
  if (!field)
    throw parsingError(
      '[terms] query requires a field name, followed by array of terms or a document lookup specification',
    );
  if (others.length > 0) throw parsingError(`[terms] query does not support multiple fields`);
  const values = rest[field];
  if (isObject(values)) throw parsingError('[terms] a document lookup is not supported by this store');
  if (!Array.isArray(values)) throw parsingError(`[terms] query does not support [${field}]`);
  return (context) => terms(context, field, values, numberOf(boost, 1));
};

/** `exists` takes the name of a field or an object. */
const parseExists: Parser = (body) => {
  checkKeys('exists', body, ['field', 'boost', '_name']);
  const { field } = body;
  if (typeof field !== 'string') throw parsingError('[exists] must be provided with a [field]');
  return (context) => exists(context, field, numberOf(body.boost, 1));
};

/** `ids` takes document ids. */
const parseIds: Parser = (body) => {
  checkKeys('ids', body, ['values', 'boost', '_name']);
  if (body.values !== undefined && !Array.isArray(body.values))
    throw parsingError('[ids] requires providing a [values] array of strings');
  const ids = (body.values ?? []).map(String);
  return (context) => idsMatcher(context, ids, numberOf(body.boost, 1));
};

/** The inner query's documents, all with the score `boost`. */
const parseConstantScore: Parser = (body, depth) => {
  checkKeys('constant_score', body, ['filter', 'boost', '_name']);
  if (body.filter === undefined) throw parsingError("[constant_score] requires a 'filter' element");
  const inner = parseQuery(body.filter, depth);
  return (context) => {
    const { match, marks } = inner(context);
    return { ...constant(match, numberOf(body.boost, 1)), ...(marks && { marks }) };
  };
};

/** The best score of several queries. */
const parseDisMax: Parser = (body, depth) => {
  checkKeys('dis_max', body, ['queries', 'tie_breaker', 'boost', '_name']);
  const queries = clauses(body, 'queries', depth);
  if (queries.length === 0) throw parsingError("[dis_max] requires 'queries' field with at least one clause");
  return (context) =>
    bestOf(
      queries.map((query) => query(context)),
      numberOf(body.tie_breaker, 0),
    );
};

/**
 * Compound queries and those without a field of their own. Queries on one field are in `parse-
 * field.ts`.
 */
const parsers: Record<string, Parser> = {
  match_all: (body) => {
    checkKeys('match_all', body, ['boost', '_name']);
    return () => matchAll(numberOf(body.boost, 1));
  },
  match_none: (body) => {
    checkKeys('match_none', body, ['boost', '_name']);
    return () => matchNone;
  },
  bool: parseBool,
  terms: parseTerms,
  exists: parseExists,
  ids: parseIds,
  constant_score: parseConstantScore,
  dis_max: parseDisMax,
  nested: (body, depth) => parseNested(body, (json) => parseQuery(json, depth)),
  multi_match: parseMultiMatch,
  query_string: parseQueryString,
  simple_query_string: parseSimpleQueryString,
};
