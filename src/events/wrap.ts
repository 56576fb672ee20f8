import { isUtf8 } from 'node:buffer';
import type { EventBlock, PlainLines } from '../model.ts';
import { longestEscape, putEscaped } from './json-escape.ts';
import { hasRootValue } from './view.ts';
import { Walker } from './walker.ts';

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const prefix = Buffer.from('{"message":"');

/**
 * Wraps plain log lines as documents with a `message`, in one pass over the bytes. A string and a `JSON.stringify` for each
 * line would be too slow for a replay of hundreds of thousands of lines a second.
 */
export class LineWrapper {
  readonly #suffix: Buffer;
  /** Undefined: lines have to be documents from the start, because the fields change what is read of them. */
  readonly #plain: PlainLines | undefined;
  #bytes = Buffer.allocUnsafe(0);
  #spans = new Uint32Array(0);

  /** `fields` are added to each document, as a shipper would add them. */
  constructor(fields: Readonly<Record<string, unknown>> = {}) {
    const inner = JSON.stringify(fields).slice(1, -1);
    this.#suffix = Buffer.from(inner === '' ? '"}' : `",${inner}}`);
    const template = Buffer.concat([prefix, this.#suffix]);
    const walker = new Walker();
    walker.open(template);
    const isPlain = walker.walk(0, template.length) === 'whole' && !hasRootValue(walker);
    this.#plain = isPlain
      ? { template, documentOf: (bytes, start, end) => this.#documentOf(bytes, start, end) }
      : undefined;
  }

  /**
   * Returns the lines as they are, so that only lines of which more is needed than a parser finds in them become documents. Each is read as the
   * document that `wrap` makes of it. Valid until the next call, and as long as the bytes that were received.
   */
  split(received: Buffer): EventBlock {
    if (this.#plain === undefined) return this.wrap(received);
    const lines = asUtf8(received);
    const count = this.#divide(lines);
    return { bytes: lines, spans: this.#spans, count, plain: this.#plain };
  }

  /** Returns the documents of the lines, valid until the next call. Empty lines are skipped; invalid UTF-8 becomes `�`. */
  wrap(received: Buffer): EventBlock {
    const lines = asUtf8(received);
    const count = this.#divide(lines);
    let at = 0;
    for (let span = 0; span < 2 * count; span += 2) {
      const [start, end] = [this.#spans[span]!, this.#spans[span + 1]!];
      this.#makeRoom(at, end - start);
      this.#spans[span] = at;
      at = this.#writeTo(this.#bytes, lines, start, end, at);
      this.#spans[span + 1] = at;
    }
    return { bytes: this.#bytes.subarray(0, at), spans: this.#spans, count };
  }

  /** Finds the lines that are not empty, without their ends (`\n` or `\r\n`). Returns their number; `#spans` has where they begin and end. */
  #divide(lines: Buffer): number {
    let count = 0;
    for (let start = 0; start < lines.length; ) {
      const newline = lines.indexOf(LINE_FEED, start);
      const next = newline === -1 ? lines.length : newline;
      const end = next > start && lines[next - 1] === CARRIAGE_RETURN ? next - 1 : next;
      if (end > start) {
        if (2 * count + 2 > this.#spans.length) this.#growSpans();
        this.#spans[2 * count] = start;
        this.#spans[2 * count + 1] = end;
        count += 1;
      }
      start = next + 1;
    }
    return count;
  }

  #documentOf(bytes: Buffer, start: number, end: number): Buffer {
    const document = Buffer.allocUnsafe(prefix.length + (end - start) * longestEscape + this.#suffix.length);
    return document.subarray(0, this.#writeTo(document, bytes, start, end, 0));
  }

  #writeTo(bytes: Buffer, lines: Buffer, start: number, end: number, from: number): number {
    bytes.set(prefix, from);
    const at = putEscaped(bytes, lines, start, end, from + prefix.length);
    bytes.set(this.#suffix, at);
    return at + this.#suffix.length;
  }

  /** Makes room for the longest encoding of a line, so that writing needs no checks. */
  #makeRoom(used: number, length: number): void {
    const needed = used + prefix.length + length * longestEscape + this.#suffix.length;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2, 2 ** 16));
    this.#bytes.copy(larger, 0, 0, used);
    this.#bytes = larger;
  }

  #growSpans(): void {
    const larger = new Uint32Array(Math.max(1024, this.#spans.length * 2));
    larger.set(this.#spans);
    this.#spans = larger;
  }
}

const asUtf8 = (received: Buffer) => (isUtf8(received) ? received : Buffer.from(received.toString('utf8')));
