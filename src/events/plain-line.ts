import { isAscii } from 'node:buffer';
import type { EventBlock, FieldValue, PlainLines } from '../model.ts';
import { type FieldPath, Lookup } from './lookup.ts';
import { plainText } from './repeated-values.ts';
import { Walker } from './walker.ts';

/**
 * An event that is a line of text: `bytes[start, end)`. What its document has beside the line is the same for all events of the block,
 * so that most fields are found without writing the document.
 */
export class PlainLine {
  bytes: Buffer = Buffer.alloc(0);
  start = 0;
  end = 0;
  /** Whether all lines of the block are pure ASCII. */
  ascii = true;
  #spans: Uint32Array = new Uint32Array(0);
  #lines: PlainLines | undefined;
  /** The document of an empty line: it has the fields that the document of a line has. */
  readonly template = new Walker();
  readonly #lookup = new Lookup();
  /** Fields of the template with one value, or none. */
  #values = new Map<FieldPath, FieldValue>();

  /** Begins a block of lines. */
  begin({ bytes, spans }: EventBlock, plain: PlainLines): void {
    this.bytes = bytes;
    this.#spans = spans;
    this.ascii = isAscii(bytes);
    if (plain === this.#lines) return;
    this.#lines = plain;
    const { template } = plain;
    this.template.open(template);
    this.template.walk(0, template.length);
    this.#lookup.open(template);
    this.#values = new Map();
  }

  read(index: number): void {
    this.start = this.#spans[2 * index]!;
    this.end = this.#spans[2 * index + 1]!;
  }

  get(path: FieldPath): FieldValue {
    if (path.name === 'message') return plainText(this.bytes, this.start, this.end, this.ascii);
    if ((this.template.firstBytes & path.firstBytes) === 0) return undefined;
    if (this.#values.has(path)) return this.#values.get(path);
    const value = this.#lookup.values(this.template, path, false);
    // The caller may keep a list.
    if (!Array.isArray(value)) this.#values.set(path, value);
    return value;
  }

  toDocument(): Buffer {
    return this.#lines!.documentOf(this.bytes, this.start, this.end);
  }
}
