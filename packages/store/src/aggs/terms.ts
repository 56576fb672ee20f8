import { isObject, type Json, type JsonObject } from '../json.ts';
import type { Field } from '../mapping/field.ts';
import { encodeIp } from '../mapping/ip.ts';
import { fieldOf } from '../query/matcher.ts';
import { regexpTest } from '../query/patterns.ts';
import { numberOf, stringsOf } from '../query/shape.ts';
import { type TermColumn, valuesOf } from '../storage/column.ts';
import { illegalArgument, xContentError } from '../store-error.ts';
import {
  type Aggregator,
  type Batch,
  type Bucket,
  Children,
  newBucket,
  partition,
  type RequestScope,
} from './aggregator.ts';
import { OrdinalCounts } from './global-ordinals.ts';
import { byOrder, checkOrders, firstOf, type Key, type Order, parseOrder } from './order.ts';
import { type AggregationSpec, checkOptions } from './parse.ts';
import { aggregatedField, columnOf, fieldName, missingNumber, shownKey } from './values.ts';

/** `include` or `exclude`: a regular expression for the whole term, or an array of terms. */
function listed(value: Json | undefined): ((key: string) => boolean) | undefined {
  if (value === undefined || value === null) return undefined;
  if (isObject(value)) throw illegalArgument('partitions are not supported by this store');
  if (!Array.isArray(value)) return regexpTest(String(value));
  const names = new Set(stringsOf(value));
  return (key) => names.has(key);
}

type Counts = Map<Key, number>;

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
  readonly #byOrdinal: OrdinalCounts;
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
    const count = (term: string, found: number) => this.#counts && this.#count(this.#counts, term, found);
    this.#byOrdinal = new OrdinalCounts(this.#name, scope.takeOrdinals, count);
    if (numberOf(spec.body.size, 10) < 1)
      throw xContentError(
        `[terms] failed to parse field [size]: [size] must be greater than 0. Found [${String(spec.body.size)}] in [${spec.name}]`,
      );
    checkOrders(scope, spec, this.#orders);
  }

  collect(batch: Batch, docs: Uint16Array): void {
    this.#field = aggregatedField(batch.context, this.#name) ?? this.#field;
    const column = columnOf(batch, this.#name);
    if (this.#counts && column?.kind === 'term' && this.#missing(batch) === undefined)
      if (this.#countsAll(column, docs)) {
        const isCounted = this.#least > 0 && this.#byOrdinal.add(batch.context.index.shard, column, docs);
        if (!isCounted) this.#countTerms(this.#counts, column, docs);
        return;
      }
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

  /** Whether a count for each term of the column is worth it, or asked for. */
  #countsAll(column: TermColumn, docs: Uint16Array): boolean {
    return this.#least === 0 || docs.length * 4 > column.terms.size;
  }

  /** Counts the terms of documents by their ordinals. */
  #countTerms(counts: Counts, { starts, ordinals, terms }: TermColumn, docs: Uint16Array): void {
    const found = new Uint32Array(terms.size + 1);
    if (starts === undefined) for (const doc of docs) found[ordinals[doc] ?? 0]! += 1;
    else
      for (const doc of docs)
        for (let at = starts[doc]!; at < starts[doc + 1]!; at++) found[ordinals[at]!]! += 1;
    for (let ordinal = 1; ordinal <= terms.size; ordinal++)
      if (found[ordinal]! > 0 || this.#least === 0)
        this.#count(counts, terms.get(ordinal - 1), found[ordinal]!);
  }

  /**
   * For each value, its document and the number of its key; `keys` receives the keys by number. For
   * terms the numbers are the segment's ordinals, unless there are far fewer documents than terms.
   */
  #assign(batch: Batch, docs: Uint16Array, keys: Key[]): [Uint16Array, Uint32Array] {
    const column = columnOf(batch, this.#name);
    const owners: number[] = [];
    const numbers: number[] = [];
    const known = new Map<Key, number>();
    const ordinals = new Map<number, number>();
    const numberOfKey = (key: Key) => {
      const number = known.get(key) ?? keys.length;
      if (number === keys.length) {
        known.set(key, number);
        keys.push(key);
      }
      return number;
    };
    const isDense = column?.kind === 'term' && this.#countsAll(column, docs);
    if (isDense) for (let at = 0; at < column.terms.size; at++) keys.push(column.terms.get(at));
    const ofOrdinal = (ordinal: number) => {
      if (isDense) return ordinal - 1;
      const number = ordinals.get(ordinal) ?? keys.length;
      if (number === keys.length) {
        ordinals.set(ordinal, number);
        keys.push((column as TermColumn).terms.get(ordinal - 1));
      }
      return number;
    };
    const missing = this.#missing(batch);
    const add = (doc: number, number: number) => {
      owners.push(doc);
      numbers.push(number);
    };
    /** By the number of a key, the document that it got last: a column of numbers has a value as often as its document. */
    const lastOwners: number[] = [];
    for (const doc of docs) {
      const [from, to] = column ? valuesOf(column, doc) : [0, 0];
      for (let at = from; at < to; at++) {
        if (column!.kind === 'term') add(doc, ofOrdinal(column!.ordinals[at]!));
        else {
          const number = numberOfKey(column!.values[at]!);
          if (lastOwners[number] !== doc) add(doc, number);
          lastOwners[number] = doc;
        }
      }
      if (from === to && missing !== undefined) add(doc, numberOfKey(missing));
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
    if (known === undefined) this.#scope.addTerm();
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
    this.#byOrdinal.flush();
    const size = numberOf(this.#spec.body.size, 10);
    const none = new Children(this.#scope, []);
    const buckets = this.#counts
      ? Array.from(this.#counts, ([key, count]): [Key, Bucket] => [key, { count, children: none }])
      : [...this.#buckets];
    const all = buckets.filter(([, { count }]) => count >= this.#least);
    const first = firstOf(all, size, byOrder(this.#orders));
    if (this.#counts) for (let at = first.length; at > 0; at--) this.#scope.addBucket();
    const sum = (ones: typeof all) => ones.reduce((total, [, { count }]) => total + count, 0);
    const rest = sum(all) - sum(first);
    const format = this.#spec.body.format === undefined ? undefined : String(this.#spec.body.format);
    const shown = first.map(([value, { count, children }]): JsonObject => {
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
