import type { Json } from '../json.ts';
import { tokensOf } from '../mapping/analyzer.ts';
import type { Field } from '../mapping/field.ts';
import { queryShardError, StoreError } from '../store-error.ts';
import { allOf, bool } from './combined.ts';
import { exactTerm } from './exact-term.ts';
import { termsPassing } from './many-terms.ts';
import { fieldOf, type Matcher, matchAll, matchNone, type QueryContext, searchedField } from './matcher.ts';
import { fitsAt, phraseMatcher } from './phrase.ts';
import { minimumShould } from './shape.ts';
import { term } from './term-queries.ts';

/**
 * Options of `match`, `match_phrase` and what is built on them. `isLenient` makes a value that does
 * not fit match nothing.
 */
export interface MatchOptions {
  operator?: string;
  minimumShouldMatch?: string | number | undefined;
  boost?: number;
  zeroTerms?: string;
  slop?: number;
  isLenient?: boolean;
}

/**
 * Words of one query on a text, so that a short request stays cheap. Elasticsearch computes its limit
 * (`indices.query.bool.max_clause_count`) from its memory.
 */
const maxWords = 8_192;

/**
 * The words of a text that is searched for.
 * @throws StoreError where there are too many.
 */
function wordsOf(value: Json): string[] {
  const words = tokensOf(String(value));
  if (words.length > maxWords)
    throw queryShardError(`failed to create query: maxClauseCount is set to ${maxWords}`, {
      type: 'too_many_clauses',
      reason: `maxClauseCount is set to ${maxWords}`,
    });
  return words;
}

/** Fields that are not analysed are compared as a whole. */
const isText = (field: Field | undefined) => field?.family === 'text';

/**
 * The matcher of a `match` query: the tokens of the text, combined by `operator` and
 * `minimum_should_match`.
 * @throws StoreError where a value does not fit the field, unless lenient.
 */
export function match(context: QueryContext, name: string, value: Json, options: MatchOptions = {}): Matcher {
  const field = fieldOf(context, name);
  if (!isText(field))
    return lenient(options.isLenient === true, () =>
      term(context, name, value, { boost: options.boost ?? 1 }),
    );
  const tokens = wordsOf(value);
  if (tokens.length === 0) return options.zeroTerms === 'all' ? matchAll(options.boost) : matchNone;
  const matchers = tokens.map((token) => exactTerm(context, field!, token, options.boost ?? 1));
  if (options.operator?.toLowerCase() === 'and')
    return matchers.length === 1 ? matchers[0]! : allOf(matchers);
  const minimum = Math.max(minimumShould(options.minimumShouldMatch, matchers.length, 1), 1);
  if (matchers.length === 1 && minimum === 1) return matchers[0]!;
  return bool({ must: [], filter: [], should: matchers, mustNot: [], minimumShould: minimum, boost: 1 });
}

/** What `build` makes, or a matcher of nothing where it fails and the query is lenient. */
export function lenient(isLenient: boolean, build: () => Matcher): Matcher {
  try {
    return build();
  } catch (error) {
    if (isLenient && error instanceof StoreError) return matchNone;
    throw error;
  }
}

/**
 * The matcher of `match_phrase` and `match_phrase_prefix`. Postings have no positions: they give
 * the documents with all words, and the documents show whether the words are in order.
 * Phrases in logs are rare enough for that, and the index is half the size.
 * @throws StoreError
 */
export function matchPhrase(
  context: QueryContext,
  name: string,
  value: Json,
  { boost = 1, slop = 0, prefix = false }: MatchOptions & { prefix?: boolean } = {},
): Matcher {
  const field = searchedField(context, name, 'match_phrase');
  if (!isText(field)) {
    if (prefix && field)
      throw queryShardError(
        `failed to create query: Can only use phrase prefix queries on text fields - not on [${name}] which is of type [${field.type}]`,
      );
    return term(context, name, value, { boost });
  }
  const words = wordsOf(value);
  if (words.length === 0) return matchNone;
  const exact = prefix ? words.slice(0, -1) : words;
  const tail = words.at(-1)!;
  const matchers = exact.map((word) => exactTerm(context, field!, word, boost));
  if (prefix) matchers.push(termsPassing(context, name, 'prefix', (one) => one.startsWith(tail), boost));
  const together = matchers.length === 1 ? matchers[0]! : allOf(matchers);
  if (words.length === 1) return together;
  const phrase = { words, slop, isPrefix: prefix };
  const tests = words.map((_, at) => (token: string) => fitsAt(phrase, at, token));
  const marks = () => [{ field: field!.name, words: tests, slop }];
  return { ...phraseMatcher(context, field!, phrase, together, boost), marks };
}
