/** With 32 bits for each mark, 3 of 100 marks that were not added are taken for added ones. */
const BITS_PER_MARK = 32;

/** A set of marks that may answer `true` for a mark that was not added, and never `false` for one that was. */
export class MarkFilter {
  readonly #words: Uint32Array;
  readonly #shift: number;

  /** `most` is the number of marks that it is made for. Pages that are never written to take no memory. */
  constructor(most: number) {
    const power = Math.max(10, Math.ceil(Math.log2(most * BITS_PER_MARK)));
    this.#words = new Uint32Array(2 ** (power - 5));
    this.#shift = 32 - power;
  }

  add(mark: number): void {
    const bit = this.#bitOf(mark);
    this.#words[bit >>> 5]! |= 1 << (bit & 31);
  }

  has(mark: number): boolean {
    const bit = this.#bitOf(mark);
    return (this.#words[bit >>> 5]! & (1 << (bit & 31))) !== 0;
  }

  #bitOf(mark: number): number {
    return Math.imul(mark ^ (mark >>> 15), 0x9e3779b1) >>> this.#shift;
  }
}
