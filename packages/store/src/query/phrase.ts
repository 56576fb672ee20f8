import type { JsonObject } from '../json.ts';
import { tokensOf, valueGap } from '../mapping/analyzer.ts';
import type { Field } from '../mapping/field.ts';
import { valuesAt } from '../mapping/source-values.ts';
import { docsOf, hasBit, intersect, noBits, setBit } from '../storage/bits.ts';
import type { Segment } from '../storage/segment.ts';
import type { Matcher, QueryContext } from './matcher.ts';
import { idf, saturation, statisticsOf } from './relevance.ts';

/** The words of a phrase. `isPrefix` says that the last one stands for all words that begin so. */
interface Phrase {
  words: string[];
  slop: number;
  isPrefix: boolean;
}

/** Whether a token can stand at a place of the phrase. */
export function fitsAt({ words, isPrefix }: Phrase, place: number, token: string): boolean {
  return isPrefix && place === words.length - 1 ? token.startsWith(words[place]!) : token === words[place];
}

/** How often the words occur one after the other. */
function exactFrequency(phrase: Phrase, tokens: string[]): number {
  let found = 0;
  for (let start = 0; start + phrase.words.length <= tokens.length; start++) {
    let place = 0;
    while (place < phrase.words.length && fitsAt(phrase, place, tokens[start + place]!)) place++;
    if (place === phrase.words.length) found++;
  }
  return found;
}

/** The places of tokens by the words of the phrase; words that occur twice in it share a list. */
function placesOf(phrase: Phrase, tokens: string[]): number[][] {
  const last = phrase.words.length - 1;
  const known = new Map<string, number[]>(phrase.words.map((word) => [word, []]));
  const tail: number[] = [];
  for (const [place, token] of tokens.entries()) {
    known.get(token)?.push(place);
    if (phrase.isPrefix && fitsAt(phrase, last, token)) tail.push(place);
  }
  return phrase.words.map((word, at) => (phrase.isPrefix && at === last ? tail : known.get(word)!));
}

/**
 * How close together the words occur: the smallest difference between the highest and the lowest position, with each word's
 * own place in the phrase subtracted. Words in exact order have the difference 0. Infinite where a word is missing.
 *
 * All positions are sorted together, and a window that holds each word moves over them: O(n log n) in the positions.
 */
function widthOf(places: number[][]): number {
  const count = places.length;
  if (places.some((ones) => ones.length === 0)) return Number.POSITIVE_INFINITY;
  const all = new Float64Array(places.reduce((sum, ones) => sum + ones.length, 0));
  let filled = 0;
  // Place and word in one number: the place, made positive, counts more.
  for (const [at, ones] of places.entries())
    for (const place of ones) all[filled++] = (place - at + count) * count + at;
  all.sort();
  const held = new Uint32Array(count);
  let [missing, low, width] = [count, 0, Number.POSITIVE_INFINITY];
  for (const entry of all) {
    if (held[entry % count]!++ === 0) missing--;
    for (; missing === 0; low++) {
      width = Math.min(width, Math.floor(entry / count) - Math.floor(all[low]! / count));
      if (width === 0) return 0;
      if (--held[all[low]! % count]! === 0) missing++;
    }
  }
  return width;
}

/**
 * How often the phrase occurs. A looser occurrence counts less, as in Lucene's `SloppyPhraseScorer`.
 */
export function phraseFrequency(phrase: Phrase, tokens: string[]): number {
  if (phrase.slop === 0) return exactFrequency(phrase, tokens);
  const width = widthOf(placesOf(phrase, tokens));
  return width <= phrase.slop ? 1 / (1 + width) : 0;
}

/**
 * Tokens of all values of a field in a document, by position; empty strings fill the gaps between
 * values.
 */
function documentTokens(context: QueryContext, field: Field, segment: Segment, doc: number): string[] {
  const document = context.shard.read(segment.base + doc);
  if (!document) return [];
  const tokens: string[] = [];
  for (const value of valuesAt(JSON.parse(document.source.toString()) as JsonObject, field.source)) {
    if (tokens.length > 0) for (let gap = 0; gap < valueGap; gap++) tokens.push('');
    for (const token of tokensOf(String(value))) tokens.push(token);
  }
  return tokens;
}

/** How far the documents of a segment were read. */
interface Progress {
  docs: Uint16Array;
  /** How many of them were read. */
  at: number;
  /** How often the phrase occurs, by document. */
  found: Map<number, number>;
}

/**
 * Documents among the candidates in which the phrase occurs. It scores like one word with the
 * weights of all of its words. Reading may end at the end of a slice and goes on in the next.
 */
export function phraseMatcher(
  context: QueryContext,
  field: Field,
  phrase: Phrase,
  candidates: Matcher,
  boost: number,
): Matcher {
  const known = new Map<Segment, Progress>();
  const frequencies = (segment: Segment): Map<number, number> => {
    const progress = known.get(segment) ?? {
      docs: docsOf(intersect(candidates.match(segment), segment.live)),
      at: 0,
      found: new Map(),
    };
    known.set(segment, progress);
    while (progress.at < progress.docs.length) {
      const doc = progress.docs[progress.at++]!;
      const times = phraseFrequency(phrase, documentTokens(context, field, segment, doc));
      if (times > 0) progress.found.set(doc, times);
      if (progress.at < progress.docs.length) context.pace.pause();
    }
    return progress.found;
  };
  const weigh = weightOf(context, field, phrase, boost);
  return {
    match(segment) {
      const bits = noBits();
      for (const doc of frequencies(segment).keys()) setBit(bits, doc);
      return bits;
    },
    score(segment, scores, wanted) {
      const column = segment.column(field);
      if (column?.kind !== 'text') return;
      const found = frequencies(segment);
      const { weight, length } = weigh();
      for (const [doc, times] of found)
        if (hasBit(wanted, doc)) scores[doc]! += weight * saturation(times, column.lengths[doc]! - 1, length);
    },
  };
}

/** The weight of a phrase and the average length of the field, computed when first asked for and then kept. */
function weightOf({ shard, pace }: QueryContext, field: Field, { words, isPrefix }: Phrase, boost: number) {
  const exact = isPrefix ? words.slice(0, -1) : words;
  let [weight, length, at] = [0, 1, 0];
  return () => {
    while (at < exact.length) {
      const statistics = statisticsOf(shard, field, exact[at]!);
      if (at === 0) length = statistics.averageLength;
      weight += idf(statistics) * boost;
      at++;
      pace.pause();
    }
    return { weight, length };
  };
}
