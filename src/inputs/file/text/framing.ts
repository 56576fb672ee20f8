import type { Message } from '../../event-writer.ts';
import type { TextForm } from './encoding.ts';
import { endOfText, newlineAt } from './lines.ts';

/** Where complete messages go. */
export interface MessageSink {
  /** Takes no further message before it has room again. */
  readonly isFull: boolean;
  take(message: Message): void;
}

/**
 * Cuts a file's bytes into messages. It has no memory between two calls: what is not complete is read again, so the
 * position in the file is all that has to survive a restart.
 */
export interface Framing {
  /**
   * Hands over the complete messages at the beginning of `bytes`, which lie at `base` in the file, and returns how many bytes
   * they take. The position may move there and nowhere else: the messages before it were handed over, those behind it
   * were not. `force`: nothing more comes, or it took too long; lines that wait for others are messages as they are.
   */
  consume(bytes: Buffer, base: number, sink: MessageSink, force: boolean): number;
}

/** Each line is a message. */
export class PlainLines implements Framing {
  readonly #form: TextForm;

  constructor(form: TextForm) {
    this.#form = form;
  }

  consume(bytes: Buffer, base: number, sink: MessageSink): number {
    const { newline, toUtf8 } = this.#form;
    let at = 0;
    while (!sink.isFull) {
      const end = newlineAt(bytes, at, newline);
      if (end === -1) break;
      const to = endOfText(bytes, at, end, newline);
      if (toUtf8 === undefined) sink.take({ bytes, from: at, to, offset: base + at });
      else sink.take(wholeMessage(toUtf8(bytes.subarray(at, to)), base + at));
      at = end + newline.width;
    }
    return at;
  }
}

const wholeMessage = (bytes: Buffer, offset: number): Message => ({
  bytes,
  from: 0,
  to: bytes.length,
  offset,
});

/** The message of a last line without a newline, for a file that will not grow any more. */
export function lastLine(bytes: Buffer, base: number, { toUtf8 }: TextForm): Message {
  return wholeMessage(toUtf8 === undefined ? bytes : toUtf8(bytes), base);
}
