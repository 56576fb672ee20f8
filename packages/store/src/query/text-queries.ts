import type { Json, JsonObject } from '../json.ts';
import { tokensOf, valueGap } from '../mapping/analyzer.ts';
import type { Field } from '../mapping/field.ts';
import { valuesAt } from '../mapping/source-values.ts';
import { docsOf, intersect, noBits, setBit } from '../storage/bits.ts';
import type { Segment } from '../storage/segment.ts';
import { queryShardError, StoreError } from '../store-error.ts';
import {
  allOf,
  bool,
  fieldOf,
  type Matcher,
  matchAll,
  matchNone,
  type QueryContext,
  searchedField,
} from './matcher.ts';
import { idf, saturation, statisticsOf } from './relevance.ts';
import { minimumShould } from './shape.ts';
import { exactTerm, term, termsPassing } from './term-queries.ts';

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
  const tokens = tokensOf(String(value));
  if (tokens.length === 0) return options.zeroTerms === 'all' ? matchAll(options.boost) : matchNone;
  const matchers = tokens.map((token) => exactTerm(context, field!, token, options.boost ?? 1));
  if (options.operator?.toLowerCase() === 'and') return allOf(matchers);
  const minimum = Math.max(minimumShould(options.minimumShouldMatch, matchers.length, 1), 1);
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
 * How often the words occur in order, with positions that differ by `slop` at the most. A looser
 * occurrence counts less, as in Lucene's `SloppyPhraseScorer`.
 *
 * From each position the word's own place in the phrase is subtracted: words in exact order then
 * have the same position, and `slop` is the largest difference.
 */
function phraseFrequency(
  words: string[],
  tokens: string[],
  slop: number,
  last: (token: string, word: string) => boolean,
): number {
  const places = words.map((word, at) => {
    const isLast = at === words.length - 1;
    return tokens.flatMap((token, place) =>
      (isLast ? last(token, word) : token === word) ? [place - at] : [],
    );
  });
  if (places.some((ones) => ones.length === 0)) return 0;
  if (slop === 0) {
    const others = places.slice(1).map((ones) => new Set(ones));
    return places[0]!.filter((place) => others.every((ones) => ones.has(place))).length;
  }
  let width = Number.POSITIVE_INFINITY;
  for (const low of places.flat()) {
    const nearest = places.map((ones) => ones.find((place) => place >= low) ?? Number.POSITIVE_INFINITY);
    width = Math.min(width, Math.max(...nearest) - low);
  }
  return width <= slop ? 1 / (1 + width) : 0;
}

/**
 * Tokens of all values of a field in a document, by position; empty strings fill the gaps between
 * values.
 */
function documentTokens(context: QueryContext, field: Field, segment: Segment, doc: number): string[] {
  const source = JSON.parse(context.shard.read(segment.base + doc).source.toString()) as JsonObject;
  const tokens: string[] = [];
  for (const value of valuesAt(source, field.source)) {
    if (tokens.length > 0) tokens.push(...Array<string>(valueGap).fill(''));
    tokens.push(...tokensOf(String(value)));
  }
  return tokens;
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
  const words = tokensOf(String(value));
  if (words.length === 0) return matchNone;
  const exact = prefix ? words.slice(0, -1) : words;
  const tail = words.at(-1)!;
  const matchers = exact.map((word) => exactTerm(context, field!, word, boost));
  if (prefix) matchers.push(termsPassing(context, name, 'prefix', (one) => one.startsWith(tail), boost));
  const together = matchers.length === 1 ? matchers[0]! : allOf(matchers);
  if (words.length === 1) return together;
  const fits = prefix
    ? (token: string, word: string) => token.startsWith(word)
    : (token: string, word: string) => token === word;
  const frequency = (segment: Segment, doc: number) =>
    phraseFrequency(words, documentTokens(context, field!, segment, doc), slop, fits);
  const tests = words.map(
    (word, at) => (token: string) => (at === words.length - 1 ? fits(token, word) : token === word),
  );
  const marks = () => [{ field: field!.name, words: tests, slop }];
  return { ...phraseMatcher(context, field!, exact, together, frequency, boost), marks };
}

/**
 * Documents among the candidates in which the phrase occurs. It scores like one word with the
 * weights of all of its words.
 */
function phraseMatcher(
  context: QueryContext,
  field: Field,
  words: string[],
  candidates: Matcher,
  frequency: (segment: Segment, doc: number) => number,
  boost: number,
): Matcher {
  const known = new Map<Segment, Map<number, number>>();
  const frequencies = (segment: Segment) => {
    let found = known.get(segment);
    if (found) return found;
    found = new Map();
    for (const doc of docsOf(intersect(candidates.match(segment), segment.live))) {
      const times = frequency(segment, doc);
      if (times > 0) found.set(doc, times);
    }
    known.set(segment, found);
    return found;
  };
  return {
    match(segment) {
      const bits = noBits();
      for (const doc of frequencies(segment).keys()) setBit(bits, doc);
      return bits;
    },
    score(segment, scores) {
      const column = segment.column(field);
      if (column?.kind !== 'text') return;
      const statistics = words.map((word) => statisticsOf(context.shard, field, word));
      const weight = statistics.reduce((sum, one) => sum + idf(one), 0) * boost;
      const length = statistics[0]?.averageLength ?? 1;
      for (const [doc, times] of frequencies(segment))
        scores[doc]! += weight * saturation(times, column.lengths[doc]! - 1, length);
    },
  };
}
