import type { Scalar } from '../model.ts';
import { decodeScalar } from './decode.ts';
import { SeenValues } from './seen-values.ts';

const QUOTE = 0x22;
/** A longer text is hardly one that comes again. */
const LONGEST = 256;

/**
 * Decodes values of one block. A string that comes again, such as the path of a log file, is not decoded again: the very
 * same text is given, whose hash is known to whoever looks it up.
 */
export class SeenTexts {
  readonly #seen = new SeenValues();
  readonly #texts: string[] = [];

  open(bytes: Buffer): void {
    this.#seen.open(bytes);
  }

  decode(bytes: Buffer, start: number, end: number, ascii: boolean): Scalar {
    if (bytes[start] !== QUOTE || end - start > LONGEST) return decodeScalar(bytes, start, end, ascii);
    const slot = this.#seen.slotOf(bytes, start, end);
    if (this.#seen.skip(slot, start, end + 1) === end) return this.#texts[slot]!;
    const text = decodeScalar(bytes, start, end, ascii) as string;
    this.#seen.remember(slot, start, end);
    this.#texts[slot] = text;
    return text;
  }
}
