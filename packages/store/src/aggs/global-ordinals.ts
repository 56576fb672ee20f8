import type { TermColumn } from '../storage/column.ts';
import type { StringTable } from '../storage/string-table.ts';

/** Terms that one field may have for global ordinals, and those of all fields together. A term takes some 100 bytes. */
const mostTerms = 100_000;
const mostTermsOfAll = 200_000;
/** Fields with global ordinals. */
const mostFields = 1_000;

/**
 * The global ordinals of one field: a number for each of its terms that is the same in all segments of an index, so that terms are counted
 * without their texts. They are given in the order in which terms are seen first, from 1; 0 stands for no term. They say nothing about the
 * order of terms. Later segments add terms, and none is taken away: a term that retention removed has an ordinal without documents.
 */
class GlobalOrdinals {
  /** By global ordinal. Another list once there are too many terms; ordinals that were given before mean terms of the list of that time. */
  terms: string[] = [''];
  #byTerm: Map<string, number> | undefined = new Map();
  /** By the terms of a segment, the global ordinal of each ordinal of the segment. */
  #known = new WeakMap<StringTable, Uint32Array>();

  /** The global ordinal of each ordinal of a segment. Undefined where the field has too many different terms. O(terms) at first, then O(1). */
  ordinalsOf(table: StringTable): Uint32Array | undefined {
    const known = this.#known.get(table);
    if (known || !this.#byTerm) return known;
    const global = new Uint32Array(table.size + 1);
    for (let at = 0; at < table.size; at++) global[at + 1] = this.#ordinalOf(this.#byTerm, table.get(at));
    if (this.terms.length > mostTerms) return this.#giveUp();
    this.#known.set(table, global);
    return global;
  }

  #ordinalOf(byTerm: Map<string, number>, term: string): number {
    const known = byTerm.get(term);
    if (known !== undefined) return known;
    byTerm.set(term, this.terms.length);
    return this.terms.push(term) - 1;
  }

  #giveUp(): undefined {
    this.terms = [''];
    this.#byTerm = undefined;
    this.#known = new WeakMap();
  }
}

const ofShards = new WeakMap<object, Map<string, GlobalOrdinals>>();
/** All that are kept, and how to forget each; the one that was used last is the last. */
const kept = new Map<GlobalOrdinals, () => void>();

/** The global ordinals of a field of an index. Those that were not used for longest are forgotten where there are too many terms. */
function globalOrdinalsOf(shard: object, field: string): GlobalOrdinals {
  const ofShard = ofShards.get(shard) ?? new Map<string, GlobalOrdinals>();
  ofShards.set(shard, ofShard);
  const found = ofShard.get(field) ?? new GlobalOrdinals();
  ofShard.set(field, found);
  kept.delete(found);
  kept.set(found, () => ofShard.delete(field));
  let terms = 0;
  for (const one of kept.keys()) terms += one.terms.length;
  for (const [one, forget] of kept) {
    if ((terms <= mostTermsOfAll && kept.size <= mostFields) || one === found) break;
    terms -= one.terms.length;
    kept.delete(one);
    forget();
  }
  return found;
}

/** Counts terms of one field by their global ordinals, and reports the counts of the terms in the end. */
export class OrdinalCounts {
  readonly #field: string;
  readonly #take: (count: number) => boolean;
  readonly #report: (term: string, count: number) => void;
  #terms: string[] = [];
  /** By global ordinal. */
  #found = new Uint32Array();

  /** `take` asks for memory for the counts of so many terms. */
  constructor(
    field: string,
    take: (count: number) => boolean,
    report: (term: string, count: number) => void,
  ) {
    this.#field = field;
    this.#take = take;
    this.#report = report;
  }

  /** Counts the terms of documents. Returns false, and has counted nothing, where another way is better or there is no memory. */
  add(shard: object, { starts, ordinals, terms: table }: TermColumn, docs: Uint16Array): boolean {
    const ofField = globalOrdinalsOf(shard, this.#field);
    const global = ofField.ordinalsOf(table);
    if (this.#terms !== ofField.terms) this.flush();
    this.#terms = ofField.terms;
    if (!global || this.#terms.length > 4 * docs.length || !this.#hasRoom()) return false;
    if (starts !== undefined) countSeveral(this.#found, global, ordinals, starts, docs);
    else if (docs.length === ordinals.length) countAll(this.#found, global, ordinals);
    else countOne(this.#found, global, ordinals, docs);
    return true;
  }

  /** Reports what was counted, and forgets it. */
  flush(): void {
    for (let ordinal = 1; ordinal < this.#found.length; ordinal++)
      if (this.#found[ordinal]! > 0) this.#report(this.#terms[ordinal]!, this.#found[ordinal]!);
    this.#found.fill(0);
  }

  /** Makes room for a count of each term. */
  #hasRoom(): boolean {
    if (this.#found.length >= this.#terms.length) return true;
    const size = 2 * this.#terms.length;
    if (!this.#take(size)) return false;
    const larger = new Uint32Array(size);
    larger.set(this.#found);
    this.#found = larger;
    return true;
  }
}

type Ordinals = TermColumn['ordinals'];

/** Counts the term of each document of a segment. */
function countAll(found: Uint32Array, global: Uint32Array, ordinals: Ordinals): void {
  for (let doc = 0; doc < ordinals.length; doc++) found[global[ordinals[doc]!]!]! += 1;
}

/** Counts the terms of documents that have one at most. A document beyond the column has none. */
function countOne(found: Uint32Array, global: Uint32Array, ordinals: Ordinals, docs: Uint16Array): void {
  for (let at = 0; at < docs.length && docs[at]! < ordinals.length; at++)
    found[global[ordinals[docs[at]!]!]!]! += 1;
}

/** Counts the terms of documents that may have several. */
function countSeveral(
  found: Uint32Array,
  global: Uint32Array,
  ordinals: Ordinals,
  starts: Uint32Array,
  docs: Uint16Array,
): void {
  for (let place = 0; place < docs.length; place++)
    for (let at = starts[docs[place]!]!; at < starts[docs[place]! + 1]!; at++)
      found[global[ordinals[at]!]!]! += 1;
}
