import { tokenize } from '../mapping/analyzer.ts';
import { SpanTokens } from '../spans/span-tokens.ts';
import type { TextColumn } from './column.ts';
import type { ColumnBuilder } from './column-builder.ts';
import { Growing } from './growing.ts';
import { TermTable } from './term-table.ts';

/**
 * Builds the columns of text fields: postings with frequencies and field lengths, without
 * positions.
 *
 * Entries arrive document by document and are grouped by token in `build` with a counting sort.
 * Within a token they stay in document order.
 */
export class TextBuilder implements ColumnBuilder {
  readonly #words = new TermTable();
  readonly #tokens = new Growing(Uint32Array);
  readonly #docs = new Growing(Uint16Array);
  readonly #frequencies = new Growing(Uint8Array);
  /**
   * For each token, its last entry. If that entry is of the current document, the token occurs
   * again.
   */
  readonly #last = new Growing(Uint32Array);
  readonly #lengths = new Growing(Uint32Array);
  #doc = 0;
  #length = 0;
  readonly #emit = (text: string) => this.#occurs(this.#words.numberOfText(text));
  readonly #emitSpan = (bytes: Buffer, length: number, hash: number) =>
    this.#occurs(this.#words.numberOf(bytes, 0, length, hash));
  readonly #tokenizer = new SpanTokens(this.#emitSpan);

  #occurs(token: number): void {
    this.#length++;
    if (token === this.#last.length) {
      this.#last.push(this.#docs.length);
      this.#enter(token);
      return;
    }
    const entry = this.#last.at(token);
    if (this.#docs.at(entry) === this.#doc) {
      this.#frequencies.set(entry, Math.min(this.#frequencies.at(entry) + 1, 255));
      return;
    }
    this.#last.set(token, this.#docs.length);
    this.#enter(token);
  }

  add(doc: number, value: string): void {
    this.#begin(doc);
    tokenize(value, this.#emit);
    this.#end(doc);
  }

  addSpan(doc: number, bytes: Buffer, start: number, end: number): void {
    this.#begin(doc);
    this.#tokenizer.read(bytes, start, end);
    this.#end(doc);
  }

  #begin(doc: number): void {
    this.#doc = doc;
    this.#length = 0;
  }

  #end(doc: number): void {
    while (this.#lengths.length <= doc) this.#lengths.push(0);
    // Tokens plus one: an empty text has length 1, a missing one 0.
    this.#lengths.set(doc, (this.#lengths.at(doc) || 1) + this.#length);
  }

  build(size: number): TextColumn {
    const { table, rank } = this.#words.sorted();
    const tokens = this.#tokens.items;
    const offsets = new Uint32Array(table.size + 1);
    for (const token of tokens) offsets[rank[token]! + 1]! += 1;
    for (let token = 0; token < table.size; token++) offsets[token + 1]! += offsets[token]!;
    const next = offsets.slice();
    const docs = new Uint16Array(tokens.length);
    const frequencies = new Uint8Array(tokens.length);
    for (let entry = 0; entry < tokens.length; entry++) {
      const at = next[rank[tokens[entry]!]!]!++;
      docs[at] = this.#docs.at(entry);
      frequencies[at] = this.#frequencies.at(entry);
    }
    const lengths = new Uint32Array(size);
    lengths.set(this.#lengths.items.subarray(0, size));
    return { kind: 'text', tokens: table, offsets, docs, frequencies, lengths };
  }

  /** Appends an entry with frequency 1. */
  #enter(token: number): void {
    this.#tokens.push(token);
    this.#docs.push(this.#doc);
    this.#frequencies.push(1);
  }
}
