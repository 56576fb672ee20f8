import { performance } from 'node:perf_hooks';
import { Aggregations } from '../aggs/aggregations.ts';
import type { Engine, OpenIndex } from '../engine.ts';
import { contextOf, type QueryContext } from '../query/matcher.ts';
import { type Pace, resumed, type Sliced } from '../query/pace.ts';
import { type Bits, countBits, intersect } from '../storage/bits.ts';
import type { Segment } from '../storage/segment.ts';
import { ShardFailure, StoreError } from '../store-error.ts';
import { type Candidate, TopHits } from './collect.ts';
import { Highlighters } from './highlight.ts';
import { hitOf, shortFloat } from './hits.ts';
import type { SearchRequest } from './request.ts';
import { Run, type SearchTarget, type Timing } from './run.ts';
import { Snapshot } from './snapshot.ts';
import { afterValue } from './sort.ts';
import type { SortKey } from './sort-request.ts';

const byScore: SortKey = {
  field: '_score',
  order: 'desc',
  missing: '_last',
  unmapped: undefined,
  mode: 'max',
  format: undefined,
};

/** The result of a search before hits are shown. */
export interface Found {
  /** All documents that match, `post_filter` applied. */
  total: number;
  maxScore: number | null;
  /** The first hits, in order. */
  candidates: Candidate[];
  aggregations: unknown;
  keys: SortKey[];
  /** Wall time of the request: hits are shown later, and by the same query. */
  now: number;
  /** Whether the request's `timeout` ended the search before all documents were seen. */
  isTimedOut: boolean;
}

/** Names the index in an error, as Elasticsearch does with shard failures. One failing index fails the search. */
function named(error: unknown, { record }: OpenIndex): unknown {
  return error instanceof StoreError ? new ShardFailure(error, record.name, record.uuid) : error;
}

/** Does the work on an index and names it in errors. */
function* naming<T>(index: OpenIndex, work: Sliced<T>): Sliced<T> {
  try {
    return yield* work;
  } catch (error) {
    throw named(error, index);
  }
}

/**
 * Searches all targets and returns the first `limit` hits; `past` is a hit of an earlier call, with
 * the same targets, after which to go on. A search that is not done by the deadline ends with what it has found.
 * @throws StoreError
 */
export function* find(
  targets: SearchTarget[],
  request: SearchRequest,
  now: number,
  timing: Timing,
  limit = request.from + request.size,
  past?: Candidate,
): Sliced<Found> {
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
    afterValue(value, keys[at]!, context && uncheckedSortField(context, keys[at]!), now),
  );
  const top = new TopHits(limit, keys, after, past);
  const aggregations = new Aggregations(request.aggregations, now);
  const run = new Run(request, top, keys, aggregations, isScored, timing);
  for (const [place, target] of targets.entries())
    yield* naming(target.index, run.index(target, target.place ?? place, now));
  if (run.isTimedOut && !request.allowsPartial) throw timeExceeded(targets[0]!.index);
  // Elasticsearch knows the best score only if the first sort key is the score, or if scores are tracked.
  const isScoreFirst = isByScore || request.trackScores;
  const showsScore = isScoreFirst && limit > 0 && run.maxScore > Number.NEGATIVE_INFINITY;
  return {
    total: run.total,
    maxScore: showsScore ? run.maxScore : null,
    candidates: top.hits(),
    aggregations: request.aggregations.length > 0 ? aggregations.result() : undefined,
    keys,
    now,
    isTimedOut: run.isTimedOut,
  };
}

/** Elasticsearch's error for a search that had no time to finish and may not answer with a part. */
function timeExceeded({ record }: OpenIndex): ShardFailure {
  return new ShardFailure(
    new StoreError(504, 'search_timeout_exception', 'Time exceeded'),
    record.name,
    record.uuid,
  );
}

/** The field of a sort key, without checks. */
function uncheckedSortField(context: QueryContext, key: SortKey) {
  return context.mapping.field(key.field);
}

/** `hits.total`; undefined where the request does not want it. */
function totalOf(total: number, track: boolean | number) {
  if (track === false) return undefined;
  if (track === true || total <= track) return { value: total, relation: 'eq' };
  return { value: track, relation: 'gte' };
}

/** `_shards` of an answer. Each index is one shard, and none fails alone. */
export const shardsOf = (count: number) => ({ total: count, successful: count, skipped: 0, failed: 0 });

/**
 * The answer of a search, with a page of hits. `started` is the time of `performance.now()` for
 * `took`.
 */
export function* answer(
  found: Found,
  page: Candidate[],
  request: SearchRequest,
  shards: number,
  started: number,
  pace: Pace,
) {
  const highlighters = new Highlighters(request, found.now);
  const isSorted = request.sort.length > 0;
  const show = (candidate: Candidate) => {
    try {
      return hitOf(candidate, request, found.keys, isSorted, highlighters.of(candidate.index));
    } catch (error) {
      throw named(error, candidate.index);
    }
  };
  const hits: unknown[] = [];
  for (const candidate of page) {
    const hit = show(candidate);
    if (hit !== undefined) hits.push(hit);
    if (pace.isOver) yield;
  }
  return {
    took: Math.round(performance.now() - started),
    timed_out: found.isTimedOut,
    _shards: shardsOf(shards),
    hits: {
      total: totalOf(found.total, request.trackTotal),
      // Without an index to search, Elasticsearch answers 0.
      max_score: shards === 0 ? 0 : found.maxScore === null ? null : shortFloat(found.maxScore),
      hits,
    },
    ...(found.aggregations !== undefined && { aggregations: found.aggregations }),
  };
}

/**
 * Runs a search and answers it.
 * @throws StoreError
 */
export function* search(engine: Engine, targets: SearchTarget[], request: SearchRequest, pace: Pace) {
  const started = performance.now();
  const found = yield* find(targets, request, engine.now(), { pace, deadline: started + request.timeout });
  const page = found.candidates.slice(request.from);
  return yield* answer(found, page, request, targets.length, started, pace);
}

/** The documents of an index that match, segment by segment. */
export function* matching(
  index: OpenIndex,
  query: SearchRequest['query'],
  now: number,
  pace: Pace,
  emit: (segment: Segment, bits: Bits) => void,
): Sliced<void> {
  const snapshot = new Snapshot(index.shard);
  const matcher = query(contextOf(index, now, snapshot, pace));
  for (const segment of snapshot.segments) {
    const match = () => snapshot.isThere(segment) && intersect(matcher.match(segment), segment.live);
    const bits = yield* resumed(match);
    if (bits) emit(segment, bits);
    if (pace.isOver) yield;
  }
}

/**
 * How many live documents match, for `_count`.
 * @throws StoreError
 */
export function* count(
  targets: SearchTarget[],
  query: SearchRequest['query'],
  now: number,
  pace: Pace,
): Sliced<number> {
  let total = 0;
  const add = (_: Segment, bits: Bits) => {
    total += countBits(bits);
  };
  for (const { index } of targets) yield* naming(index, matching(index, query, now, pace, add));
  return total;
}
