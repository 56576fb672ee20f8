/** Bytes of a term that one key holds, and how many terms there may be: a double holds 53 bits. */
const keyBytes = 3;
const mostTerms = 2 ** 27;
/** So few terms are sorted by comparing them. */
const few = 12;
/** After so many keys, terms are compared: each key may divide the terms into one and all others. */
const mostKeys = 24;

/**
 * Sorts distinct terms by their bytes, without making strings of them. A key is a number that holds the next bytes of a term and the number of
 * the term; the runtime sorts such numbers without calling a comparison. Terms with the same bytes get the next key.
 */
export class TermOrder {
  readonly #bytes: Uint8Array;
  /** Where each term begins, and one more: where the last one ends. */
  readonly #starts: Uint32Array;
  readonly #order: Uint32Array;
  readonly #keys: Float64Array;

  constructor(bytes: Uint8Array, starts: Uint32Array, size: number) {
    this.#bytes = bytes;
    this.#starts = starts;
    this.#order = new Uint32Array(size);
    for (let number = 0; number < size; number++) this.#order[number] = number;
    this.#keys = new Float64Array(size);
  }

  /** The numbers of the terms in their order. */
  sort(): Uint32Array {
    this.#sort(0, this.#order.length, 0, 0);
    return this.#order;
  }

  /** `depth` bytes of the terms are equal. */
  #sort(low: number, high: number, depth: number, level: number): void {
    if (high - low <= few) this.#insert(low, high, depth);
    else if (level === mostKeys || this.#order.length > mostTerms) this.#compareAll(low, high, depth);
    else this.#sortByKeys(low, high, depth + this.#common(low, high, depth), level);
  }

  #sortByKeys(low: number, high: number, depth: number, level: number): void {
    const [keys, order] = [this.#keys, this.#order];
    for (let at = low; at < high; at++) keys[at] = this.#keyOf(order[at]!, depth);
    keys.subarray(low, high).sort();
    let first = low;
    let group = -1;
    for (let at = low; at < high; at++) {
      const part = Math.floor(keys[at]! / mostTerms);
      order[at] = keys[at]! - part * mostTerms;
      if (part === group) continue;
      if (at - first > 1) this.#sort(first, at, depth + keyBytes, level + 1);
      first = at;
      group = part;
    }
    if (high - first > 1) this.#sort(first, high, depth + keyBytes, level + 1);
  }

  /** A term that ends within the key is before those that go on with a zero. */
  #keyOf(number: number, depth: number): number {
    const bytes = this.#bytes;
    const from = this.#starts[number]! + depth;
    const length = Math.min(this.#starts[number + 1]! - from, keyBytes);
    let key = 0;
    for (let at = 0; at < keyBytes; at++) key = key * 256 + (at < length ? bytes[from + at]! : 0);
    return (key * 4 + length) * mostTerms + number;
  }

  /** How many more bytes all these terms have in common. */
  #common(low: number, high: number, depth: number): number {
    const [bytes, starts, order] = [this.#bytes, this.#starts, this.#order];
    const first = starts[order[low]!]! + depth;
    let common = starts[order[low]! + 1]! - first;
    for (let at = low + 1; at < high && common > 0; at++) {
      const from = starts[order[at]!]! + depth;
      common = Math.min(common, starts[order[at]! + 1]! - from);
      let same = 0;
      while (same < common && bytes[from + same] === bytes[first + same]) same++;
      common = same;
    }
    return common;
  }

  #insert(low: number, high: number, depth: number): void {
    const order = this.#order;
    for (let next = low + 1; next < high; next++) {
      const number = order[next]!;
      let at = next;
      for (; at > low && this.#compare(order[at - 1]!, number, depth) > 0; at--) order[at] = order[at - 1]!;
      order[at] = number;
    }
  }

  #compareAll(low: number, high: number, depth: number): void {
    this.#order.subarray(low, high).sort((a, b) => this.#compare(a, b, depth));
  }

  #compare(a: number, b: number, depth: number): number {
    const [bytes, starts] = [this.#bytes, this.#starts];
    const [endOfA, endOfB] = [starts[a + 1]!, starts[b + 1]!];
    let inA = starts[a]! + depth;
    let inB = starts[b]! + depth;
    while (inA < endOfA && inB < endOfB && bytes[inA] === bytes[inB]) {
      inA++;
      inB++;
    }
    if (inA === endOfA || inB === endOfB) return endOfA - inA - (endOfB - inB);
    return bytes[inA]! - bytes[inB]!;
  }
}
