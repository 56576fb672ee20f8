import type { JsonObject } from '../json.ts';
import { illegalArgument, parsingError } from '../store-error.ts';
import { anyOf, bestOf } from './combined.ts';
import { LuceneSyntax } from './lucene-syntax.ts';
import type { Matcher, Query } from './matcher.ts';
import { booleanOf, checkKeys, numberOf, stringsOf } from './shape.ts';
import { simpleSyntax } from './simple-syntax.ts';
import { type StringOptions, toQuery } from './string-matcher.ts';

/** `default_operator`. */
function operatorOf(value: unknown): 'and' | 'or' {
  const text = String(value ?? 'or').toLowerCase();
  if (text !== 'and' && text !== 'or')
    throw illegalArgument(`operator needs to be either AND or OR, but not [${text}]`);
  return text;
}

/**
 * Parses a `query_string` query.
 * @throws StoreError; a syntax error is thrown when the query is bound to an index.
 */
export function parseQueryString(body: JsonObject): Query {
  checkKeys('query_string', body, [
    'query',
    'default_field',
    'fields',
    'default_operator',
    'analyze_wildcard',
    'lenient',
    'boost',
    'allow_leading_wildcard',
    'type',
    'escape',
    'time_zone',
    'minimum_should_match',
    '_name',
  ]);
  if (body.query === undefined || body.query === null)
    throw parsingError('[query_string] must be provided with a [query]');
  const text = body.escape === true ? escaped(String(body.query)) : String(body.query);
  const operator = operatorOf(body.default_operator);
  const fields = body.default_field === undefined ? stringsOf(body.fields) : [String(body.default_field)];
  const isEverywhere = fields.length === 0 || fields[0] === '*';
  const options: StringOptions = {
    fields,
    operator,
    isLenient: booleanOf(body.lenient, isEverywhere),
    boost: numberOf(body.boost, 1),
    together: togetherOf(String(body.type ?? 'best_fields')),
    isPhrase: body.type === 'phrase',
    minimumShould: body.minimum_should_match as string | number | undefined,
    noLeadingWildcard: !booleanOf(body.allow_leading_wildcard, true),
    ...(body.time_zone !== undefined && { zone: String(body.time_zone) }),
  };
  return toQuery(text, () => new LuceneSyntax(text, operator).parse(), options);
}

/** `escape: true` takes the text literally. */
const escaped = (text: string) => text.replace(/[\\+\-!():^[\]"{}~*?|&/]/g, '\\$&');

/** How the scores of several fields become one, by `type`. */
function togetherOf(type: string): StringOptions['together'] {
  if (type === 'most_fields') return (matchers: Matcher[]) => anyOf(matchers);
  if (type === 'best_fields' || type === 'phrase') return (matchers: Matcher[]) => bestOf(matchers);
  throw parsingError(`[query_string] type [${type}] is not supported by this store`);
}

/**
 * Parses a `simple_query_string` query. It is lenient by nature.
 * @throws StoreError
 */
export function parseSimpleQueryString(body: JsonObject): Query {
  const known = [
    'query',
    'fields',
    'default_operator',
    'analyze_wildcard',
    'lenient',
    'boost',
    'flags',
    '_name',
  ];
  checkKeys('simple_query_string', body, known);
  if (body.query === undefined || body.query === null)
    throw parsingError('[simple_query_string] query text missing');
  if (body.flags !== undefined && body.flags !== 'ALL')
    throw parsingError('[simple_query_string] flags are not supported by this store');
  const text = String(body.query);
  const operator = operatorOf(body.default_operator);
  const options = {
    fields: stringsOf(body.fields),
    operator,
    isLenient: true,
    boost: numberOf(body.boost, 1),
    together: (matchers: Matcher[]) => anyOf(matchers),
  };
  return toQuery(text, () => simpleSyntax(text, operator), options);
}
