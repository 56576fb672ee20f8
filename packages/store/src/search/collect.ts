import type { OpenIndex } from '../engine.ts';
import type { Field } from '../mapping/field.ts';
import type { QueryContext } from '../query/matcher.ts';
import type { Segment } from '../storage/segment.ts';
import { compareValues, type KeyReader, keyReader, plainNumbers, type SortValue, sortField } from './sort.ts';
import type { SortKey } from './sort-request.ts';
import { SortTypes } from './sort-types.ts';

/**
 * A document that may be among the hits. It refers to the document, not to its content: the content
 * is read when the hit is shown, and may be gone by then.
 */
export interface Candidate {
  index: OpenIndex;
  /** Number of its index among those searched. It breaks ties, before the sequence does. */
  place: number;
  sequence: number;
  /** The score; NaN where the search computes none. */
  score: number;
  /** Values of the sort keys, in the form in which they are compared. */
  values: SortValue[];
}

const noScores: Float64Array = new Float64Array(0);

/**
 * Keeps the first `limit` documents, by the sort keys, of all that it is shown. At most `2 × limit
 * + 256` candidates are in memory; when there are that many, they are sorted and the rest is
 * dropped. This costs O(n log limit) in all.
 *
 * Order: sort keys, then index, then sequence.
 */
export class TopHits {
  readonly #limit: number;
  readonly #keys: SortKey[];
  readonly #after: SortValue[] | undefined;
  /** The hit after which collecting goes on: what sorts at or before it is skipped. Scrolls use it. */
  readonly #past: Candidate | undefined;
  readonly #types: SortTypes;
  #kept: Candidate[] = [];
  /** The last candidate that is still among the first `limit`; undefined until there are that many. */
  #worst: Candidate | undefined;
  /** Its number of the first key; NaN where there is none. */
  #bound = Number.NaN;
  readonly #isDescending: boolean;

  constructor(limit: number, keys: SortKey[], after: SortValue[] | undefined, past?: Candidate) {
    this.#limit = limit;
    this.#keys = keys;
    this.#isDescending = keys[0]?.order === 'desc';
    this.#after = after;
    this.#past = past;
    this.#types = new SortTypes(keys);
  }

  /** Whether nothing can be learnt any more from whether the index has documents for the hits. */
  knowsTypes(context: QueryContext): boolean {
    return this.#limit === 0 || this.#types.has(context);
  }

