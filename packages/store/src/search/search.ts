import { performance } from 'node:perf_hooks';
import { Aggregations } from '../aggs/aggregations.ts';
import type { Engine, OpenIndex } from '../engine.ts';
import { contextOf, type Matcher, type QueryContext } from '../query/matcher.ts';
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
import { ShardFailure, StoreError } from '../store-error.ts';
import { boundedField, type Candidate, inUsefulOrder, TopHits } from './collect.ts';
import { Highlighters } from './highlight.ts';
import { hitOf, shortFloat } from './hits.ts';
import { checkWindow, type SearchRequest } from './request.ts';
import { afterValue, type SortKey, sortField } from './sort.ts';

/** What is searched: an index, and up to which sequence (a point in time sees nothing that came later). */
export interface SearchTarget {
  index: OpenIndex;
  before?: number;
  /** Its place among those searched, where that is not its place in the list. */
  place?: number;
}

const byScore: SortKey = {
  field: '_score',
  order: 'desc',
  missing: '_last',
  unmapped: undefined,
  mode: 'max',
  format: undefined,
};

export interface Found {
  total: number;
  maxScore: number | null;
  candidates: Candidate[];
  aggregations: unknown;
  keys: SortKey[];
  /** Wall time of the request: hits are shown later, and by the same query. */
  now: number;
}

/** One run over all segments: counts, collects the first hits and feeds the aggregations. */
class Run {
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

  index(target: SearchTarget, place: number, now: number): void {
    checkWindow(this.#request);
    const context = contextOf(target.index, now);
    const matcher = this.#request.query(context);
    // What is wrong with a query for highlighting is wrong whether there are hits or not.
    for (const [, { query }] of this.#request.highlight?.fields ?? []) query?.(context);
    const filter = this.#request.postFilter?.(context);
    const field = boundedField(context, this.#keys[0]);
    for (const key of this.#keys) sortField(context, key);
    for (const segment of inUsefulOrder(target.index.shard.segments, field, this.#keys[0])) {
      if (target.before !== undefined && segment.base >= target.before) continue;
      const bits = this.#matching(matcher, segment, target.before);
      const scores = this.#isScored ? this.#scores(matcher, segment, bits) : undefined;
      this.#aggregations.collect(context, segment, docsOf(bits), scores);
      if (filter) intersect(bits, filter.match(segment));
      this.total += countBits(bits);
      if (field && this.#top.cannotGain(segment.bounds(field))) continue;
      this.#top.collect(context, target.index, place, segment, bits, scores);
    }
  }

  #matching(matcher: Matcher, segment: Segment, before: number | undefined): Bits {
    const bits = intersect(matcher.match(segment), segment.live);
    if (before !== undefined && before < segment.base + segment.size)
      intersect(bits, firstBits(before - segment.base));
    return bits;
  }

  #scores(matcher: Matcher, segment: Segment, bits: Bits): Float64Array {
    const scores = new Float64Array(segmentSize);
    matcher.score(segment, scores);
    const least = this.#request.minScore ?? Number.NEGATIVE_INFINITY;
    for (let doc = 0; doc < segment.size; doc++) {
      if (!hasBit(bits, doc)) continue;
      // Lucene's scores are floats; equal ones must be equal here, too, for ties to fall the same way.
      const score = Math.fround(scores[doc]!);
      scores[doc] = score;
      if (score < least) clearBit(bits, doc);
      else if (score > this.maxScore) this.maxScore = score;
    }
    return scores;
  }
}

/** A query that no index can answer is still read with each of them; the error names the index it failed on. */
function naming<T>(context: OpenIndex, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof StoreError) throw new ShardFailure(error, context.record.name, context.record.uuid);
    throw error;
  }
}

/** `past`: a hit behind which to go on, of an earlier call with the same targets. */
export function find(
  targets: SearchTarget[],
  request: SearchRequest,
  now: number,
  limit = request.from + request.size,
  past?: Candidate,
): Found {
  const isByScore = request.sort.length === 0;
  const keys = isByScore ? [byScore] : request.sort;
  const needsScores =
    request.trackScores || request.minScore !== undefined || keys.some((key) => key.field === '_score');
  const isScored =
    (needsScores && limit > 0) ||
    request.minScore !== undefined ||
    request.aggregations.some((spec) => spec.needsScores);
  const context: QueryContext | undefined = targets[0] && contextOf(targets[0].index, now);
  const after = request.after?.map((value, at) =>
    afterValue(value, keys[at]!, context && sortFieldQuietly(context, keys[at]!), now),
  );
  const top = new TopHits(limit, keys, after, past);
  const aggregations = new Aggregations(request.aggregations, now);
  const run = new Run(request, top, keys, aggregations, isScored);
  for (const [place, target] of targets.entries())
    naming(target.index, () => run.index(target, target.place ?? place, now));
  // The best score is only known where scores are looked at first of all.
  const isScoreFirst = isByScore || request.trackScores;
  const showsScore = isScoreFirst && limit > 0 && run.maxScore > Number.NEGATIVE_INFINITY;
  return {
    total: run.total,
    maxScore: showsScore ? run.maxScore : null,
    candidates: top.hits(),
    aggregations: request.aggregations.length > 0 ? aggregations.result() : undefined,
    keys,
    now,
  };
}

function sortFieldQuietly(context: QueryContext, key: SortKey) {
  return context.mapping.field(key.field);
}

/** `hits.total`; undefined where the request does not want it. */
function totalOf(total: number, track: boolean | number) {
  if (track === false) return undefined;
  if (track === true || total <= track) return { value: total, relation: 'eq' };
  return { value: track, relation: 'gte' };
}

export const shardsOf = (count: number) => ({ total: count, successful: count, skipped: 0, failed: 0 });

export function answer(
  found: Found,
  page: Candidate[],
  request: SearchRequest,
  shards: number,
  started: number,
) {
  const highlighters = new Highlighters(request, found.now);
  const isSorted = request.sort.length > 0;
  return {
    took: Math.round(performance.now() - started),
    timed_out: false,
    _shards: shardsOf(shards),
    hits: {
      total: totalOf(found.total, request.trackTotal),
      // Where there is no index to search, Elasticsearch says 0.
      max_score: shards === 0 ? 0 : found.maxScore === null ? null : shortFloat(found.maxScore),
      hits: page
        .map((candidate) =>
          naming(candidate.index, () =>
            hitOf(candidate, request, found.keys, isSorted, highlighters.of(candidate.index)),
          ),
        )
        .filter((hit) => hit !== undefined),
    },
    ...(found.aggregations !== undefined && { aggregations: found.aggregations }),
  };
}

export function search(engine: Engine, targets: SearchTarget[], request: SearchRequest) {
  const started = performance.now();
  const found = find(targets, request, engine.now());
  return answer(found, found.candidates.slice(request.from), request, targets.length, started);
}

/** How many documents match. */
export function count(targets: SearchTarget[], query: SearchRequest['query'], now: number): number {
  let total = 0;
  for (const { index } of targets)
    naming(index, () => {
      const matcher = query(contextOf(index, now));
      for (const segment of index.shard.segments)
        total += countBits(intersect(matcher.match(segment), segment.live));
    });
  return total;
}
