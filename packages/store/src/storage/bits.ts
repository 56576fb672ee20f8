/**
 * Places for documents in a segment. A document's number within its segment (its *doc*) fits in 16
 * bits, and a set of documents takes 2 KB. The number is part of the disk format: sealed segments
 * and their live sets are read with it.
 */
export const segmentSize = 16_384;

const words = segmentSize / 32;

/**
 * A set of documents of one segment: bit `doc & 31` of word `doc >>> 5`. Always `segmentSize` bits
 * long, whatever the size of the segment.
 *
 * Functions that take `into` change it and return it; the caller owns it. A set that a `Matcher`
 * returns is fresh and belongs to its caller. `Segment.live` belongs to the segment and must be
 * copied first.
 */
export type Bits = Uint32Array;

/** The empty set, newly allocated. */
export const noBits = (): Bits => new Uint32Array(words);

/** Whether the document is in the set. `doc` must be below `segmentSize`. */
export const hasBit = (bits: Bits, doc: number) => (bits[doc >>> 5]! & (1 << (doc & 31))) !== 0;

/** Adds a document. */
export function setBit(bits: Bits, doc: number): void {
  bits[doc >>> 5]! |= 1 << (doc & 31);
}

/** Removes a document. */
export function clearBit(bits: Bits, doc: number): void {
  bits[doc >>> 5]! &= ~(1 << (doc & 31));
}

/**
 * The documents whose number is below `count`, as a new set. A search at a point in time sees only
 * those.
 */
export function firstBits(count: number): Bits {
  const bits = noBits();
  bits.fill(0xffff_ffff, 0, count >>> 5);
  if (count & 31) bits[count >>> 5] = (1 << (count & 31)) - 1;
  return bits;
}

/** Keeps in `into` what is in both sets. O(512) words, like the next three. */
export function intersect(into: Bits, other: Bits): Bits {
  for (let word = 0; word < words; word++) into[word]! &= other[word]!;
  return into;
}

/** Adds to `into` what is in `other`. */
export function unite(into: Bits, other: Bits): Bits {
  for (let word = 0; word < words; word++) into[word]! |= other[word]!;
  return into;
}

/** Removes from `into` what is in `other`. */
export function subtract(into: Bits, other: Bits): Bits {
  for (let word = 0; word < words; word++) into[word]! &= ~other[word]!;
  return into;
}

/** Whether the set holds no document. */
export function isEmpty(bits: Bits): boolean {
  for (let word = 0; word < words; word++) if (bits[word] !== 0) return false;
  return true;
}

/**
 * How many documents the set holds: the population count of each word, by adding neighbouring bit
 * fields.
 */
export function countBits(bits: Bits): number {
  let count = 0;
  for (let word = 0; word < words; word++) {
    let rest = bits[word]!;
    rest -= (rest >>> 1) & 0x5555_5555;
    rest = (rest & 0x3333_3333) + ((rest >>> 2) & 0x3333_3333);
    count += (((rest + (rest >>> 4)) & 0x0f0f_0f0f) * 0x0101_0101) >>> 24;
  }
  return count;
}

/** The set's documents in ascending order. `rest & -rest` isolates the lowest bit that is left. */
export function docsOf(bits: Bits): Uint16Array {
  const docs = new Uint16Array(countBits(bits));
  let at = 0;
  for (let word = 0; word < words; word++)
    for (let rest = bits[word]!; rest !== 0; rest &= rest - 1)
      docs[at++] = (word << 5) + (31 - Math.clz32(rest & -rest));
  return docs;
}
