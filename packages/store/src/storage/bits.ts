/** Documents in a segment, at the most. Local numbers fit in 16 bits, and a set of documents in 2 KB. */
export const segmentSize = 16_384;

const words = segmentSize / 32;

/** A set of documents of one segment. */
export type Bits = Uint32Array;

export const noBits = (): Bits => new Uint32Array(words);

export const hasBit = (bits: Bits, doc: number) => (bits[doc >>> 5]! & (1 << (doc & 31))) !== 0;

export function setBit(bits: Bits, doc: number): void {
  bits[doc >>> 5]! |= 1 << (doc & 31);
}

export function clearBit(bits: Bits, doc: number): void {
  bits[doc >>> 5]! &= ~(1 << (doc & 31));
}

/** The documents before `count`. */
export function firstBits(count: number): Bits {
  const bits = noBits();
  bits.fill(0xffff_ffff, 0, count >>> 5);
  if (count & 31) bits[count >>> 5] = (1 << (count & 31)) - 1;
  return bits;
}

export function intersect(into: Bits, other: Bits): Bits {
  for (let word = 0; word < words; word++) into[word]! &= other[word]!;
  return into;
}

export function unite(into: Bits, other: Bits): Bits {
  for (let word = 0; word < words; word++) into[word]! |= other[word]!;
  return into;
}

export function subtract(into: Bits, other: Bits): Bits {
  for (let word = 0; word < words; word++) into[word]! &= ~other[word]!;
  return into;
}

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

/** The set's documents in order. */
export function docsOf(bits: Bits): Uint16Array {
  const docs = new Uint16Array(countBits(bits));
  let at = 0;
  for (let word = 0; word < words; word++)
    for (let rest = bits[word]!; rest !== 0; rest &= rest - 1)
      docs[at++] = (word << 5) + (31 - Math.clz32(rest & -rest));
  return docs;
}
