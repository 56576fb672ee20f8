import type { Aggregations } from '../aggs/aggregations.ts';
import type { OpenIndex } from '../engine.ts';
import type { Field } from '../mapping/field.ts';
import { contextOf, type Matcher, type QueryContext } from '../query/matcher.ts';
import { type Pace, resumed, type Sliced, steady } from '../query/pace.ts';
import {
  type Bits,
  clearBit,
  countBits,
  docsOf,
  firstBits,
  intersect,
  noBits,
  segmentSize,
} from '../storage/bits.ts';
import type { Segment } from '../storage/segment.ts';
import { boundedField, inSkippingOrder, type TopHits } from './collect.ts';
import { checkWindow, type SearchRequest } from './request.ts';
import { Snapshot } from './snapshot.ts';
import { sortField } from './sort.ts';
import type { SortKey } from './sort-request.ts';

/**
 * An index to search, up to a sequence (exclusive): a point in time sees nothing that was written
 * later.
 */
export interface SearchTarget {
  index: OpenIndex;
  before?: number;
  /** Its number among those searched, where that is not its number in the list. */
  place?: number;
}

/** Documents of a segment that match, with their scores where the search needs them. */
interface Matched {
  bits: Bits;
  /** The same as a list, where the search needs each of them. */
  docs: Uint16Array | undefined;
  scores: Float64Array | undefined;
  /** The documents that `post_filter` lets through; undefined where there is none. */
  filtered: Bits | undefined;
}

/** What is asked of a segment. */
interface Asked {
  matcher: Matcher;
  /** That of `post_filter`. */
  filter: Matcher | undefined;
  segment: Segment;
  /** Sequence from which on documents are not seen. */
  before: number | undefined;
}

/** How a search is divided in time. */
export interface Timing {
  pace: Pace;
  /** Time of `performance.now()` after which no further segment is searched. */
  deadline: number;
}

/** One run over all segments: it counts, collects the first hits and feeds the aggregations. */
export class Run {
  /** Whether the deadline came before the last segment. */
  isTimedOut = false;
  total = 0;
  maxScore = Number.NEGATIVE_INFINITY;
  readonly #request: SearchRequest;
  readonly #top: TopHits;
  readonly #keys: SortKey[];
  readonly #aggregations: Aggregations;
  readonly #isScored: boolean;
  readonly #timing: Timing;
  /** Used for each segment again, where the search computes scores. */
  #scores: Float64Array | undefined;

  constructor(
    request: SearchRequest,
    top: TopHits,
    keys: SortKey[],
    aggregations: Aggregations,
    isScored: boolean,
    timing: Timing,
  ) {
    this.#request = request;
    this.#top = top;
    this.#keys = keys;
    this.#aggregations = aggregations;
    this.#isScored = isScored;
    this.#timing = timing;
  }

