import { isObject, type Json, type JsonObject } from '../json.ts';
import type { Field } from '../mapping/field.ts';
import { encodeIp } from '../mapping/ip.ts';
import { fieldOf } from '../query/matcher.ts';
import { regexpTest } from '../query/patterns.ts';
import { numberOf, stringsOf } from '../query/shape.ts';
import { valuesOf } from '../storage/column.ts';
import { illegalArgument, parsingError, StoreError, xContentError } from '../store-error.ts';
import {
  type Aggregator,
  type Batch,
  type Bucket,
  Children,
  newBucket,
  partition,
  type RequestScope,
} from './aggregator.ts';
import { type AggregationSpec, checkOptions } from './parse.ts';
import { aggregatedField, columnOf, fieldName, missingNumber, shownKey } from './values.ts';

/** A term, or a number for numeric fields. */
type Key = string | number;
/** One criterion: `_count`, `_key`, or the path of a metric. */
type Order = { by: string; ascending: boolean };

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

/** Refuses a metric that the buckets do not have. `sample` is an empty bucket. */
export function checkOrders(orders: Order[], sample: Bucket): void {
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

/** `include` or `exclude`: a regular expression for the whole term, or an array of terms. */
function listed(value: Json | undefined): ((key: string) => boolean) | undefined {
  if (value === undefined || value === null) return undefined;
  if (isObject(value)) throw illegalArgument('partitions are not supported by this store');
  if (!Array.isArray(value)) return regexpTest(String(value));
  const names = new Set(stringsOf(value));
  return (key) => names.has(key);
}

type Counts = Map<Key, number>;

/** Terms counted for one aggregation: some 150 MB. */
const maxTerms = 1_000_000;

/**
 * The `terms` aggregation. Counts are exact over all segments, so `doc_count_error_upper_bound` is
 * always 0 and `shard_size` is not needed.
 */
class Terms implements Aggregator {
  readonly #scope: RequestScope;
  readonly #spec: AggregationSpec;
  readonly #name: string;
  readonly #buckets = new Map<Key, Bucket>();
  /**
   * Where no aggregations are within, a count by term and no buckets: there may be millions, of
   * which ten are shown.
   */
  readonly #counts: Counts | undefined;
  readonly #include: ((key: string) => boolean) | undefined;
  readonly #exclude: ((key: string) => boolean) | undefined;
  readonly #orders: Order[];
  readonly #least: number;
  #field: Field | undefined;

  constructor(scope: RequestScope, spec: AggregationSpec) {
    checkOptions(
      spec,
      'field missing size shard_size min_doc_count shard_min_doc_count order include exclude show_term_doc_count_error execution_hint collect_mode format value_type',
    );
    this.#scope = scope;
    this.#spec = spec;
    this.#name = fieldName(spec);
    this.#include = listed(spec.body.include);
    this.#exclude = listed(spec.body.exclude);
    const usual = [
      { by: '_count', ascending: false },
      { by: '_key', ascending: true },
    ];
    this.#orders = parseOrder(spec.body.order, usual);
    this.#least = numberOf(spec.body.min_doc_count, 1);
    this.#counts = spec.children.length === 0 ? new Map() : undefined;
    if (numberOf(spec.body.size, 10) < 1)
      throw xContentError(
        `[terms] failed to parse field [size]: [size] must be greater than 0. Found [${String(spec.body.size)}] in [${spec.name}]`,
      );
    checkOrders(this.#orders, newBucket({ ...scope, addBucket: () => {} }, spec.children));
  }

  collect(batch: Batch, docs: Uint16Array): void {
    this.#field = aggregatedField(batch.context, this.#name) ?? this.#field;
    const keys: Key[] = [];
    const [owners, numbers] = this.#assign(batch, docs, keys);
    if (this.#counts) {
      const counts = new Uint32Array(keys.length);
      for (const number of numbers) counts[number]! += 1;
      for (const [number, key] of keys.entries()) this.#count(this.#counts, key, counts[number]!);
      return;
    }
    for (const [number, part] of partition(owners, numbers, keys.length).entries()) {
      const bucket = this.#add(keys[number]!, part.length);
      if (bucket && part.length > 0) bucket.children.collect(batch, part);
    }
  }

  /**
   * For each value, its document and the number of its key; `keys` receives the keys by number. For
   * terms the numbers are the segment's ordinals.
   */
  #assign(batch: Batch, docs: Uint16Array, keys: Key[]): [Uint16Array, Uint32Array] {
    const column = columnOf(batch, this.#name);
    const owners: number[] = [];
    const numbers: number[] = [];
    const known = new Map<Key, number>();
    const numberOfKey = (key: Key) => {
      const number = known.get(key) ?? keys.length;
      if (number === keys.length) {
        known.set(key, number);
        keys.push(key);
      }
      return number;
    };
    if (column?.kind === 'term')
      for (let at = 0; at < column.terms.size; at++) keys.push(column.terms.get(at));
    const missing = this.#missing(batch);
    for (const doc of docs) {
      const [from, to] = column ? valuesOf(column, doc) : [0, 0];
      for (let at = from; at < to; at++) {
        owners.push(doc);
        numbers.push(column!.kind === 'term' ? column!.ordinals[at]! - 1 : numberOfKey(column!.values[at]!));
      }
      if (from === to && missing !== undefined) {
        owners.push(doc);
        numbers.push(numberOfKey(missing));
      }
    }
    return [Uint16Array.from(owners), Uint32Array.from(numbers)];
  }

  /** The key that `missing` gives to documents without a value. */
  #missing({ context }: Batch): Key | undefined {
    const { missing } = this.#spec.body;
    const field = fieldOf(context, this.#name);
    if (missing === undefined) return undefined;
    if (field?.family === 'ip') return encodeIp(String(missing));
    const isNumeric = field && ['number', 'date', 'boolean'].includes(field.family);
    return isNumeric ? missingNumber(missing, field, this.#scope.now) : String(missing);
  }

  /**
   * Adds to a term's count.
   * @throws StoreError beyond the limit.
   */
  #count(counts: Counts, key: Key, count: number): void {
    const known = counts.get(key);
    if (known === undefined && ((count === 0 && this.#least > 0) || !this.#isWanted(key))) return;
    if (known === undefined && counts.size === maxTerms)
      throw illegalArgument(`[terms] more than ${maxTerms} different terms are not supported by this store`);
    counts.set(key, (known ?? 0) + count);
  }

  /** Adds to a bucket. Undefined where the term is not wanted. */
  #add(key: Key, count: number): Bucket | undefined {
    const known = this.#buckets.get(key);
    if (!known && ((count === 0 && this.#least > 0) || !this.#isWanted(key))) return undefined;
    const bucket = known ?? newBucket(this.#scope, this.#spec.children);
    if (!known) this.#buckets.set(key, bucket);
    bucket.count += count;
    return bucket;
  }

  /** Whether `include` and `exclude` admit the key. They see it as the answer shows it. */
  #isWanted(key: Key): boolean {
    if (!this.#include && !this.#exclude) return true;
    const { key: shown, text } = shownKey(key, this.#field);
    const name = text ?? String(shown);
    return (this.#include?.(name) ?? true) && !(this.#exclude?.(name) ?? false);
  }

  result(): JsonObject {
    const size = numberOf(this.#spec.body.size, 10);
    const none = new Children(this.#scope, []);
    const buckets = this.#counts
      ? Array.from(this.#counts, ([key, count]): [Key, Bucket] => [key, { count, children: none }])
      : [...this.#buckets];
    const all = buckets.filter(([, { count }]) => count >= this.#least).sort(byOrder(this.#orders));
    if (this.#counts) for (let at = Math.min(size, all.length); at > 0; at--) this.#scope.addBucket();
    const rest = all.slice(size).reduce((sum, [, { count }]) => sum + count, 0);
    const format = this.#spec.body.format === undefined ? undefined : String(this.#spec.body.format);
    const shown = all.slice(0, size).map(([value, { count, children }]): JsonObject => {
      const { key, text } = shownKey(value, this.#field, format);
      return {
        key,
        ...(text !== undefined && { key_as_string: text }),
        doc_count: count,
        ...children.result(),
      };
    });
    return { doc_count_error_upper_bound: 0, sum_other_doc_count: rest, buckets: shown };
  }
}

/** The `terms` aggregation. */
export const terms = (scope: RequestScope, spec: AggregationSpec): Aggregator => new Terms(scope, spec);
