import type { Millis } from '@logboom/common';
import type { Field } from '../mapping/field.ts';
import type { Mapping } from '../mapping/mapping.ts';
import { type Bits, hasBit, intersect, noBits, segmentSize, subtract, unite } from '../storage/bits.ts';
import type { IndexRecord } from '../storage/catalog.ts';
import type { StoredDocument } from '../storage/files.ts';
import type { Segment } from '../storage/segment.ts';
import type { Found, Shard } from '../storage/shard.ts';
import { queryShardError } from '../store-error.ts';
import { type Pace, steady } from './pace.ts';

/**
 * A query bound to one index: which documents of a segment match, and how well.
 *
 * A matcher lives for one request and may keep what it computed for a segment.
 */
export interface Matcher {
  /**
   * The documents that match, as a fresh set that the caller may change. It may hold deleted
   * documents: callers intersect it with `segment.live`.
   */
  match(segment: Segment): Bits;
  /**
   * Adds each matching document's score to `scores`, by document number. What it adds for other
   * documents is ignored.
   */
  score(segment: Segment, scores: Float64Array): void;
  /**
   * What the query looks for in a document, for highlighting. Absent where the query looks for no
   * terms.
   */
  marks?(segment: Segment, doc: number): Mark[];
}

/**
 * Tokens to highlight: `words` in order in a field, at most `slop` positions apart. Mostly there is
 * one word.
 */
export interface Mark {
  field: string;
  words: ((token: string) => boolean)[];
  slop: number;
}

/** The mark of a query for single terms. */
export const oneWord = (field: string, word: (token: string) => boolean): Mark[] => [
  { field, words: [word], slop: 0 },
];

/** What a query needs of a shard. Nested objects provide the same. */
export interface Documents {
  readonly segments: Segment[];
  /** The document with that sequence; undefined if it was deleted since the search began. */
  read(sequence: number): StoredDocument | undefined;
  find(id: string): Found | undefined;
}

/** What a query must know of the index that it runs on. */
export interface QueryContext {
  name: string;
  /** The index as it was when the search began. */
  index: SearchedIndex;
  shard: Documents;
  /**
   * Path of the nested objects that are searched as documents of their own; empty for the documents
   * themselves.
   */
  nested: string;
  mapping: Mapping;
  /** Wall time of the request. */
  now: Millis;
  pace: Pace;
}

/** An index and its documents. */
interface SearchedIndex {
  record: IndexRecord;
  shard: Shard;
}

/**
 * A parsed query. It is bound to each index that is searched, which yields a matcher.
 * @throws StoreError where the query cannot run on the index, for example on a field of the wrong type.
 */
export type Query = (context: QueryContext) => Matcher;

/**
 * The context of an index. `now` is the wall time of the request; `shard` are its documents as of the start of the search, and
 * `pace` its slices. Without these, the context is only good for work that is done at once.
 */
export function contextOf(
  index: SearchedIndex,
  now: Millis,
  shard: Documents = documentsNow(index.shard),
  pace = steady,
): QueryContext {
  return { name: index.record.name, index, shard, nested: '', mapping: index.shard.mapping, now, pace };
}

/** A shard as queries see it, for work that is done at once. */
const documentsNow = (shard: Shard): Documents => ({
  segments: shard.segments,
  read: (sequence) => shard.readLive(sequence),
  find: (id) => shard.find(id),
});

/**
 * The field of that name as seen from the context: fields of nested objects are visible only from
 * within.
 */
export function fieldOf({ mapping, nested }: QueryContext, name: string): Field | undefined {
  const field = mapping.field(name);
  return field?.nested === nested ? field : undefined;
}

/**
 * The field to search, or undefined where the index has none of that name: then nothing matches.
 * @throws StoreError `query_shard_exception` for fields that cannot be searched.
 */
