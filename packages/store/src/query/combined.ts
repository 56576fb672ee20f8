import {
  type Bits,
  docsOf,
  hasBit,
  intersect,
  isEmpty,
  noBits,
  segmentSize,
  setBit,
  subtract,
  unite,
} from '../storage/bits.ts';
import type { Segment } from '../storage/segment.ts';
import { type Matcher, matchNone } from './matcher.ts';

/** The parts of Elasticsearch's `bool` query. */
interface BoolParts {
  must: Matcher[];
  filter: Matcher[];
  should: Matcher[];
  mustNot: Matcher[];
  minimumShould: number;
  boost: number;
}

/** Documents that at least so many of the matchers match. */
function atLeast(matchers: Matcher[], minimum: number, segment: Segment): Bits {
  if (minimum === 1) {
    const all = matchers[0]?.match(segment) ?? noBits();
    for (const matcher of matchers.slice(1)) unite(all, matcher.match(segment));
    return all;
  }
  const counts = new Uint16Array(segmentSize);
  for (const matcher of matchers) for (const doc of docsOf(matcher.match(segment))) counts[doc]! += 1;
  const result = noBits();
  for (let doc = 0; doc < segment.size; doc++) if (counts[doc]! >= minimum) setBit(result, doc);
  return result;
}

/** Keeps what a matcher found in the segment that it was asked for last: it is asked once for matches and once for scores. */
function keepingLast(find: (segment: Segment) => Bits): (segment: Segment) => Bits {
  let last: { segment: Segment; bits: Bits } | undefined;
  return (segment) => {
    if (last?.segment !== segment) last = { segment, bits: find(segment) };
    return last.bits;
  };
}

/**
 * Combines matchers as Elasticsearch's `bool` query: the score is the sum of those of `must` and
 * `should`.
 */
export function bool({ must, filter, should: given, mustNot, minimumShould, boost }: BoolParts): Matcher {
  const required = [...filter, ...must];
  if (required.includes(matchNone)) return matchNone;
  const should = given.filter((matcher) => matcher !== matchNone);
  if (should.length < minimumShould) return matchNone;
  const excludes = (segment: Segment) =>
    required.some((one) => one.excludes?.(segment)) ||
    (minimumShould > 0 && should.every((one) => one.excludes?.(segment)));
  const found = keepingLast((segment) => {
    if (excludes(segment)) return noBits();
    const bits = required[0]?.match(segment) ?? segment.live.slice();
    for (const matcher of required.slice(1)) intersect(bits, matcher.match(segment));
    if (minimumShould > 0) intersect(bits, atLeast(should, minimumShould, segment));
    for (const matcher of mustNot) if (!isEmpty(bits)) subtract(bits, matcher.match(segment));
    return bits;
  });
  const match = (segment: Segment) => found(segment).slice();
  let own: Float64Array | undefined;
  const score = (segment: Segment, scores: Float64Array, wanted: Bits) => {
    const bits = intersect(match(segment), wanted);
    const docs = docsOf(bits);
    own ??= new Float64Array(segmentSize);
    for (const doc of docs) own[doc] = 0;
    for (const matcher of [...must, ...should]) matcher.score(segment, own, bits);
    for (const doc of docs) scores[doc]! += own[doc]! * boost;
  };
  const highest = (segment: Segment) => {
    let sum: number | undefined = 0;
    for (const one of [...must, ...should]) {
      const own = one.highest?.(segment);
      sum = sum === undefined || own === undefined ? undefined : sum + own;
    }
    return sum === undefined || boost < 0 ? undefined : sum * boost;
  };
  /** Only a query of one clause has the count of that clause. */
  const only = mustNot.length === 0 ? onlyOf(required, should, minimumShould) : undefined;
  const count = (segment: Segment) => (excludes(segment) ? 0 : only?.count?.(segment));
  const marks = marksOf([...must, ...filter, ...should], match);
  return { match, score, excludes, highest, count, marks };
}

/** The clause that alone decides what matches; undefined where there are several. */
function onlyOf(required: Matcher[], should: Matcher[], minimumShould: number): Matcher | undefined {
  if (minimumShould === 0) return required.length === 1 ? required[0] : undefined;
  return required.length === 0 && should.length === 1 ? should[0] : undefined;
}

/**
 * Marks of several matchers. A document that does not match as a whole has none, even where some of
 * its tokens occur.
 */
function marksOf(matchers: Matcher[], match: Matcher['match']): NonNullable<Matcher['marks']> {
  const known = new Map<Segment, Bits>();
  return (segment, doc) => {
    const bits = known.get(segment) ?? match(segment);
    known.set(segment, bits);
    return hasBit(bits, doc) ? matchers.flatMap((one) => one.marks?.(segment, doc) ?? []) : [];
  };
}

/** The best score plus `tieBreaker` times the others: `dis_max` and `multi_match`. */
export function bestOf(given: Matcher[], tieBreaker = 0): Matcher {
  const matchers = given.filter((matcher) => matcher !== matchNone);
  if (matchers.length === 0) return matchNone;
  if (matchers.length === 1) return matchers[0]!;
  const match = (segment: Segment) => atLeast(matchers, 1, segment);
  const score = (segment: Segment, scores: Float64Array, wanted: Bits) => {
    const best = new Float64Array(segmentSize);
    const sum = new Float64Array(segmentSize);
    const own = new Float64Array(segmentSize);
    for (const matcher of matchers) {
      own.fill(0);
      const bits = intersect(matcher.match(segment), wanted);
      matcher.score(segment, own, bits);
      for (const doc of docsOf(bits)) {
        best[doc] = Math.max(best[doc]!, own[doc]!);
        sum[doc]! += own[doc]!;
      }
    }
    for (const doc of docsOf(wanted)) scores[doc]! += best[doc]! + tieBreaker * (sum[doc]! - best[doc]!);
  };
  const excludes = (segment: Segment) => matchers.every((one) => one.excludes?.(segment));
  return { match, score, excludes, marks: marksOf(matchers, match) };
}

/** At least one matches; the scores are added. */
export function anyOf(matchers: Matcher[], boost = 1): Matcher {
  return bool({ must: [], filter: [], should: matchers, mustNot: [], minimumShould: 1, boost });
}

/** All match; the scores are added. */
export function allOf(matchers: Matcher[], boost = 1): Matcher {
  return bool({ must: matchers, filter: [], should: [], mustNot: [], minimumShould: 0, boost });
}
