import { classesOfAscii, digit, joiner, joins, letter, maxTokenLength, none } from '../mapping/analyzer.ts';
import { extendHash } from './span-dictionary.ts';

const [backslash, underscore] = [0x5c, 0x5f];
const classes = classesOfAscii();
/** Of each byte, whether it is a letter, a digit or a joiner; bytes beyond ASCII are not. */
const isOfWord = new Uint8Array(256);
for (const [byte, kind] of classes.entries())
  if (kind === letter || kind === digit || kind === joiner) isOfWord[byte] = 1;
/** Each byte in lower case. */
const lowers = new Uint8Array(256).map((_, byte) => (byte >= 0x41 && byte <= 0x5a ? byte + 32 : byte));

/**
 * The tokens of a text in ASCII, as `tokenize` finds them, from the bytes of a JSON string. The text may have escapes of one letter, because
 * no such character belongs to a word. `emit` gets each token in lower case, at the beginning of a buffer that is used again, and its hash.
 */
export class SpanTokens {
  readonly #emit: (bytes: Buffer, length: number, hash: number) => void;
  readonly #token = Buffer.alloc(maxTokenLength);

  constructor(emit: (bytes: Buffer, length: number, hash: number) => void) {
    this.#emit = emit;
  }

  read(bytes: Uint8Array, start: number, end: number): void {
    for (let at = start; at < end; at++) {
      const byte = bytes[at]!;
      if (isOfWord[byte] === 1) at = this.#run(bytes, at, end);
      else if (byte === backslash) at += 1;
    }
  }

  /** Reads a run of characters of words. Returns the place of the last one. */
  #run(bytes: Uint8Array, begin: number, end: number): number {
    const token = this.#token;
    let hash = 0;
    let isWord = false;
    let at = begin;
    for (; at < end; at++) {
      const byte = bytes[at]!;
      if (isOfWord[byte] === 1) isWord ||= byte !== underscore;
      else if (!joinsAt(bytes, at, end)) break;
      const lower = lowers[byte]!;
      token[at - begin] = lower;
      hash = extendHash(hash, lower);
    }
    if (at - begin > maxTokenLength) {
      if (isWord) this.#pieces(bytes, begin, at);
    } else if (isWord) this.#emit(token, at - begin, hash);
    return at - 1;
  }

  /** A long run is cut into tokens. */
  #pieces(bytes: Uint8Array, start: number, end: number): void {
    const token = this.#token;
    for (let from = start; from < end; from += maxTokenLength) {
      const length = Math.min(end - from, maxTokenLength);
      let hash = 0;
      for (let place = 0; place < length; place++) {
        const byte = bytes[from + place]!;
        const lower = lowers[byte]!;
        token[place] = lower;
        hash = extendHash(hash, lower);
      }
      this.#emit(token, length, hash);
    }
  }
}

/** Whether the byte continues the run of which the one before is a part. */
function joinsAt(bytes: Uint8Array, at: number, end: number): boolean {
  const kind = classes[bytes[at]!]!;
  if (kind === none || at + 1 >= end) return false;
  return joins(kind, classes[bytes[at - 1]!]!, classes[bytes[at + 1]!]!);
}
