import type { Millis } from '@logboom/common';
import type { JsonObject } from '../json.ts';
import type { QueryContext } from '../query/matcher.ts';
import type { Segment } from '../storage/segment.ts';
import { StoreError } from '../store-error.ts';
import type { AggregationSpec } from './parse.ts';

/** What aggregations are shown at once: documents of one segment of one index. */
export interface Batch {
  context: QueryContext;
  segment: Segment;
  scores: Float64Array | undefined;
}

/** Takes documents, segment by segment, and gives Elasticsearch's JSON in the end. */
export interface Aggregator {
  /** `docs` are local numbers in order. */
  collect(batch: Batch, docs: Uint16Array): void;
  result(): JsonObject;
  /** A single number by which a bucket may be ordered: `path` is what follows the dot in `stats.max`. */
  metric?(path: string | undefined): number;
}

/** Shared by all aggregations of one request. */
export interface RequestScope {
  now: Millis;
  /** Counts a new bucket; `search.max_buckets` bounds what a request can make of the memory. */
  addBucket(): void;
  build(spec: AggregationSpec): Aggregator;
}

const mostBuckets = 65_536;

export function bucketCounter(): () => void {
  let buckets = 0;
  return () => {
    if (++buckets > mostBuckets)
      throw new StoreError(
        400,
        'too_many_buckets_exception',
        `Trying to create too many buckets. Must be less than or equal to: [${mostBuckets}] but this number of buckets was exceeded. This limit can be set by changing the [search.max_buckets] cluster level setting.`,
        { max_buckets: mostBuckets },
      );
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

  has(path: string): boolean {
    const name = path.split('.')[0];
    return this.#aggregators.some(
      ([spec, aggregator]) => spec.name === name && aggregator.metric !== undefined,
    );
  }
}

export interface Bucket {
  count: number;
  children: Children;
}

export function newBucket(scope: RequestScope, specs: AggregationSpec[]): Bucket {
  scope.addBucket();
  return { count: 0, children: new Children(scope, specs) };
}

/**
 * Splits documents by bucket numbers: `numbers[i]` is the bucket of `docs[i]`, counting from 0. A counting sort, so
 * the parts keep the documents' order and cost no more than one more pass.
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
