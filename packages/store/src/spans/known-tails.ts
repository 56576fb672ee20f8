import { KnownBytes } from './known-bytes.ts';

/** How many ends are kept. */
const most = 8;
/** Bytes. To look for a shorter end is not worth it. */
const shortest = 32;
/** After so many more misses than hits ends are not looked for in a number of texts. */
const patience = 64;
const pause = 1_024;
/** Where the longest end is less than half of a text, a longer one is looked for in one of so many texts. */
const hitsToLearn = 16;
const space = 0x20;
const none: Buffer = Buffer.alloc(0);

/** How texts end, and the tokens in it. */
class KnownTail extends KnownBytes {
  readonly tokens: Uint32Array;

  constructor(bytes: Buffer, tokens: Uint32Array) {
    super(bytes);
    this.tokens = tokens;
  }
}

/**
 * Ends that texts have in common, such as the user agent in lines of an access log. An end begins with a space: it is part of no word and of no
 * escape, so that the tokens of a text are those before the space and those behind it.
 */
export class KnownTails {
  #tails: KnownTail[] = [];
  #bytes: Buffer = none;
  #view: DataView = new DataView(new ArrayBuffer(0));
  #last = none;
  #balance = 0;
  #pause = 0;
  #hits = 0;
  /** Whether an end is to be learnt from the text that was looked at last. */
  isOpen = false;

  /** The longest known end of a text without control characters. */
  find(bytes: Buffer, start: number, end: number): KnownTail | undefined {
    this.isOpen = this.#pause === 0;
    if (this.#pause > 0) {
      this.#pause -= 1;
      return undefined;
    }
    if (bytes !== this.#bytes) {
      this.#bytes = bytes;
      this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    }
    for (const tail of this.#tails) {
      const from = end - tail.length;
      if (from < start || !tail.isAt(bytes, this.#view, from)) continue;
      this.isOpen = 2 * tail.length < end - start && ++this.#hits % hitsToLearn === 0;
      if (this.#balance < patience) this.#balance += 1;
      return tail;
    }
    this.#balance -= 1;
    if (this.#balance < -patience) {
      this.#balance = 0;
      this.#pause = pause;
    }
    return undefined;
  }

  /** Where the end begins that the text has in common with the one that was given before; -1 where that is too short. */
  common(bytes: Buffer, start: number, end: number): number {
    const last = this.#last;
    let from = end;
    for (let at = last.length; from > start && at > 0 && bytes[from - 1] === last[at - 1]; at--) from -= 1;
    this.#last = Buffer.from(bytes.subarray(start, end));
    while (from < end && bytes[from] !== space) from += 1;
    return end - from < shortest ? -1 : from;
  }

  learn(bytes: Buffer, tokens: Uint32Array): void {
    const others = this.#tails.length < most ? this.#tails : this.#tails.slice(0, -1);
    this.#tails = [...others, new KnownTail(bytes, tokens)].sort((a, b) => b.length - a.length);
  }
}
