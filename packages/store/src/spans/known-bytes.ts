const wordBytes = 8;

/**
 * Bytes to be found in others. They are compared as doubles, eight bytes at a time: two doubles that are equal have equal bytes unless they are
 * zero, which a text without control characters is not. A double that is no number equals nothing; then the bytes are not found.
 */
export class KnownBytes {
  readonly length: number;
  readonly #bytes: Buffer;
  readonly #words: Float64Array;
  /** The last eight bytes. */
  readonly #last: number;

  /** The bytes are a text without control characters, which stays as it is. */
  constructor(bytes: Buffer) {
    const { length } = bytes;
    this.length = length;
    this.#bytes = bytes;
    this.#words = new Float64Array(Math.floor(length / wordBytes));
    for (let word = 0; word < this.#words.length; word++)
      this.#words[word] = bytes.readDoubleLE(wordBytes * word);
    this.#last = length < wordBytes ? 0 : bytes.readDoubleLE(length - wordBytes);
  }

  /** Whether these bytes are at a place of others, which go on at least as long. `view` is of the same bytes. */
  isAt(bytes: Uint8Array, view: DataView, at: number): boolean {
    const { length } = this;
    if (length < wordBytes) {
      const own = this.#bytes;
      for (let place = 0; place < length; place++) if (own[place] !== bytes[at + place]) return false;
      return true;
    }
    if (view.getFloat64(at + length - wordBytes, true) !== this.#last) return false;
    const words = this.#words;
    for (let word = 0, from = at; word < words.length; word++, from += wordBytes)
      if (view.getFloat64(from, true) !== words[word]) return false;
    return true;
  }
}
