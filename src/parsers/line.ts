import { decodeString, ENTRY, type EventView, fieldPath } from '../events/index.ts';

const message = fieldPath('message');
const QUOTE = 0x22;

/**
 * The text of an event's `message`, as the JSON text that was received, without its quotes: `bytes[start, end)`. It is not decoded: a
 * quote in the line is `\"`, a backslash `\\`, a tab `\t`. Spaces, brackets, colons and digits are as in the line. A parser that
 * cuts only at such bytes never cuts an escape in two, except that digits and letters also occur in `\u00e4`.
 */
export class Line {
  bytes: Buffer = Buffer.alloc(0);
  start = 0;
  end = 0;
  ascii = true;

  /** Moves to the line of an event. Returns false if the event's `message` is not text. */
  open(view: EventView): boolean {
    const entry = view.entryOf(message);
    if (entry === -1) return false;
    const { bytes, entries, ascii } = view.walker;
    const value = entries[entry * ENTRY + 2]!;
    if (bytes[value] !== QUOTE) return false;
    this.bytes = bytes;
    this.start = value + 1;
    this.end = entries[entry * ENTRY + 3]! - 1;
    this.ascii = ascii;
    return true;
  }

  /** Decodes a part of the line: slow, and simple. */
  text(start = this.start, end = this.end): string {
    return decodeString(this.bytes, start, end, this.ascii);
  }

  /** Encodes the line again, so that each character is escaped in the shortest way: `/` instead of `\/`. Offsets change. */
  encodeAgain(): void {
    this.bytes = Buffer.from(
      JSON.stringify(decodeString(this.bytes, this.start, this.end, false)).slice(1, -1),
    );
    this.start = 0;
    this.end = this.bytes.length;
    this.ascii = false;
  }
}
