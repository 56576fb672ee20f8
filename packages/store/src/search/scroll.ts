import { performance } from 'node:perf_hooks';
import type { Engine } from '../engine.ts';
import type { Matcher, Query } from '../query/matcher.ts';
import { Pace, type Sliced } from '../query/pace.ts';
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
    const matcher = known.get(context.index.shard) ?? query(context);
    known.set(context.index.shard, matcher);
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
  /** That of all pages: queries are bound once, and keep it. */
  readonly pace = new Pace();
  readonly #engine: Engine;
  readonly #request: SearchRequest;
  readonly #shards: number;
  #targets: SearchTarget[];
  /** Undefined until the first page is asked for. */
  #found: Found | undefined;
  #isAll = false;
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
  }

  /**
   * The next page, in the form of a search's answer; empty after the last one. Aggregations are
   * part of the first page only.
   */
  *next() {
    const started = performance.now();
    const { size } = this.#request;
    const found = yield* this.#enough(size);
    const page = found.candidates.slice(this.#at, this.#at + size);
    this.#at += page.length;
    const { aggregations, ...rest } = yield* answer(
      found,
      page,
      this.#request,
      this.#shards,
      started,
      this.pace,
    );
    const isFirst = this.#isFirst;
    this.#isFirst = false;
    return { ...rest, ...(isFirst && aggregations !== undefined && { aggregations }) };
  }

  /** What was found, with as many further hits as a page needs, if there are any. */
  *#enough(size: number): Sliced<Found> {
    const now = this.#engine.now();
    this.#found ??= this.#took(yield* this.#find(this.#request, now));
    if (this.#found.candidates.length - this.#at < size) yield* this.#refill(this.#found);
    return this.#found;
  }

  /** Searches for the hits after `last`. A scroll has no deadline: a page that is cut short would end it. */
  #find(request: SearchRequest, now: number, last?: Candidate): Sliced<Found> {
    const limit = Math.max(candidatesAtOnce, request.size);
    const timing = { pace: this.pace, deadline: Number.POSITIVE_INFINITY };
    return find(this.#targets, request, now, timing, limit, last);
  }

  #took(found: Found): Found {
    this.#isAll = found.candidates.length < candidatesAtOnce;
    return found;
  }

  /** Looks for further hits after the last one found. */
  *#refill(found: Found): Sliced<void> {
    const last = found.candidates.at(-1);
    if (!last || this.#isAll) return;
    this.#targets = this.#targets.filter((target) => this.#isThere(target));
    const request = { ...this.#request, aggregations: [] };
    const { candidates } = this.#took(yield* this.#find(request, found.now, last));
    const rest: Candidate[] = found.candidates.slice(this.#at);
    this.#found = { ...found, candidates: [...rest, ...candidates] };
    this.#at = 0;
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
