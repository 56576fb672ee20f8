import type { Json, JsonObject } from '../json.ts';
import { tokensOf } from '../mapping/analyzer.ts';
import type { Field } from '../mapping/field.ts';
import { valuesAt } from '../search/source-values.ts';
import { hasBit, noBits, setBit } from '../storage/bits.ts';
import type { Segment } from '../storage/segment.ts';
import {
  allOf,
  bool,
  type Matcher,
  matchAll,
  matchNone,
  type QueryContext,
  searchedField,
} from './matcher.ts';
import { minimumShould } from './minimum-should.ts';
import { exactTerm, term, termsPassing } from './term-queries.ts';

export interface MatchOptions {
  operator?: string;
  minimumShouldMatch?: string | number | undefined;
  boost?: number;
  zeroTerms?: string;
  slop?: number;
}

/** A field that is not analysed is compared as a whole; a value that does not fit its type is an error or nothing. */
const isText = (field: Field | undefined) => field?.family === 'text';

export function match(context: QueryContext, name: string, value: Json, options: MatchOptions = {}): Matcher {
  const field = context.mapping.field(name);
  if (!isText(field)) return term(context, name, value, { boost: options.boost ?? 1 });
  const tokens = tokensOf(String(value));
  if (tokens.length === 0) return options.zeroTerms === 'all' ? matchAll(options.boost) : matchNone;
  const matchers = tokens.map((token) => exactTerm(context, field!, token, options.boost ?? 1));
  if (options.operator?.toLowerCase() === 'and') return allOf(matchers);
  const minimum = Math.max(minimumShould(options.minimumShouldMatch, matchers.length, 1), 1);
  return bool({ must: [], filter: [], should: matchers, mustNot: [], minimumShould: minimum, boost: 1 });
}

/** Lucene leaves this many places between the values of an array, so that no phrase spans two. */
const gap = 100;

/** Whether the words stand in order, moved by `slop` places at the most. */
function phraseFits(
  words: string[],
  tokens: string[],
  slop: number,
  last: (token: string, word: string) => boolean,
): boolean {
  const places = words.map((word, at) => {
    const isLast = at === words.length - 1;
    return tokens.flatMap((token, place) =>
      (isLast ? last(token, word) : token === word) ? [place - at] : [],
    );
  });
  // Less the word's own place, words in order stand at one place; slop is how far apart they may be.
  const within = (low: number) =>
    places.every((ones) => ones.some((place) => place >= low && place <= low + slop));
  return places.flat().some(within);
}

/** Tokens of all values of a field in a document, empty ones in the gaps. */
function documentTokens(context: QueryContext, field: Field, segment: Segment, doc: number): string[] {
  const source = JSON.parse(context.shard.read(segment.base + doc).source.toString()) as JsonObject;
  const tokens: string[] = [];
  for (const value of valuesAt(source, field.source)) {
    if (tokens.length > 0) tokens.push(...Array<string>(gap).fill(''));
    tokens.push(...tokensOf(String(value)));
  }
  return tokens;
}

/**
 * Postings hold no positions: they give the documents with all the words, and the documents themselves tell whether
 * the words stand in order. Log phrases are rare enough for that, and the index is half the size.
 */
export function matchPhrase(
  context: QueryContext,
  name: string,
  value: Json,
  { boost = 1, slop = 0, prefix = false }: MatchOptions & { prefix?: boolean } = {},
): Matcher {
  const field = searchedField(context, name, 'match_phrase');
  if (!isText(field)) {
    const start = String(value);
    return prefix && field
      ? termsPassing(context, name, 'prefix', (one) => one.startsWith(start), boost)
      : term(context, name, value, { boost });
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
  return confirmed(together, (segment, doc) =>
    phraseFits(words, documentTokens(context, field!, segment, doc), slop, fits),
  );
}

/** Keeps the documents that pass a test which is too dear for all of them. */
function confirmed(candidates: Matcher, test: (segment: Segment, doc: number) => boolean): Matcher {
  const known = new Map<Segment, Uint32Array>();
  return {
    match(segment) {
      const before = known.get(segment);
      if (before) return before.slice();
      const bits = candidates.match(segment);
      const kept = noBits();
      for (let doc = 0; doc < segment.size; doc++)
        if (hasBit(bits, doc) && hasBit(segment.live, doc) && test(segment, doc)) setBit(kept, doc);
      known.set(segment, kept);
      return kept.slice();
    },
    score: candidates.score,
  };
}