  /** Notes that an index has documents for the hits. */
  expectTypes(context: QueryContext): void {
    if (this.#limit > 0) this.#types.add(context);
  }

  /**
   * Whether no document of a segment can be among the first. `bounds` are those of the first key's
   * field in the segment.
   */
  canSkip(bounds: readonly [number, number] | undefined): boolean {
    if (this.#limit === 0) return true;
    const key = this.#keys[0];
    const worst = this.#worst?.values[0];
    if (!bounds || !key || typeof worst !== 'number' || key.missing !== '_last' || key.isWhole) return false;
    // Only a sum can lie outside of the bounds of its values.
    if (key.mode === 'sum') return false;
    return key.order === 'asc' ? bounds[0] > worst : bounds[1] < worst;
  }

  /** Shows documents of one segment, which are in ascending order. `scores` is by document number. */
  collect(
    context: QueryContext,
    index: OpenIndex,
    place: number,
    segment: Segment,
    docs: Uint16Array,
    scores = noScores,
  ): void {
    if (this.#limit === 0) return;
    const readers = this.#keys.map((key) => keyReader(context, key, segment, scores));
    const numbers = this.#keys[0] && plainNumbers(context, this.#keys[0], segment, scores);
    const last = docs.length - 1;
    // Later documents are mostly newer: those that come first are found first, and then exclude the others.
    const isReverse = this.#keys[0]?.order === 'desc' && this.#keys[0].field !== '_score';
    for (let at = 0; at <= last; at++) {
      const doc = docs[isReverse ? last - at : at]!;
      if (numbers && this.isBeyond(numbers[doc]!, place, segment.base + doc)) continue;
      if (this.#isExcluded(readers[0], doc, place, segment.base + doc)) continue;
      const values = readers.map((read) => read(doc));
      if (this.#after && !this.#isAfter(values)) continue;
      const candidate = {
        index,
        place,
        sequence: segment.base + doc,
        score: scores[doc] ?? Number.NaN,
        values,
      };
      if (this.#past && this.#compare(candidate, this.#past) <= 0) continue;
      if (this.#worst && this.#compare(candidate, this.#worst) > 0) continue;
      const { length } = this.#kept;
      this.#kept.push(candidate);
      if (length + 1 === (this.#worst ? 2 * this.#limit + 256 : this.#limit)) this.#prune();
    }
  }

  /**
   * The first `limit` documents, in order.
   * @throws StoreError where the indices that have some cannot be sorted together.
   */
  hits(): Candidate[] {
    this.#types.check();
    this.#prune();
    return this.#kept;
  }

  /** Whether a document sorts after the last hit by a number of the first key. False for a missing one, which is not a number. */
  isBeyond(value: number, place: number, sequence: number): boolean {
    if (this.#isDescending ? value < this.#bound : value > this.#bound) return true;
    if (value !== this.#bound || this.#keys.length > 1) return false;
    return (place - this.#worst!.place || sequence - this.#worst!.sequence) > 0;
  }

  /**
   * Whether the first key alone excludes a document. Most are excluded here, before anything is
   * allocated.
   */
  #isExcluded(first: KeyReader | undefined, doc: number, place: number, sequence: number): boolean {
    if (!first || (!this.#worst && !this.#past)) return false;
    const value = first(doc);
    return (
      this.#side(value, this.#worst, place, sequence) > 0 ||
      this.#side(value, this.#past, place, sequence) < 0
    );
  }

  /** Compares a document with a hit by the first key. 0 where further keys must decide. */
  #side(value: SortValue, hit: Candidate | undefined, place: number, sequence: number): number {
    if (!hit) return 0;
    const order = compareValues(value, hit.values[0]!, this.#keys[0]!);
    return order !== 0 || this.#keys.length > 1 ? order : place - hit.place || sequence - hit.sequence;
  }

  /** Whether the values sort after `search_after`. */
  #isAfter(values: SortValue[]): boolean {
    for (const [at, key] of this.#keys.entries()) {
      const order = compareValues(values[at]!, this.#after![at]!, key);
      if (order !== 0) return order > 0;
    }
    return false;
  }

  #compare(a: Candidate, b: Candidate): number {
    for (let at = 0; at < this.#keys.length; at++) {
      const order = compareValues(a.values[at]!, b.values[at]!, this.#keys[at]!);
      if (order !== 0) return order;
    }
    return a.place - b.place || a.sequence - b.sequence;
  }

  /** Sorts the candidates and drops those beyond the limit. */
  #prune(): void {
    this.#kept.sort((a, b) => this.#compare(a, b));
    this.#kept.length = Math.min(this.#kept.length, this.#limit);
    if (this.#kept.length < this.#limit) return;
    this.#worst = this.#kept.at(-1);
    const value = this.#worst?.values[0];
    this.#bound = typeof value === 'number' ? value : Number.NaN;
  }
}

/**
 * Segments in the order in which the remaining ones can be skipped soonest: for newest first, those
 * with the newest documents.
 */
export function inSkippingOrder(
  segments: Segment[],
  field: Field | undefined,
  key: SortKey | undefined,
): Segment[] {
  if (!field || !key) return segments;
  const edge = (segment: Segment) => {
    const bounds = segment.bounds(field);
    return key.order === 'asc'
      ? (bounds?.[0] ?? Number.NEGATIVE_INFINITY)
      : -(bounds?.[1] ?? Number.POSITIVE_INFINITY);
  };
  return segments.slice().sort((a, b) => edge(a) - edge(b));
}

/** The first key's field where segments know its bounds, or undefined. */
export function boundedField(context: QueryContext, key: SortKey | undefined): Field | undefined {
  const field = key && sortField(context, key);
  return field && ['number', 'date', 'boolean'].includes(field.family) ? field : undefined;
}
