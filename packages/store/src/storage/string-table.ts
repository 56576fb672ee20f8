/**
 * A sorted list of distinct strings as one run of UTF-8 and its offsets. It decodes what is asked for and keeps
 * it: a search looks at few of the strings of most segments.
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

  /** `sorted` must be in the order of `<`. */
  static of(sorted: string[]): StringTable {
    const blob = Buffer.from(sorted.join(''), 'utf8');
    const offsets = new Uint32Array(sorted.length + 1);
    for (let at = 0; at < sorted.length; at++) offsets[at + 1] = offsets[at]! + byteLength(sorted[at]!);
    return new StringTable(blob, offsets);
  }

  get(at: number): string {
    this.#decoded[at] ??= this.blob.toString('utf8', this.offsets[at], this.offsets[at + 1]);
    return this.#decoded[at];
  }

  /** Place of the first string that is not before `text`. */
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

  /** Place of `text`, or -1. */
  find(text: string): number {
    const at = this.lowerBound(text);
    return at < this.size && this.get(at) === text ? at : -1;
  }
}

/** Buffer.byteLength crosses into C++ for every call; most strings here are short and ASCII. */
function byteLength(text: string): number {
  if (text.length > 64) return Buffer.byteLength(text);
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 127) return Buffer.byteLength(text);
  return text.length;
}
