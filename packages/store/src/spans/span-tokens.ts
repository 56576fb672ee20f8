import { classesOfAscii, digit, joiner, joins, letter, maxTokenLength, none } from '../mapping/analyzer.ts';
import { extendHash } from './span-dictionary.ts';

const [backslash, upperA, upperZ] = [0x5c, 0x41, 0x5a];

/**
 * The tokens of a text in ASCII, as `tokenize` finds them, from the bytes of a JSON string. The text may have escapes of one letter, because
 * no such character belongs to a word. `emit` gets each token in lower case, at the beginning of a buffer that is used again, and its hash.
 */
export class SpanTokens {
  readonly #emit: (bytes: Buffer, length: number, hash: number) => void;
  readonly #token = Buffer.alloc(maxTokenLength);
  readonly #classes = classesOfAscii();

  constructor(emit: (bytes: Buffer, length: number, hash: number) => void) {
    this.#emit = emit;
  }

  read(bytes: Uint8Array, start: number, end: number): void {
    const classes = this.#classes;
    let begin = -1;
    let before = none;
    let isWord = false;
    for (let at = start; at < end; at++) {
      const byte = bytes[at]!;
      const kind = classes[byte]!;
      if (kind === letter || kind === digit || kind === joiner) {
        if (begin === -1) begin = at;
        before = kind;
        isWord ||= kind !== joiner;
        continue;
      }
      const after = at + 1 < end ? classes[bytes[at + 1]!]! : none;
      if (kind !== none && begin !== -1 && joins(kind, before, after)) continue;
      if (isWord) this.#end(bytes, begin, at);
      begin = -1;
      before = none;
      isWord = false;
      if (byte === backslash) at += 1;
    }
    if (isWord) this.#end(bytes, begin, end);
  }

  #end(bytes: Uint8Array, start: number, end: number): void {
    const token = this.#token;
    for (let from = start; from < end; from += maxTokenLength) {
      const length = Math.min(end - from, maxTokenLength);
      let hash = 0;
      for (let place = 0; place < length; place++) {
        const byte = bytes[from + place]!;
        const lower = byte >= upperA && byte <= upperZ ? byte + 32 : byte;
        token[place] = lower;
        hash = extendHash(hash, lower);
      }
      this.#emit(token, length, hash);
    }
  }
}
