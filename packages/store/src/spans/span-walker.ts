import type { Json } from '../json.ts';
import type { Field } from '../mapping/field.ts';
import { encodeV4 } from '../mapping/ip.ts';
import type { Mapping } from '../mapping/mapping.ts';
import { MalformedValue, type Stored, toStored } from '../mapping/values.ts';
import { isoTime } from './iso-time.ts';
import { JsonScanner } from './json-scanner.ts';
import { type Child, KeyTable } from './key-table.ts';
import { SpanDictionary } from './span-dictionary.ts';

const [quote, comma, colon, minus] = [0x22, 0x2c, 0x3a, 0x2d];
const [openBrace, closeBrace, openBracket, closeBracket] = [0x7b, 0x7d, 0x5b, 0x5d];
const [letterF, letterN, letterT] = [0x66, 0x6e, 0x74];
/** Characters. A longer keyword may be more than Lucene's limit for a term. */
const longestKeyword = 8_191;

/**
 * Reads documents as `DocumentWalker` does, but from their bytes, without making an object of them. It reads usual documents only: all
 * fields are in the mapping and accept their values, and each key occurs once. For any other document `read` returns false, and
 * `DocumentWalker` decides.
 */
export class SpanWalker {
  /** How many values the last document has. The lists are longer where an earlier one had more. */
  count = 0;
  readonly fields: Field[] = [];
  /** Undefined for a text that is a span of the document. */
  readonly values: Stored[] = [];
  /** For each value the start and the end of its span, and the hash. */
  spans = new Int32Array(3 * 64);
  /** Whether the document has one `@timestamp`. */
  isTimed = false;
  readonly #scan = new JsonScanner();
  readonly #mapping: Mapping;
  readonly #root: KeyTable;
  /** Places in `#encoded` of IPv6 addresses in the form of columns, by their texts. */
  #addresses = new SpanDictionary();
  #encoded: Stored[] = [];
  #objects = 0;

  constructor(mapping: Mapping) {
    this.#mapping = mapping;
    this.#root = new KeyTable(mapping.root);
  }

  /** The bytes must stay as they are until the values have been taken. */
  read(source: Buffer, start = 0, end = source.length): boolean {
    this.count = 0;
    this.isTimed = false;
    const scan = this.#scan;
    scan.open(source, start, end);
    if (scan.next() !== openBrace || !this.#object(this.#root) || scan.next() !== -1) return false;
    for (const field of this.#mapping.constants)
      if (!this.#has(field)) this.#push(field, field.options.constant);
    return true;
  }

  #has(field: Field): boolean {
    const place = this.fields.indexOf(field);
    return place !== -1 && place < this.count;
  }

  #push(field: Field, value: Stored): void {
    if (!field.options.searchable) return;
    this.fields[this.count] = field;
    this.values[this.count] = value;
    this.count += 1;
  }

  #pushSpan(field: Field): void {
    if (!field.options.searchable) return;
    const { start, end, hash } = this.#scan;
    const at = 3 * this.count;
    if (at >= this.spans.length) this.#grow(at);
    this.spans[at] = start;
    this.spans[at + 1] = end;
    this.spans[at + 2] = hash;
    this.#push(field, undefined);
  }

