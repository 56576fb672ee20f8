import { tokenize } from '../mapping/analyzer.ts';
import { KnownTails } from '../spans/known-tails.ts';
import { SpanTokens } from '../spans/span-tokens.ts';
import type { TextColumn } from './column.ts';
import type { ColumnBuilder } from './column-builder.ts';
import { Growing } from './growing.ts';
import { TermTable } from './term-table.ts';

/**
 * Builds the columns of text fields: postings with frequencies and field lengths, without
 * positions.
 *
 * Tokens are kept in the order in which they occur, and are grouped by token in `build` with a counting sort.
 * Within a token, documents stay in their order.
 */
export class TextBuilder implements ColumnBuilder {
  readonly #words = new TermTable();
  readonly #tokens = new Growing(Uint32Array);
  /** The documents that have a text, and for each of them where its tokens end. A document may have several. */
  readonly #docs = new Growing(Uint16Array);
  readonly #ends = new Growing(Uint32Array);
  /** Which of the tokens stand for several of a long text, and for how many. */
  readonly #repeats = new Growing(Uint32Array);
  readonly #counts = new Growing(Uint32Array);
  readonly #emit = (text: string) => this.#tokens.push(this.#words.numberOfText(text));
  readonly #emitSpan = (bytes: Buffer, length: number, hash: number) =>
    this.#tokens.push(this.#words.numberOf(bytes, 0, length, hash));
  readonly #tails = new KnownTails();
  readonly #tokenizer = new SpanTokens(this.#emitSpan);

  add(doc: number, value: string): void {
    tokenize(value, this.#emit);
    this.#end(doc);
  }

  addSpan(doc: number, bytes: Buffer, start: number, end: number): void {
    const tail = this.#tails.find(bytes, start, end);
    this.#tokenizer.read(bytes, start, tail === undefined ? end : end - tail.length);
    if (tail !== undefined) for (const token of tail.tokens) this.#tokens.push(token);
    if (this.#tails.isOpen) this.#learn(bytes, start, end);
    this.#end(doc);
  }

  /** Keeps the end of a text, if it is that of an earlier one. */
  #learn(bytes: Buffer, start: number, end: number): void {
    const from = this.#tails.common(bytes, start, end);
    if (from === -1) return;
    const { length } = this.#tokens;
    this.#tokenizer.read(bytes, from, end);
    const tokens = this.#tokens.items.slice(length);
    this.#tokens.length = length;
    this.#tails.learn(Buffer.from(bytes.subarray(from, end)), tokens);
  }

  #end(doc: number): void {
    const start = this.#ends.length === 0 ? 0 : this.#ends.at(this.#ends.length - 1);
    if (this.#tokens.length - start > longText) this.#collapse(start);
    this.#docs.push(doc);
    this.#ends.push(this.#tokens.length);
  }

  /** Keeps each token of the last text once. */
  #collapse(start: number): void {
    const tokens = this.#tokens.items.slice(start).sort();
    this.#tokens.length = start;
    for (let at = 0, next = 1; at < tokens.length; at = next++) {
      while (next < tokens.length && tokens[next] === tokens[at]) next++;
      if (next - at > 1) {
        this.#repeats.push(this.#tokens.length);
        this.#counts.push(next - at);
      }
      this.#tokens.push(tokens[at]!);
    }
  }

  drop(): void {
    for (const list of [this.#tokens, this.#ends, this.#repeats, this.#counts, this.#docs]) list.drop();
    this.#words.drop();
  }

  build(size: number): TextColumn {
    const { table, rank } = this.#words.sorted();
    const places = this.#ranked(rank);
    const offsets = this.#offsets(places, table.size);
    const next = offsets.slice(0, table.size);
    const docs = new Uint16Array(offsets[table.size]!);
    const frequencies = new Uint8Array(docs.length);
    const lengths = new Uint32Array(size);
    const [repeats, counts] = [this.#repeats.items, this.#counts.items];
    let at = 0;
    let repeat = 0;
    for (let text = 0; text < this.#docs.length; text++) {
      const [doc, end] = [this.#docs.at(text), this.#ends.at(text)];
      // Tokens plus one: an empty text has length 1, a missing one 0.
      lengths[doc] ||= 1;
      for (; at < end; at++) {
        const count = at === repeats[repeat] ? counts[repeat++]! : 1;
        lengths[doc]! += count;
        const token = places[at]!;
        const entry = next[token]!;
        const isAgain = entry > offsets[token]! && docs[entry - 1] === doc;
        const place = isAgain ? entry - 1 : entry;
        docs[place] = doc;
        frequencies[place] = Math.min(mostFrequency, frequencies[place]! + count);
        next[token] = place + 1;
      }
    }
    return { kind: 'text', tokens: table, offsets, docs, frequencies, lengths };
  }

  /** The tokens by their place in the order of their texts. */
  #ranked(rank: Uint32Array): Uint32Array {
    const places = this.#tokens.items.slice();
    for (let at = 0; at < places.length; at++) places[at] = rank[places[at]!]!;
    return places;
  }

  /** For each token, how many documents have one that is before it. */
  #offsets(places: Uint32Array, size: number): Uint32Array {
    const offsets = new Uint32Array(size + 1);
    /** One more than the document in which each token occurred last. */
    const last = new Uint32Array(size);
    let at = 0;
    for (let text = 0; text < this.#docs.length; text++) {
      const [doc, end] = [this.#docs.at(text), this.#ends.at(text)];
      for (; at < end; at++) {
        const token = places[at]!;
        if (last[token] === doc + 1) continue;
        last[token] = doc + 1;
        offsets[token + 1]! += 1;
      }
    }
    for (let token = 0; token < size; token++) offsets[token + 1]! += offsets[token]!;
    return offsets;
  }
}

/** A text with more tokens keeps each of them once. */
const longText = 512;
/** Higher frequencies are not told apart: they take one byte. */
const mostFrequency = 255;
