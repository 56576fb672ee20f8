import type { Millis } from '@logboom/common';
import type { Field } from '../mapping/field.ts';
import type { Mapping } from '../mapping/mapping.ts';
import { type Bits, countBits, docsOf, intersect, noBits } from '../storage/bits.ts';
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
   * Adds the score of each document that is wanted and matches to `scores`, by document number. It adds nothing for
   * other documents. `wanted` belongs to the caller.
   */
  score(segment: Segment, scores: Float64Array, wanted: Bits): void;
  /** Whether no document of the segment can match, by what is known without its columns. */
  excludes?(segment: Segment): boolean;
  /** What no score in the segment exceeds, where that is known without finding what matches. */
  highest?(segment: Segment): number | undefined;
  /** How many live documents match, where that is known without finding them. */
  count?(segment: Segment): number | undefined;
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
    score(segment, scores, wanted) {
      for (const doc of docsOf(intersect(match(segment), wanted))) scores[doc]! += boost;
    },
    highest: () => (boost >= 0 ? boost : undefined),
  };
}

/** Every document. */
export const matchAll = (boost = 1): Matcher => ({
  ...constant((segment) => segment.live.slice(), boost),
  count: (segment) => countBits(segment.live),
});
/** No document. */
export const matchNone: Matcher = {
  match: noBits,
  score: () => {},
  excludes: () => true,
  count: () => 0,
};
