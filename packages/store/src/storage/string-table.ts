/**
 * A sorted list of distinct strings as one run of UTF-8 and the offsets of the strings in it (one
 * more than there are strings). A string is decoded when it is first asked for and then kept: a
 * search looks at few strings of most segments.
 *
 * The order is that of `<`, by UTF-16 code units. Places count from 0. The table is immutable.
 */
export class StringTable {
  readonly size: number;
  readonly blob: Buffer;
  readonly offsets: Uint32Array;
  readonly #decoded: (string | undefined)[];

  constructor(blob: Buffer, offsets: Uint32Array) {
    this.blob = blob;
    this.offsets = offsets;
    this.size = offsets.length - 1;
    this.#decoded = new Array(this.size);
  }

  /** Makes a table. `sorted` must be distinct and in the order of `<`; this is not checked. */
  static of(sorted: string[]): StringTable {
    const blob = Buffer.from(sorted.join(''), 'utf8');
    const offsets = new Uint32Array(sorted.length + 1);
    for (let at = 0; at < sorted.length; at++) offsets[at + 1] = offsets[at]! + byteLength(sorted[at]!);
    return new StringTable(blob, offsets);
  }

  /** The string at a place. The place is not checked. */
  get(at: number): string {
    this.#decoded[at] ??= this.blob.toString('utf8', this.offsets[at], this.offsets[at + 1]);
    return this.#decoded[at];
  }

  /**
   * The place of the first string that is not before `text`; `size` where all are. O(log n)
   * comparisons.
   */
  lowerBound(text: string): number {
    let low = 0;
    let high = this.size;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.get(middle) < text) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The place of `text`, or -1. O(log n). */
  find(text: string): number {
    const at = this.lowerBound(text);
    return at < this.size && this.get(at) === text ? at : -1;
  }
}

/** `Buffer.byteLength` calls into C++ each time; most strings here are short and ASCII. */
function byteLength(text: string): number {
  if (text.length > 64) return Buffer.byteLength(text);
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 127) return Buffer.byteLength(text);
  return text.length;
}