  /**
   * Searches one index as it is when this begins.
   * @throws StoreError where the query cannot run on it.
   */
  *index(target: SearchTarget, place: number, now: number): Sliced<void> {
    checkWindow(this.#request);
    const { pace, deadline } = this.#timing;
    const snapshot = new Snapshot(target.index.shard);
    const context = contextOf(target.index, now, snapshot, pace);
    const matcher = this.#request.query(context);
    // A highlight query that cannot run on the index is an error even without hits.
    for (const [, { query }] of this.#request.highlight?.fields ?? []) query?.(context);
    const filter = this.#request.postFilter?.(context);
    const field = boundedField(context, this.#keys[0]);
    for (const key of this.#keys) sortField(context, key);
    // Aggregations and hits are collected once for each segment, so nothing may interrupt that.
    const collecting: QueryContext = { ...context, pace: steady };
    for (const segment of inSkippingOrder(snapshot.segments, field, this.#keys[0])) {
      const isLate = () => performance.now() >= deadline;
      if (isLate()) this.isTimedOut = true;
      if (this.isTimedOut) return;
      if (target.before !== undefined && segment.base >= target.before) continue;
      const asked = { matcher, filter, segment, before: target.before };
      const match = () =>
        snapshot.isThere(segment) && (this.#countOnly(asked, context, place, field) ?? this.#match(asked));
      const matched = yield* resumed(match, isLate);
      if (matched === undefined) this.isTimedOut = true;
      if (typeof matched === 'number') this.total += matched;
      else if (matched) this.#collect(collecting, target.index, place, segment, matched, field);
      if (pace.isOver) yield;
    }
  }

  /**
   * What a segment adds to the total, where it adds to nothing else and this is known without finding what matches: no hit of it would be
   * among the first, and no aggregation needs its documents.
   */
  #countOnly(
    asked: Asked,
    context: QueryContext,
    place: number,
    field: Field | undefined,
  ): number | undefined {
    if (this.#request.aggregations.length > 0 || !this.#top.knowsTypes(context)) return undefined;
    const { matcher, filter, segment, before } = asked;
    const isBeyond = this.#isScored
      ? this.#scoresAreBeyond(matcher, segment, place)
      : this.#top.canSkip(field && segment.bounds(field));
    if (!isBeyond) return undefined;
    const { trackTotal, minScore } = this.#request;
    const isEnough = trackTotal === false || (trackTotal !== true && this.total > trackTotal);
    if (isEnough || matcher.excludes?.(segment)) return 0;
    const isWhole = filter === undefined && (before === undefined || before >= segment.base + segment.size);
    return isWhole && minScore === undefined ? matcher.count?.(segment) : undefined;
  }

  /** Whether even the highest score of a segment sorts after the last hit. */
  #scoresAreBeyond(matcher: Matcher, segment: Segment, place: number): boolean {
    const key = this.#keys[0];
    if (key?.field !== '_score' || key.order !== 'desc') return false;
    const highest = matcher.highest?.(segment);
    return highest !== undefined && this.#top.isBeyond(Math.fround(highest), place, segment.base);
  }

  /** Finds what matches in a segment. */
  #match(asked: Asked): Matched {
    const { matcher, filter, segment } = asked;
    const bits = this.#matching(asked);
    const scores = this.#isScored ? this.#scoresOf(matcher, segment, bits) : undefined;
    const needsAll = this.#isScored || this.#request.aggregations.length > 0;
    const docs = needsAll ? docsOf(bits) : undefined;
    return { bits, docs, scores, filtered: filter && intersect(filter.match(segment), bits) };
  }

  /** Counts what matches, feeds the aggregations and collects the first hits. */
  #collect(
    context: QueryContext,
    index: OpenIndex,
    place: number,
    segment: Segment,
    { bits, docs, scores, filtered = bits }: Matched,
    field: Field | undefined,
  ): void {
    if (docs && scores) this.#noteBest(docs, scores);
    if (docs) this.#aggregations.collect(context, segment, docs, scores);
    const count = countBits(filtered);
    this.total += count;
    if (count === 0) return;
    this.#top.expectTypes(context);
    if (field && this.#top.canSkip(segment.bounds(field))) return;
    const shown = docs && filtered === bits ? docs : docsOf(filtered);
    this.#top.collect(context, index, place, segment, shown, scores);
  }

  #noteBest(docs: Uint16Array, scores: Float64Array): void {
    for (const doc of docs) if (scores[doc]! > this.maxScore) this.maxScore = scores[doc]!;
  }

  /** Live documents of a segment that match. */
  #matching({ matcher, segment, before }: Asked): Bits {
    if (matcher.excludes?.(segment)) return noBits();
    const bits = intersect(matcher.match(segment), segment.live);
    if (before !== undefined && before < segment.base + segment.size)
      intersect(bits, firstBits(before - segment.base));
    return bits;
  }

  /**
   * Scores of the matching documents; what stands at other documents means nothing. Documents below `min_score` are removed from `bits`.
   */
  #scoresOf(matcher: Matcher, segment: Segment, bits: Bits): Float64Array {
    this.#scores ??= new Float64Array(segmentSize);
    const scores = this.#scores;
    const docs = docsOf(bits);
    for (const doc of docs) scores[doc] = 0;
    matcher.score(segment, scores, bits);
    const least = this.#request.minScore ?? Number.NEGATIVE_INFINITY;
    for (const doc of docs) {
      // Lucene's scores are floats. Rounding makes scores equal that are equal there, so ties sort alike.
      const score = Math.fround(scores[doc]!);
      scores[doc] = score;
      if (score < least) clearBit(bits, doc);
    }
    return scores;
  }
}
