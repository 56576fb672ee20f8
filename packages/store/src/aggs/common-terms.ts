import type { TermColumn } from '../storage/column.ts';
import type { StringTable } from '../storage/string-table.ts';

/** Terms that one field may have to be numbered, and those of all fields together. A term takes some 100 bytes. */
const mostTerms = 100_000;
const mostTermsOfAll = 200_000;
/** Fields whose terms are numbered. */
const mostFields = 1_000;

/**
 * Numbers for the terms of one field that are the same in all segments of an index, so that terms are counted by number. They are given in
 * the order in which terms are seen first, from 1; 0 stands for no term. Later segments add terms, and none is taken away: a term that
 * retention removed has a number without documents.
 */
class CommonTerms {
  /** By number. Another list once there are too many terms; numbers that were given before mean terms of the list of that time. */
  terms: string[] = [''];
  #numbers: Map<string, number> | undefined = new Map();
  /** By the terms of a segment, the number of each ordinal. */
  #known = new WeakMap<StringTable, Uint32Array>();

  /** The number of each ordinal of a segment. Undefined where the field has too many different terms. O(terms) at first, then O(1). */
  numbersOf(table: StringTable): Uint32Array | undefined {
    const known = this.#known.get(table);
    if (known || !this.#numbers) return known;
    const numbers = new Uint32Array(table.size + 1);
    for (let at = 0; at < table.size; at++) numbers[at + 1] = this.#numberOf(this.#numbers, table.get(at));
    if (this.terms.length > mostTerms) return this.#giveUp();
    this.#known.set(table, numbers);
    return numbers;
  }

  #numberOf(numbers: Map<string, number>, term: string): number {
    const known = numbers.get(term);
    if (known !== undefined) return known;
    numbers.set(term, this.terms.length);
    return this.terms.push(term) - 1;
  }

  #giveUp(): undefined {
    this.terms = [''];
    this.#numbers = undefined;
    this.#known = new WeakMap();
  }
}

const ofShards = new WeakMap<object, Map<string, CommonTerms>>();
/** All that are kept, and how to forget each; the one that was used last is the last. */
const kept = new Map<CommonTerms, () => void>();

/** The common terms of a field of an index. Those that were not used for longest are forgotten where there are too many terms. */
function commonTermsOf(shard: object, field: string): CommonTerms {
  const ofShard = ofShards.get(shard) ?? new Map<string, CommonTerms>();
  ofShards.set(shard, ofShard);
  const found = ofShard.get(field) ?? new CommonTerms();
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

/** Counts terms of one field by their common numbers, and reports the counts of the terms in the end. */
export class NumberedCounts {
  readonly #field: string;
  readonly #take: (count: number) => boolean;
  readonly #report: (term: string, count: number) => void;
  #terms: string[] = [];
  /** By number. */
  #found = new Uint32Array();

  /** `take` asks for memory for so many numbers. */
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
    const common = commonTermsOf(shard, this.#field);
    const numbers = common.numbersOf(table);
    if (this.#terms !== common.terms) this.flush();
    this.#terms = common.terms;
    if (!numbers || this.#terms.length > 4 * docs.length || !this.#hasRoom()) return false;
    if (starts !== undefined) countSeveral(this.#found, numbers, ordinals, starts, docs);
    else if (docs.length === ordinals.length) countAll(this.#found, numbers, ordinals);
    else countOne(this.#found, numbers, ordinals, docs);
    return true;
  }

  /** Reports what was counted, and forgets it. */
  flush(): void {
    for (let number = 1; number < this.#found.length; number++)
      if (this.#found[number]! > 0) this.#report(this.#terms[number]!, this.#found[number]!);
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
function countAll(found: Uint32Array, numbers: Uint32Array, ordinals: Ordinals): void {
  for (let doc = 0; doc < ordinals.length; doc++) found[numbers[ordinals[doc]!]!]! += 1;
}

/** Counts the terms of documents that have one at most. A document beyond the column has none. */
function countOne(found: Uint32Array, numbers: Uint32Array, ordinals: Ordinals, docs: Uint16Array): void {
  for (let at = 0; at < docs.length && docs[at]! < ordinals.length; at++)
    found[numbers[ordinals[docs[at]!]!]!]! += 1;
}

/** Counts the terms of documents that may have several. */
function countSeveral(
  found: Uint32Array,
  numbers: Uint32Array,
  ordinals: Ordinals,
  starts: Uint32Array,
  docs: Uint16Array,
): void {
  for (let place = 0; place < docs.length; place++)
    for (let at = starts[docs[place]!]!; at < starts[docs[place]! + 1]!; at++)
      found[numbers[ordinals[at]!]!]! += 1;
}
