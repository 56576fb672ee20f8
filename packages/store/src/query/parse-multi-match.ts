import { type JsonObject, wildcard } from '../json.ts';
import { parsingError } from '../store-error.ts';
import { anyOf, bestOf } from './combined.ts';
import { matchNone, type Query, type QueryContext } from './matcher.ts';
import { checkKeys, numberOf, stringsOf } from './shape.ts';
import { lenient, type MatchOptions, match, matchPhrase } from './text-queries.ts';

const known = [
  'query',
  'fields',
  'type',
  'operator',
  'minimum_should_match',
  'tie_breaker',
  'boost',
  'slop',
  'lenient',
  'zero_terms_query',
  '_name',
];
/** The types that the store supports. `cross_fields` and `bool_prefix` are refused. */
const types = ['best_fields', 'most_fields', 'phrase', 'phrase_prefix'];

/**
 * The fields of an index that a list such as `["message^2", "url.*"]` names, with their weights. An
 * empty list means all fields that can be searched. A field that is named twice has the last
 * weight.
 */
export function weightedFields(
  { mapping, nested }: QueryContext,
  list: string[],
): [field: string, weight: number][] {
  const result = new Map<string, number>();
  for (const entry of list.length > 0 ? list : ['*']) {
    const [name, weight] = entry.split('^', 2) as [string, string?];
    if (!name.includes('*')) result.set(name, Number(weight ?? 1));
    else
      for (const field of mapping.fieldsMatching(wildcard(name)))
        if (field.family !== 'stored' && field.options.searchable && field.nested === nested)
          result.set(field.name, Number(weight ?? 1));
  }
  return [...result];
}

/**
 * Parses a `multi_match` query. A value that does not fit a field is no error where fields were
 * found by a pattern, as in Elasticsearch.
 * @throws StoreError
 */
export function parseMultiMatch(body: JsonObject): Query {
  checkKeys('multi_match', body, known);
  if (body.query === undefined) throw parsingError('No text specified for multi_match query');
  const type = String(body.type ?? 'best_fields');
  if (!types.includes(type))
    throw parsingError(`[multi_match] type [${type}] is not supported by this store`);
  const fields = stringsOf(body.fields);
  const isLenient =
    body.lenient === true || fields.length === 0 || fields.some((field) => field.includes('*'));
  const options: MatchOptions = {
    operator: String(body.operator ?? 'or'),
    minimumShouldMatch: body.minimum_should_match as string | undefined,
    zeroTerms: String(body.zero_terms_query ?? 'none'),
    slop: numberOf(body.slop, 0),
  };
  const boost = numberOf(body.boost, 1);
  return (context) => {
    const matchers = weightedFields(context, fields).map(([field, weight]) =>
      lenient(isLenient, () => {
        const own = { ...options, boost: boost * weight };
        if (!type.startsWith('phrase')) return match(context, field, body.query!, own);
        return matchPhrase(context, field, body.query!, { ...own, prefix: type === 'phrase_prefix' });
      }),
    );
    if (matchers.length === 0) return matchNone;
    return type === 'most_fields' ? anyOf(matchers) : bestOf(matchers, numberOf(body.tie_breaker, 0));
  };
}
