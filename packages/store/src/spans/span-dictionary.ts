/** Bytes of a span that is kept. Longer texts are rarely repeated. */
const longest = 128;
/** Bytes of all spans. A full dictionary is emptied, and its owner adds the spans again. */
const capacity = 2 ** 18;

/** The hash of a span with one more byte; that of an empty span is 0. */
export const extendHash = (hash: number, byte: number): number => (Math.imul(hash, 31) + byte) | 0;

/** The same with two more bytes. */
export const extendHashByTwo = (hash: number, first: number, second: number): number =>
  (Math.imul(hash, 31 * 31) + first * 31 + second) | 0;

/** The hash by which spans are found. Readers of bytes compute it on the way, by `extendHash`. */
export function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0;
  for (let at = start; at < end; at++) hash = extendHash(hash, bytes[at]!);
  return hash;
}

/**
 * Numbers by spans of bytes, so that a repeated text is neither decoded nor hashed as a string. It copies the spans. It is a cache: after a
 * miss its owner finds the number by other means and adds it.
 */
export class SpanDictionary {
  /** For each slot the number of an entry, from 1; 0 where it is empty. */
  #slots = new Uint16Array(32);
  #entries = 0;
  /** For each entry: its end in `#bytes`, its hash, its number. */
  #table = new Int32Array(3 * 16);
  #bytes = new Uint8Array(256);

  /** The number of a span; -1 where it is unknown. */
  find(bytes: Uint8Array, start: number, end: number, hash: number): number {
    const slots = this.#slots;
    const table = this.#table;
    const mask = slots.length - 1;
    for (let slot = slotOf(hash) & mask; ; slot = (slot + 1) & mask) {
      const entry = slots[slot]!;
      if (entry === 0) return -1;
      const at = 3 * (entry - 1);
      if (table[at + 1] === hash && this.#equals(entry, bytes, start, end)) return table[at + 2]!;
    }
  }

  /** Notes the number of a span that was not found. */
  add(bytes: Uint8Array, start: number, end: number, hash: number, number: number): void {
    const length = end - start;
    if (length > longest) return;
    const from = this.#endOf(this.#entries);
    if (from + length > capacity || this.#entries === 2 ** 15) {
      this.#clear();
      this.add(bytes, start, end, hash, number);
      return;
    }
    if (from + length > this.#bytes.length)
      this.#bytes = larger(this.#bytes, new Uint8Array(2 * from + longest));
    for (let at = 0; at < length; at++) this.#bytes[from + at] = bytes[start + at]!;
    const at = 3 * this.#entries;
    if (at === this.#table.length) this.#table = larger(this.#table, new Int32Array(2 * at));
    this.#table[at] = from + length;
    this.#table[at + 1] = hash;
    this.#table[at + 2] = number;
    this.#entries += 1;
    if (2 * this.#entries > this.#slots.length) this.#rehash(2 * this.#slots.length);
    else this.#place(this.#entries);
  }

  #endOf(entry: number): number {
    return entry === 0 ? 0 : this.#table[3 * (entry - 1)]!;
  }

  #equals(entry: number, bytes: Uint8Array, start: number, end: number): boolean {
    const from = this.#endOf(entry - 1);
    const length = this.#endOf(entry) - from;
    if (length !== end - start) return false;
    const own = this.#bytes;
    for (let at = 0; at < length; at++) if (own[from + at] !== bytes[start + at]) return false;
    return true;
  }

  #place(entry: number): void {
    const mask = this.#slots.length - 1;
    let slot = slotOf(this.#table[3 * (entry - 1) + 1]!) & mask;
    while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
    this.#slots[slot] = entry;
  }

  #rehash(size: number): void {
    this.#slots = new Uint16Array(size);
    for (let entry = 1; entry <= this.#entries; entry++) this.#place(entry);
  }

  #clear(): void {
    this.#slots.fill(0);
    this.#entries = 0;
  }
}

/** Mixes the bits, so that texts which differ in their last letters lie apart. */
const slotOf = (hash: number): number => Math.imul(hash, 0x9e37_79b1) >>> 12;

/** Copies numbers into an array that has room for more, and returns that one. */
function larger<Numbers extends Uint8Array | Int32Array | Uint32Array>(from: Numbers, to: Numbers): Numbers {
  to.set(from);
  return to;
}
