import { performance } from 'node:perf_hooks';
import type { Engine } from '../engine.ts';
import type { Matcher, Query } from '../query/matcher.ts';
import type { Candidate } from './collect.ts';
import type { SearchRequest } from './request.ts';
import type { SearchTarget } from './run.ts';
import { answer, type Found, find } from './search.ts';

/** Hits that a scroll looks for at once. It holds no more of them, however many there are. */
const candidatesAtOnce = 20_000;

/**
 * Binds a query once for each index. Term statistics then stay those of the first page: otherwise
 * documents written meanwhile would change scores and move hits to pages that were already read.
 */
function boundOnce(query: Query): Query {
  const known = new Map<unknown, Matcher>();
  return (context) => {
    const matcher = known.get(context.shard) ?? query(context);
    known.set(context.shard, matcher);
    return matcher;
  };
}

/**
 * All hits of a search, page by page, as they were when the scroll was opened. Later documents are
 * not seen; documents deleted since are left out, unlike in Elasticsearch, which keeps them until
 * the scroll ends.
 *
 * Memory: 20,000 candidates at most. After those are read, the search runs again from the last one
 * on.
 */
export class Scroll {
  readonly #engine: Engine;
  readonly #request: SearchRequest;
  readonly #shards: number;
  #targets: SearchTarget[];
  #found: Found;
  #isAll: boolean;
  /** How many of the candidates were given out. */
  #at = 0;
  #isFirst = true;

  constructor(engine: Engine, targets: SearchTarget[], request: SearchRequest) {
    this.#engine = engine;
    this.#shards = targets.length;
    this.#targets = targets.map(({ index }, place) => ({ index, place, before: index.shard.nextSequence }));
    const { query, postFilter } = request;
    this.#request = {
      ...request,
      query: boundOnce(query),
      ...(postFilter && { postFilter: boundOnce(postFilter) }),
    };
    this.#found = find(this.#targets, this.#request, engine.now(), Math.max(candidatesAtOnce, request.size));
    this.#isAll = this.#found.candidates.length < candidatesAtOnce;
  }

  /**
   * The next page, in the form of a search's answer; empty after the last one. Aggregations are
   * part of the first page only.
   */
  next() {
    const started = performance.now();
    const { size } = this.#request;
    if (this.#found.candidates.length - this.#at < size) this.#refill();
    const page = this.#found.candidates.slice(this.#at, this.#at + size);
    this.#at += page.length;
    const { aggregations, ...rest } = answer(this.#found, page, this.#request, this.#shards, started);
    const isFirst = this.#isFirst;
    this.#isFirst = false;
    return { ...rest, ...(isFirst && aggregations !== undefined && { aggregations }) };
  }

  /** Looks for further hits after the last one found. */
  #refill(): void {
    const last = this.#found.candidates.at(-1);
    if (!last || this.#isAll) return;
    this.#targets = this.#targets.filter((target) => this.#isThere(target));
    const request = { ...this.#request, aggregations: [] };
    const { candidates } = find(
      this.#targets,
      request,
      this.#found.now,
      Math.max(candidatesAtOnce, request.size),
      last,
    );
    const rest: Candidate[] = this.#found.candidates.slice(this.#at);
    this.#found = { ...this.#found, candidates: [...rest, ...candidates] };
    this.#at = 0;
    this.#isAll = candidates.length < candidatesAtOnce;
  }

  /**
   * Whether the index still exists. A target refers to the shard, which is replaced after a failed
   * write, so it is opened again.
   */
  #isThere(target: SearchTarget): boolean {
    const { name, uuid } = target.index.record;
    if (this.#engine.catalog.get('index', name)?.uuid !== uuid) return false;
    target.index = this.#engine.open(name);
    return true;
  }
}
