import type { Field } from '../mapping/field.ts';
import type { Mapping } from '../mapping/mapping.ts';
import { JsonScanner } from './json-scanner.ts';
import { type Child, KeyTable } from './key-table.ts';
import type { KnownBytes } from './known-bytes.ts';
import { SpanValues } from './span-values.ts';

const [quote, comma, colon] = [0x22, 0x2c, 0x3a];
const [openBrace, closeBrace, openBracket, closeBracket] = [0x7b, 0x7d, 0x5b, 0x5d];
const letterN = 0x6e;

/**
 * Reads documents as `DocumentWalker` does, but from their bytes, without making an object of them. It reads usual documents only: all
 * fields are in the mapping and accept their values, and each key occurs once. For any other document `read` returns false, and
 * `DocumentWalker` decides.
 */
export class SpanWalker {
  /** Whether the document has one `@timestamp`. */
  isTimed = false;
  readonly #scan = new JsonScanner();
  /** The values of the last document. */
  readonly found = new SpanValues(this.#scan);
  readonly #mapping: Mapping;
  readonly #root: KeyTable;
  #objects = 0;

  constructor(mapping: Mapping) {
    this.#mapping = mapping;
    this.#root = new KeyTable(mapping.root);
  }

  /** The bytes must stay as they are until the values have been taken. */
  read(source: Buffer, start = 0, end = source.length): boolean {
    this.found.clear();
    this.isTimed = false;
    const scan = this.#scan;
    scan.open(source, start, end);
    if (scan.next() !== openBrace || !this.#object(this.#root) || scan.next() !== -1) return false;
    for (const field of this.#mapping.constants)
      if (!this.found.has(field)) this.found.push(field, field.options.constant);
    return true;
  }

  /** `at` is at the brace. */
  #object(table: KeyTable): boolean {
    const scan = this.#scan;
    const number = ++this.#objects;
    scan.at += 1;
    if (scan.next() === closeBrace) {
      scan.at += 1;
      return true;
    }
    let before: Child | undefined;
    for (;;) {
      // Members come in the same order as last time, though not always from the same one on.
      const guess = before === undefined ? table.first : before.next;
      const isKnown = guess !== undefined && guess.seenIn !== number && this.#isKnown(guess);
      const child = isKnown ? guess : this.#member(table, guess, number);
      if (child === undefined) return false;
      child.seenIn = number;
      if (child !== guess)
        if (before === undefined) table.first = child;
        else before.next = child;
      const byte = scan.next();
      scan.at += 1;
      if (byte === closeBrace) return true;
      if (byte !== comma) return false;
      before = child;
    }
  }

  /** Takes a member as it was read in an earlier document, if it stands here. */
  #isKnown({ known, isTimestamp }: Child): boolean {
    const scan = this.#scan;
    const member = known.find(scan.bytes, scan.view, scan.at, scan.limit);
    if (member === undefined) return false;
    scan.at += member.length;
    if (isTimestamp) this.isTimed = member.isTimed;
    this.found.pushKnown(member.values);
    return true;
  }

  /** Reads a member; undefined where it is not usual. `guess` is one that is not known here, but may have another value. */
  #member(table: KeyTable, guess: Child | undefined, number: number): Child | undefined {
    const scan = this.#scan;
    const { at: start } = scan;
    const first = this.found.count;
    const isGuess = guess !== undefined && this.#skipKey(guess.key);
    const child = isGuess ? guess : this.#key(table);
    if (child === undefined || child.seenIn === number) return undefined;
    if (!isGuess) {
      const { at } = scan;
      scan.at = start;
      if (this.#isKnown(child)) return child;
      scan.at = at;
    }
    const byte = scan.next();
    if (child.isTimestamp) this.isTimed = byte !== openBracket && byte !== letterN;
    if (!this.#unknown(child, byte)) return undefined;
    if (child.known.wants(scan.at - start)) this.#learn(child, start, first);
    return child;
  }

  /** Skips a key as it is usually written. Returns whether it is there. */
  #skipKey(key: KnownBytes): boolean {
    const scan = this.#scan;
    const end = scan.at + key.length;
    if (end >= scan.limit || !key.isAt(scan.bytes, scan.view, scan.at)) return false;
    scan.at = end;
    return true;
  }

  /** Reads a key and the colon; undefined where there is no key, where it is not known and where it is not usual. */
  #key(table: KeyTable): Child | undefined {
    const scan = this.#scan;
    if (scan.next() !== quote || !scan.string() || scan.isEscaped) return undefined;
    const child = table.find(scan.bytes, scan.start, scan.end, scan.hash);
    if (child === undefined || scan.next() !== colon) return undefined;
    scan.at += 1;
    return child;
  }

  /** Keeps the member that was read last, which gave the values from `first` on. */
  #learn({ known }: Child, start: number, first: number): void {
    const bytes = Buffer.from(this.#scan.bytes.subarray(start, this.#scan.at));
    known.learn(bytes, this.found.since(first, bytes, start), this.isTimed);
  }

  #unknown({ node, table }: Child, byte: number): boolean {
    if (byte === openBrace) return table !== undefined && this.#object(table);
    if (node.kind === 'field')
      return byte === openBracket ? this.#list(node, undefined) : this.found.read(node, byte);
    if (table === undefined) return false;
    if (byte === letterN) return this.#scan.word('null');
    return byte === openBracket && this.#list(undefined, table);
  }

  /** A list of values of a field, or of objects. `at` is at the bracket. */
  #list(field: Field | undefined, table: KeyTable | undefined): boolean {
    const scan = this.#scan;
    scan.at += 1;
    let byte = scan.next();
    if (byte === closeBracket) {
      scan.at += 1;
      return true;
    }
    for (;;) {
      if (field !== undefined ? !this.found.read(field, byte) : byte !== openBrace || !this.#object(table!))
        return false;
      byte = scan.next();
      scan.at += 1;
      if (byte === closeBracket) return true;
      if (byte !== comma) return false;
      byte = scan.next();
    }
  }
}
