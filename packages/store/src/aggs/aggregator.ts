import type { Millis } from '@logboom/common';
import type { JsonObject } from '../json.ts';
import type { QueryContext } from '../query/matcher.ts';
import type { Segment } from '../storage/segment.ts';
import { illegalArgument, StoreError } from '../store-error.ts';
import type { AggregationSpec } from './parse.ts';

/**
 * What aggregators are shown at once: documents of one segment of one index. `scores` is by
 * document number, and undefined where no aggregation needs scores.
 */
export interface Batch {
  context: QueryContext;
  segment: Segment;
  scores: Float64Array | undefined;
}

/**
 * Collects documents segment by segment and yields Elasticsearch's JSON. One aggregator serves one
 * bucket; it does not know the others.
 */
export interface Aggregator {
  /**
   * `docs` are document numbers in ascending order, all live. The array belongs to the caller and
   * may be a view.
   */
  collect(batch: Batch, docs: Uint16Array): void;
  result(): JsonObject;
  /**
   * A number by which the bucket may be sorted: `path` is what follows the dot in `stats.max`. NaN
   * where there is none.
   */
  metric?(path: string | undefined): number;
}

/** Shared by all aggregations of one request. */
export interface RequestScope {
  now: Millis;
  /**
   * Counts a new bucket.
   * @throws StoreError beyond `search.max_buckets`.
   */
  addBucket(): void;
  /**
   * Counts a new term of an aggregation without others within.
   * @throws StoreError where there are too many in one request.
   */
  addTerm(): void;
  /** Takes memory for the counts of so many terms. False where the request has taken too much: terms are then counted by their texts. */
  takeOrdinals(count: number): boolean;
  /** Specs whose order was checked: an aggregator is made for each bucket, and one check is enough. */
  checked: WeakSet<AggregationSpec>;
  build(spec: AggregationSpec): Aggregator;
}

/** Elasticsearch's `search.max_buckets`. */
const maxBuckets = 65_536;

/** A counter for one request. */
export function bucketCounter(): () => void {
  let buckets = 0;
  return () => {
    if (++buckets > maxBuckets)
      throw new StoreError(
        400,
        'too_many_buckets_exception',
        `Trying to create too many buckets. Must be less than or equal to: [${maxBuckets}] but this number of buckets was exceeded. This limit can be set by changing the [search.max_buckets] cluster level setting.`,
        { max_buckets: maxBuckets },
      );
  };
}

/** Terms counted for one request: some 150 MB. */
const maxTerms = 1_000_000;

/** A counter for one request. */
export function termCounter(): () => void {
  let terms = 0;
  return () => {
    if (++terms > maxTerms)
      throw illegalArgument(`[terms] more than ${maxTerms} different terms are not supported by this store`);
  };
}

/** Terms that one request counts by global ordinals: 8 MB. */
const maxOrdinals = 2_000_000;

/** A counter for one request. */
export function ordinalBudget(): (count: number) => boolean {
  let left = maxOrdinals;
  return (count) => {
    if (count > left) return false;
    left -= count;
    return true;
  };
}

/** The aggregations within one bucket, or those of the whole request. */
export class Children {
  readonly #aggregators: [AggregationSpec, Aggregator][];

  constructor(scope: RequestScope, specs: AggregationSpec[]) {
    this.#aggregators = specs.map((spec) => [spec, scope.build(spec)]);
  }

  collect(batch: Batch, docs: Uint16Array): void {
    for (const [, aggregator] of this.#aggregators) aggregator.collect(batch, docs);
  }

  /** Results by name; `meta` is passed through. */
  result(): JsonObject {
    const entries = this.#aggregators.map(([{ name, meta }, aggregator]): [string, JsonObject] => [
      name,
      meta === undefined ? aggregator.result() : { meta, ...aggregator.result() },
    ]);
    return Object.fromEntries(entries);
  }

  /** The number that an order such as `stats.max` means. */
  metric(path: string): number | undefined {
    const [name, property] = path.split('.', 2) as [string, string?];
    const aggregator = this.#aggregators.find(([spec]) => spec.name === name)?.[1];
    return aggregator?.metric?.(property);
  }

  /** Whether buckets can be sorted by that path. */
  has(path: string): boolean {
    const name = path.split('.')[0];
    return this.#aggregators.some(
      ([spec, aggregator]) => spec.name === name && aggregator.metric !== undefined,
    );
  }
}

/** Documents counted in a bucket, and the aggregations within. */
export interface Bucket {
  count: number;
  children: Children;
}

/** An empty bucket, which counts against the limit. */
export function newBucket(scope: RequestScope, specs: AggregationSpec[]): Bucket {
  scope.addBucket();
  return { count: 0, children: new Children(scope, specs) };
}

/**
 * Divides documents by bucket: `numbers[i]` is the bucket of `docs[i]`, from 0. The result has one
 * ascending list for each bucket. A counting sort: O(documents + buckets).
 */
export function partition(docs: Uint16Array, numbers: Uint32Array, buckets: number): Uint16Array[] {
  const ends = new Uint32Array(buckets + 1);
  for (const number of numbers) ends[number + 1]! += 1;
  for (let at = 0; at < buckets; at++) ends[at + 1]! += ends[at]!;
  const places = ends.slice(0, buckets);
  const sorted = new Uint16Array(docs.length);
  for (let at = 0; at < docs.length; at++) sorted[places[numbers[at]!]!++] = docs[at]!;
  return Array.from({ length: buckets }, (_, at) => sorted.subarray(ends[at], ends[at + 1]));
}
