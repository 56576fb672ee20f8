import { isObject, type Json } from '../json.ts';
import { illegalArgument, parsingError, StoreError } from '../store-error.ts';
import { type Bucket, newBucket, type RequestScope } from './aggregator.ts';
import type { AggregationSpec } from './parse.ts';

/** A term, or a number for numeric fields. */
export type Key = string | number;
/** One criterion: `_count`, `_key`, or the path of a metric. */
export type Order = { by: string; ascending: boolean };

/**
 * Reads `order`. A sort by key is added last to make the order total.
 * @throws StoreError
 */
export function parseOrder(order: Json | undefined, usual: Order[]): Order[] {
  if (order === undefined) return usual;
  const parsed = (Array.isArray(order) ? order : [order]).flatMap((entry) => {
    if (!isObject(entry)) throw illegalArgument('Must specify at least one aggregation order');
    return Object.entries(entry).map(([by, direction]): Order => {
      const text = String(direction).toLowerCase();
      if (text !== 'asc' && text !== 'desc') throw parsingError(`Unknown order direction [${text}]`);
      return { by: by === '_term' || by === '_time' ? '_key' : by, ascending: text === 'asc' };
    });
  });
  return parsed.some(({ by }) => by === '_key') ? parsed : [...parsed, { by: '_key', ascending: true }];
}

/** Compares buckets. A bucket without a value for a metric sorts last in both directions. */
export function byOrder<K extends Key>(orders: Order[]) {
  const value = ([key, bucket]: [K, Bucket], by: string): Key => {
    if (by === '_key') return key;
    const metric = by === '_count' ? bucket.count : bucket.children.metric(by);
    return metric ?? Number.NaN;
  };
  return (a: [K, Bucket], b: [K, Bucket]) => {
    for (const { by, ascending } of orders) {
      const [x, y] = [value(a, by), value(b, by)];
      if (x === y) continue;
      // A bucket without the metric sorts last in both directions.
      if (Number.isNaN(x)) return Number.isNaN(y) ? 0 : 1;
      if (Number.isNaN(y)) return -1;
      return x < y === ascending ? -1 : 1;
    }
    return 0;
  };
}

/** Refuses a metric that the buckets do not have. Done once for a request. */
export function checkOrders(scope: RequestScope, spec: AggregationSpec, orders: Order[]): void {
  if (scope.checked.has(spec)) return;
  scope.checked.add(spec);
  const sample = newBucket({ ...scope, addBucket: () => {} }, spec.children);
  const unknown = orders.find(({ by }) => by !== '_key' && by !== '_count' && !sample.children.has(by));
  if (unknown?.by.includes('>'))
    throw illegalArgument(
      `[order] by an aggregation within another, [${unknown.by}], is not supported by this store`,
    );
  if (unknown)
    throw new StoreError(
      400,
      'invalid_path',
      `Invalid aggregation order path [${unknown.by}]. The provided aggregation [${unknown.by.split('.')[0]}] either does not exist, or is a pipeline aggregation and cannot be used to sort the buckets.`,
    );
}

/** The first `size` items in order. Few of many are chosen without sorting all. Changes the order of `items`. */
export function firstOf<T>(items: T[], size: number, compare: (a: T, b: T) => number): T[] {
  if (items.length <= 4 * size) return items.sort(compare).slice(0, size);
  let kept: T[] = [];
  let worst: T | undefined;
  for (const item of items) {
    if (worst !== undefined && compare(item, worst) >= 0) continue;
    if (kept.push(item) < 2 * size) continue;
    kept = kept.sort(compare).slice(0, size);
    worst = kept.at(-1);
  }
  return kept.sort(compare).slice(0, size);
}
