import type { ByteWriter, EventView, TextWriter } from '../../events/index.ts';
import { Line } from '../line-fields.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const LOWER_U = 0x75;

/** Shorter texts are as quick to encode as to find. */
const SHORT = 64;

/**
 * Writes the line of an event, and what stands at its end, such as a stack trace, as the bytes that were received. To encode a text
 * of some kilobytes again costs more than all else that is done with its event.
 */
export class ReceivedLine implements TextWriter {
  readonly #line = new Line();
  #view: EventView | undefined;
  #text = '';

  /** Moves to the line of an event, whose text is `text`. The event must not move on before it is written. */
  open(view: EventView, text: string): void {
    this.#view = view;
    this.#text = text;
  }

  write(text: string, to: ByteWriter): boolean {
    const line = this.#line;
    const start = this.#text.length - text.length;
    if (text.length < SHORT || start < 0 || this.#view === undefined) return false;
    // A slice shares the text's memory, and is compared at once: `endsWith` compares one character after the other.
    if (this.#text.slice(start) !== text || !line.open(this.#view)) return false;
    const from = skipText(line.bytes, line.start, start);
    to.byte(QUOTE);
    to.span(line.bytes, from, line.end);
    to.byte(QUOTE);
    return true;
  }
}

/** The offset behind so many UTF-16 units of a JSON string. */
function skipText(bytes: Uint8Array, start: number, units: number): number {
  let at = start;
  for (let left = units; left > 0; left -= 1) {
    const byte = bytes[at]!;
    if (byte === BACKSLASH) at += bytes[at + 1] === LOWER_U ? 6 : 2;
    else if (byte < 0x80) at += 1;
    else if (byte < 0xe0) at += 2;
    else if (byte < 0xf0) at += 3;
    else {
      // Two units: a part of a line does not begin between them.
      at += 4;
      left -= 1;
    }
  }
  return at;
}