  #grow(to: number): void {
    const larger = new Int32Array(2 * to);
    larger.set(this.spans);
    this.spans = larger;
  }

  /** `at` is at the brace. */
  #object(table: KeyTable): boolean {
    const scan = this.#scan;
    const number = ++this.#objects;
    scan.at += 1;
    let byte = scan.next();
    if (byte === closeBrace) {
      scan.at += 1;
      return true;
    }
    for (;;) {
      if (byte !== quote || !scan.string() || scan.isEscaped) return false;
      const child = table.find(scan.bytes, scan.start, scan.end, scan.hash);
      if (child === undefined || child.seenIn === number || scan.next() !== colon) return false;
      child.seenIn = number;
      scan.at += 1;
      if (!this.#member(child, scan.next())) return false;
      byte = scan.next();
      scan.at += 1;
      if (byte === closeBrace) return true;
      if (byte !== comma) return false;
      byte = scan.next();
    }
  }

  #member({ node, table, isTimestamp }: Child, byte: number): boolean {
    if (node.kind === 'field') {
      if (isTimestamp) this.isTimed = byte !== openBracket && byte !== letterN;
      if (byte !== openBracket) return this.#value(node, byte);
      return this.#list((item) => this.#value(node, item));
    }
    if (table === undefined) return false;
    if (byte === openBrace) return this.#object(table);
    if (byte === letterN) return this.#scan.word('null');
    return byte === openBracket && this.#list((item) => item === openBrace && this.#object(table));
  }

  /** `at` is at the bracket. */
  #list(item: (byte: number) => boolean): boolean {
    const scan = this.#scan;
    scan.at += 1;
    let byte = scan.next();
    if (byte === closeBracket) {
      scan.at += 1;
      return true;
    }
    for (;;) {
      if (!item(byte)) return false;
      byte = scan.next();
      scan.at += 1;
      if (byte === closeBracket) return true;
      if (byte !== comma) return false;
      byte = scan.next();
    }
  }

  #value(field: Field, byte: number): boolean {
    if (field.family === 'flattened') return false;
    const scan = this.#scan;
    if (byte === quote) return scan.string() && (field.family === 'stored' || this.#text(field));
    if (byte === minus || (byte >= 0x30 && byte <= 0x39))
      return scan.readNumber() && (field.family === 'stored' || this.#other(field, scan.number));
    const isNull = byte === letterN;
    const isTrue = byte === letterT;
    if (!isNull && !isTrue && byte !== letterF) return false;
    if (!scan.word(isNull ? 'null' : isTrue ? 'true' : 'false')) return false;
    const value = isNull ? field.options.nullValue : isTrue;
    return value === undefined || field.family === 'stored' || this.#other(field, value);
  }

  /** A value that is no span, and its sub-fields. */
  #other(field: Field, value: Json): boolean {
    const stored = storedOf(field, value);
    if (stored === undefined) return false;
    this.#push(field, stored);
    for (const subfield of field.subfields) if (!this.#other(subfield, value)) return false;
    return true;
  }

  /** The string that was read last, as a value of the field and of its sub-fields. */
  #text(field: Field): boolean {
    if (!this.#ownText(field)) return false;
    for (const subfield of field.subfields) if (!this.#text(subfield)) return false;
    return true;
  }

  #ownText(field: Field): boolean {
    const scan = this.#scan;
    switch (field.family) {
      case 'text':
        if (scan.isWide || scan.isCoded) this.#push(field, scan.text());
        else this.#pushSpan(field);
        return true;
      case 'keyword':
        return this.#keyword(field);
      case 'date': {
        const { formats } = field.options;
        const time = formats === undefined ? isoTime(scan.bytes, scan.start, scan.end) : Number.NaN;
        return this.#stored(field, Number.isNaN(time) ? storedOf(field, scan.text()) : time);
      }
      case 'ip':
        return this.#stored(field, this.#address(field));
      default:
        return this.#stored(field, storedOf(field, scan.text()));
    }
  }

  #stored(field: Field, stored: Stored): boolean {
    if (stored === undefined) return false;
    this.#push(field, stored);
    return true;
  }

  #keyword(field: Field): boolean {
    const { isEscaped, start, end } = this.#scan;
    const { ignoreAbove = longestKeyword, constant } = field.options;
    if (isEscaped || constant !== undefined || end - start > Math.min(ignoreAbove, longestKeyword))
      return this.#stored(field, storedOf(field, this.#scan.text()));
    this.#pushSpan(field);
    return true;
  }

  #address(field: Field): Stored {
    const { bytes, start, end, hash, isEscaped } = this.#scan;
    if (isEscaped) return storedOf(field, this.#scan.text());
    const v4 = encodeV4(bytes, start, end);
    if (v4 !== undefined) return v4;
    const known = this.#addresses.find(bytes, start, end, hash);
    if (known !== -1) return this.#encoded[known];
    const encoded = storedOf(field, this.#scan.text());
    if (encoded === undefined) return undefined;
    if (this.#encoded.length === mostAddresses) {
      this.#encoded = [];
      this.#addresses = new SpanDictionary();
    }
    this.#addresses.add(bytes, start, end, hash, this.#encoded.push(encoded) - 1);
    return encoded;
  }
}

const mostAddresses = 10_000;

/** What a column keeps; undefined for what `DocumentWalker` refuses or leaves out. */
function storedOf(field: Field, value: Json): Stored {
  try {
    return toStored(field, value);
  } catch (error) {
    if (error instanceof MalformedValue) return undefined;
    throw error;
  }
}
