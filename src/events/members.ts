import { skipColon, skipSpace, skipString, skipValue } from './json-text.ts';

const QUOTE = 0x22;
const COMMA = 0x2c;
const CLOSE_BRACE = 0x7d;
const CLOSE_BRACKET = 0x5d;

/** Iterates over the members of a walked object, or over the elements of a walked array. */
export class Members {
  key = 0;
  keyEnd = 0;
  value = 0;
  valueEnd = 0;
  readonly #bytes: Buffer;
  readonly #end: number;
  #at: number;

  /** `at` is the offset of the opening brace or bracket; `end` is behind the closing one. */
  constructor(bytes: Buffer, at: number, end: number) {
    this.#bytes = bytes;
    this.#end = end;
    this.#at = skipSpace(bytes, at + 1, end);
  }

  nextMember(): boolean {
    const bytes = this.#bytes;
    const end = this.#end;
    const at = this.#at;
    if (bytes[at] === CLOSE_BRACE) return false;
    this.key = at + 1;
    const afterKey = skipString(bytes, at + 1, end);
    this.keyEnd = afterKey - 1;
    return this.#take(skipColon(bytes, afterKey, end));
  }

  nextElement(): boolean {
    return this.#bytes[this.#at] === CLOSE_BRACKET ? false : this.#take(this.#at);
  }

  #take(at: number): boolean {
    const bytes = this.#bytes;
    const end = this.#end;
    this.value = at;
    // Level 1: the depth was bounded when the document was walked.
    this.valueEnd = skipValue(bytes, at, end, 1);
    let next = bytes[this.valueEnd] === COMMA ? this.valueEnd : skipSpace(bytes, this.valueEnd, end);
    if (bytes[next] === COMMA) {
      next += 1;
      if (bytes[next] !== QUOTE) next = skipSpace(bytes, next, end);
    }
    this.#at = next;
    return true;
  }
}