export function searchedField(context: QueryContext, name: string, query: string): Field | undefined {
  const field = fieldOf(context, name);
  if (field?.family === 'stored')
    throw queryShardError(
      `Field [${name}] of type [${field.type}] does not support ${query} queries in this store`,
    );
  if (field && !field.options.searchable)
    throw queryShardError(
      `failed to create query: Cannot search on field [${name}] since it is not indexed nor has doc values.`,
    );
  return field;
}

/** A matcher that gives every matching document the same score. */
export function constant(match: (segment: Segment) => Bits, boost = 1): Matcher {
  return {
    match,
    score(segment, scores) {
      const bits = match(segment);
      for (let doc = 0; doc < segment.size; doc++) if (hasBit(bits, doc)) scores[doc]! += boost;
    },
  };
}

/** Every document. */
export const matchAll = (boost = 1): Matcher => constant((segment) => segment.live.slice(), boost);
/** No document. */
export const matchNone: Matcher = { match: noBits, score: () => {} };

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
  if (minimum === 1) return matchers.reduce((all, one) => unite(all, one.match(segment)), noBits());
  const counts = new Uint16Array(segmentSize);
  for (const matcher of matchers) {
    const bits = matcher.match(segment);
    for (let doc = 0; doc < segment.size; doc++) if (hasBit(bits, doc)) counts[doc]! += 1;
  }
  const result = noBits();
  for (let doc = 0; doc < segment.size; doc++)
    if (counts[doc]! >= minimum) result[doc >>> 5]! |= 1 << (doc & 31);
  return result;
}

/**
 * Combines matchers as Elasticsearch's `bool` query: the score is the sum of those of `must` and
 * `should`.
 */
export function bool({ must, filter, should: given, mustNot, minimumShould, boost }: BoolParts): Matcher {
  if (must.includes(matchNone) || filter.includes(matchNone)) return matchNone;
  const should = given.filter((matcher) => matcher !== matchNone);
  if (should.length < minimumShould) return matchNone;
  const match = (segment: Segment): Bits => {
    const bits = segment.live.slice();
    for (const matcher of [...filter, ...must]) intersect(bits, matcher.match(segment));
    if (minimumShould > 0) intersect(bits, atLeast(should, minimumShould, segment));
    for (const matcher of mustNot) subtract(bits, matcher.match(segment));
    return bits;
  };
  const score = (segment: Segment, scores: Float64Array) => {
    const own = new Float64Array(segment.size);
    for (const matcher of [...must, ...should]) matcher.score(segment, own);
    const bits = match(segment);
    for (let doc = 0; doc < segment.size; doc++) if (hasBit(bits, doc)) scores[doc]! += own[doc]! * boost;
  };
  const marks = marksOf([...must, ...filter, ...should], match);
  return { match, score, marks };
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
  const score = (segment: Segment, scores: Float64Array) => {
    const best = new Float64Array(segment.size);
    const sum = new Float64Array(segment.size);
    const own = new Float64Array(segment.size);
    for (const matcher of matchers) {
      own.fill(0);
      matcher.score(segment, own);
      const bits = matcher.match(segment);
      for (let doc = 0; doc < segment.size; doc++) {
        if (!hasBit(bits, doc)) continue;
        best[doc] = Math.max(best[doc]!, own[doc]!);
        sum[doc]! += own[doc]!;
      }
    }
    for (let doc = 0; doc < segment.size; doc++)
      scores[doc]! += best[doc]! + tieBreaker * (sum[doc]! - best[doc]!);
  };
  return { match, score, marks: marksOf(matchers, match) };
}

/** At least one matches; the scores are added. */
export function anyOf(matchers: Matcher[], boost = 1): Matcher {
  return bool({ must: [], filter: [], should: matchers, mustNot: [], minimumShould: 1, boost });
}

/** All match; the scores are added. */
export function allOf(matchers: Matcher[], boost = 1): Matcher {
  return bool({ must: matchers, filter: [], should: [], mustNot: [], minimumShould: 0, boost });
}
