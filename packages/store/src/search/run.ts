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
  hasBit,
  intersect,
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
  scores: Float64Array | undefined;
  /** The documents that `post_filter` lets through; undefined where there is none. */
  filtered: Bits | undefined;
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
      const match = () => snapshot.isThere(segment) && this.#match(matcher, filter, segment, target.before);
      const matched = yield* resumed(match, isLate);
      if (matched === undefined) this.isTimedOut = true;
      if (matched) this.#collect(collecting, target.index, place, segment, matched, field);
      if (pace.isOver) yield;
    }
  }

  /** Finds what matches in a segment. */
  #match(
    matcher: Matcher,
    filter: Matcher | undefined,
    segment: Segment,
    before: number | undefined,
  ): Matched {
    const bits = this.#matching(matcher, segment, before);
    const scores = this.#isScored ? this.#scores(matcher, segment, bits) : undefined;
    return { bits, scores, filtered: filter && intersect(filter.match(segment), bits) };
  }

  /** Counts what matches, feeds the aggregations and collects the first hits. */
  #collect(
    context: QueryContext,
    index: OpenIndex,
    place: number,
    segment: Segment,
    { bits, scores, filtered = bits }: Matched,
    field: Field | undefined,
  ): void {
    if (scores) this.#noteBest(bits, scores);
    this.#aggregations.collect(context, segment, docsOf(bits), scores);
    const count = countBits(filtered);
    this.total += count;
    if (count > 0) this.#top.expectTypes(context);
    if (field && this.#top.canSkip(segment.bounds(field))) return;
    this.#top.collect(context, index, place, segment, filtered, scores);
  }

  #noteBest(bits: Bits, scores: Float64Array): void {
    for (const doc of docsOf(bits)) if (scores[doc]! > this.maxScore) this.maxScore = scores[doc]!;
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
    }
    return scores;
  }
}
