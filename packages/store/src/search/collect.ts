import type { OpenIndex } from '../engine.ts';
import type { Field } from '../mapping/field.ts';
import type { QueryContext } from '../query/matcher.ts';
import { type Bits, docsOf } from '../storage/bits.ts';
import type { Segment } from '../storage/segment.ts';
import { compareValues, type KeyReader, keyReader, type SortKey, type SortValue, sortField } from './sort.ts';

/** A document that may be among the hits. */
export interface Candidate {
  index: OpenIndex;
  /** Place of its index among those searched: breaks ties, before the sequence does. */
  place: number;
  sequence: number;
  score: number;
  values: SortValue[];
}

const noScores: Float64Array = new Float64Array(0);

/** Keeps the first `limit` documents by some keys of all that it is shown. */
export class TopHits {
  readonly #limit: number;
  readonly #keys: SortKey[];
  readonly #after: SortValue[] | undefined;
  /** Only what comes behind this hit is kept. */
  readonly #past: Candidate | undefined;
  #kept: Candidate[] = [];
  /** The last that still belongs to the first `limit`, once there are that many. */
  #worst: Candidate | undefined;

  constructor(limit: number, keys: SortKey[], after: SortValue[] | undefined, past?: Candidate) {
    this.#limit = limit;
    this.#keys = keys;
    this.#after = after;
    this.#past = past;
  }

  /** Whether no document of the segment can be among the first; `bounds` are those of the first key's field. */
  cannotGain(bounds: readonly [number, number] | undefined): boolean {
    const key = this.#keys[0];
    const worst = this.#worst?.values[0];
    if (!bounds || !key || typeof worst !== 'number' || key.missing !== '_last') return false;
    return key.order === 'asc' ? bounds[0] > worst : bounds[1] < worst;
  }

  collect(
    context: QueryContext,
    index: OpenIndex,
    place: number,
    segment: Segment,
    bits: Bits,
    scores = noScores,
  ): void {
    if (this.#limit === 0) return;
    const readers = this.#keys.map((key) => keyReader(context, key, segment, scores));
    for (const doc of docsOf(bits)) {
      if (this.#isOut(readers[0], doc, place, segment.base + doc)) continue;
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
      this.#kept.push(candidate);
      if (this.#kept.length >= 2 * this.#limit + 256) this.#prune();
    }
  }

  hits(): Candidate[] {
    this.#prune();
    return this.#kept;
  }

  /** Most documents are turned away by their first key, before anything is allocated for them. */
  #isOut(first: KeyReader | undefined, doc: number, place: number, sequence: number): boolean {
    if (!first || (!this.#worst && !this.#past)) return false;
    const value = first(doc);
    return (
      this.#side(value, this.#worst, place, sequence) > 0 ||
      this.#side(value, this.#past, place, sequence) < 0
    );
  }

  /** Which side of a hit a document is on: 0 where further keys must tell. */
  #side(value: SortValue, hit: Candidate | undefined, place: number, sequence: number): number {
    if (!hit) return 0;
    const order = compareValues(value, hit.values[0]!, this.#keys[0]!);
    return order !== 0 || this.#keys.length > 1 ? order : place - hit.place || sequence - hit.sequence;
  }

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

  #prune(): void {
    this.#kept.sort((a, b) => this.#compare(a, b));
    this.#kept.length = Math.min(this.#kept.length, this.#limit);
    if (this.#kept.length === this.#limit) this.#worst = this.#kept.at(-1);
  }
}

/** Segments in the order in which the first key makes the rest skippable soonest: newest first for newest first. */
export function inUsefulOrder(
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

/** The first key's field where its bounds tell something of its order. */
export function boundedField(context: QueryContext, key: SortKey | undefined): Field | undefined {
  const field = key && sortField(context, key);
  return field && ['number', 'date', 'boolean'].includes(field.family) ? field : undefined;
}
