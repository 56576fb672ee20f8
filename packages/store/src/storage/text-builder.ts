import { tokenize } from '../mapping/analyzer.ts';
import { SpanDictionary } from '../spans/span-dictionary.ts';
import { SpanTokens } from '../spans/span-tokens.ts';
import type { TextColumn } from './column.ts';
import { type ColumnBuilder, ranks } from './column-builder.ts';
import { Growing } from './growing.ts';
import { StringTable } from './string-table.ts';

/**
 * V8 represents a longer substring as a view of the whole string, which keeps the message alive for
 * as long as one of its tokens.
 */
const maxCopiedLength = 12;

/** A copy of the text that refers to no other string. */
const ownText = (part: string): string =>
  part.length > maxCopiedLength ? (JSON.parse(JSON.stringify(part)) as string) : part;

/**
 * Builds the columns of text fields: postings with frequencies and field lengths, without
 * positions.
 *
 * Entries arrive document by document and are grouped by token in `build` with a counting sort.
 * Within a token they stay in document order.
 */
export class TextBuilder implements ColumnBuilder {
  readonly #known = new Map<string, number>();
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
  readonly #spans = new SpanDictionary();
  readonly #emit = (text: string) => {
    this.#occurs(this.#known.get(text) ?? this.#numberOf(ownText(text)));
  };
  readonly #emitSpan = (bytes: Buffer, length: number, hash: number) => {
    let token = this.#spans.find(bytes, 0, length, hash);
    if (token === -1) {
      token = this.#numberOf(bytes.toString('latin1', 0, length));
      if (this.#spans.isUseful) this.#spans.add(bytes, 0, length, hash, token);
    }
    this.#occurs(token);
  };
  readonly #tokenizer = new SpanTokens(this.#emitSpan);

  /** `text` is a copy of its own. */
  #numberOf(text: string): number {
    const token = this.#known.get(text) ?? this.#known.size;
    if (token === this.#known.size) this.#known.set(text, token);
    return token;
  }

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
    const { sorted, rank } = ranks([...this.#known.keys()]);
    const tokens = this.#tokens.items;
    const offsets = new Uint32Array(sorted.length + 1);
    for (const token of tokens) offsets[rank[token]! + 1]! += 1;
    for (let token = 0; token < sorted.length; token++) offsets[token + 1]! += offsets[token]!;
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
    return { kind: 'text', tokens: StringTable.of(sorted), offsets, docs, frequencies, lengths };
  }

  /** Appends an entry with frequency 1. */
  #enter(token: number): void {
    this.#tokens.push(token);
    this.#docs.push(this.#doc);
    this.#frequencies.push(1);
  }
}
