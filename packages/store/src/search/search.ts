import { performance } from 'node:perf_hooks';
import { Aggregations } from '../aggs/aggregations.ts';
import type { Engine, OpenIndex } from '../engine.ts';
import { contextOf, type QueryContext } from '../query/matcher.ts';
import { countBits, intersect } from '../storage/bits.ts';
import { ShardFailure, StoreError } from '../store-error.ts';
import { type Candidate, TopHits } from './collect.ts';
import { Highlighters } from './highlight.ts';
import { hitOf, shortFloat } from './hits.ts';
import type { SearchRequest } from './request.ts';
import { Run, type SearchTarget } from './run.ts';
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
}

/**
 * Names the index in an error, as Elasticsearch does with shard failures. One failing index fails
 * the search.
 */
function naming<T>(context: OpenIndex, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof StoreError) throw new ShardFailure(error, context.record.name, context.record.uuid);
    throw error;
  }
}

/**
 * Searches all targets and returns the first `limit` hits; `past` is a hit of an earlier call, with
 * the same targets, after which to go on. Synchronous: the thread serves no other request
 * meanwhile.
 * @throws StoreError
 */
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
    afterValue(value, keys[at]!, context && uncheckedSortField(context, keys[at]!), now),
  );
  const top = new TopHits(limit, keys, after, past);
  const aggregations = new Aggregations(request.aggregations, now);
  const run = new Run(request, top, keys, aggregations, isScored);
  for (const [place, target] of targets.entries())
    naming(target.index, () => run.index(target, target.place ?? place, now));
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
  };
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
      // Without an index to search, Elasticsearch answers 0.
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

/**
 * Runs a search and answers it.
 * @throws StoreError
 */
export function search(engine: Engine, targets: SearchTarget[], request: SearchRequest) {
  const started = performance.now();
  const found = find(targets, request, engine.now());
  return answer(found, found.candidates.slice(request.from), request, targets.length, started);
}

/**
 * How many live documents match, for `_count`.
 * @throws StoreError
 */
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
