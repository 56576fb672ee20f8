import type { Aggregations } from '../aggs/aggregations.ts';
import type { OpenIndex } from '../engine.ts';
import { contextOf, type Matcher } from '../query/matcher.ts';
import {
  type Bits,
  clearBit,
  countBits,
  docsOf,
  firstBits,
  hasBit,
  intersect,
  segmentSize,
} from '../storage/bits.ts';
import type { Segment } from '../storage/segment.ts';
import { boundedField, inSkippingOrder, type TopHits } from './collect.ts';
import { checkWindow, type SearchRequest } from './request.ts';
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

/** One run over all segments: it counts, collects the first hits and feeds the aggregations. */
export class Run {
  total = 0;
  maxScore = Number.NEGATIVE_INFINITY;
  readonly #request: SearchRequest;
  readonly #top: TopHits;
  readonly #keys: SortKey[];
  readonly #aggregations: Aggregations;
  readonly #isScored: boolean;

  constructor(
    request: SearchRequest,
    top: TopHits,
    keys: SortKey[],
    aggregations: Aggregations,
    isScored: boolean,
  ) {
    this.#request = request;
    this.#top = top;
    this.#keys = keys;
    this.#aggregations = aggregations;
    this.#isScored = isScored;
  }

  /**
   * Searches one index.
   * @throws StoreError where the query cannot run on it.
   */
  index(target: SearchTarget, place: number, now: number): void {
    checkWindow(this.#request);
    const context = contextOf(target.index, now);
    const matcher = this.#request.query(context);
    // A highlight query that cannot run on the index is an error even without hits.
    for (const [, { query }] of this.#request.highlight?.fields ?? []) query?.(context);
    const filter = this.#request.postFilter?.(context);
    const field = boundedField(context, this.#keys[0]);
    for (const key of this.#keys) sortField(context, key);
    for (const segment of inSkippingOrder(target.index.shard.segments, field, this.#keys[0])) {
      if (target.before !== undefined && segment.base >= target.before) continue;
      const bits = this.#matching(matcher, segment, target.before);
      const scores = this.#isScored ? this.#scores(matcher, segment, bits) : undefined;
      this.#aggregations.collect(context, segment, docsOf(bits), scores);
      if (filter) intersect(bits, filter.match(segment));
      this.total += countBits(bits);
      if (field && this.#top.canSkip(segment.bounds(field))) continue;
      this.#top.collect(context, target.index, place, segment, bits, scores);
    }
  }

  /** Live documents of a segment that match. */
  #matching(matcher: Matcher, segment: Segment, before: number | undefined): Bits {
    const bits = intersect(matcher.match(segment), segment.live);
    if (before !== undefined && before < segment.base + segment.size)
      intersect(bits, firstBits(before - segment.base));
    return bits;
  }

  /** Scores of the matching documents. Documents below `min_score` are removed from `bits`. */
  #scores(matcher: Matcher, segment: Segment, bits: Bits): Float64Array {
    const scores = new Float64Array(segmentSize);
    matcher.score(segment, scores);
    const least = this.#request.minScore ?? Number.NEGATIVE_INFINITY;
    for (let doc = 0; doc < segment.size; doc++) {
      if (!hasBit(bits, doc)) continue;
      // Lucene's scores are floats. Rounding makes scores equal that are equal there, so ties sort alike.
      const score = Math.fround(scores[doc]!);
      scores[doc] = score;
      if (score < least) clearBit(bits, doc);
      else if (score > this.maxScore) this.maxScore = score;
    }
    return scores;
  }
}
