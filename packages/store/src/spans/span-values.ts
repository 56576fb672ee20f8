import type { Json } from '../json.ts';
import type { Field } from '../mapping/field.ts';
import { MalformedValue, type Stored, toStored } from '../mapping/values.ts';
import { isoTime } from './iso-time.ts';
import type { JsonScanner } from './json-scanner.ts';
import type { KnownValue } from './known-values.ts';
import { addressLength, SpanAddresses } from './span-addresses.ts';

const [quote, minus] = [0x22, 0x2d];
const [letterF, letterN, letterT] = [0x66, 0x6e, 0x74];
/** Characters. A longer keyword may be more than Lucene's limit for a term. */
const longestKeyword = 8_191;

/** The values of one document as they were read from its bytes. The lists are longer where an earlier one had more. */
export class SpanValues {
  count = 0;
  readonly fields: Field[] = [];
  /** Undefined for a text that is a span. */
  readonly values: Stored[] = [];
  /** For a value that was read in an earlier document, what is known of it; it has neither a value nor a span here. */
  readonly known: (KnownValue | undefined)[] = [];
  /** Where the span of a value is: the document, or addresses in the form of columns. */
  readonly sources: Buffer[] = [];
  /** For each span its start and its end, and the hash. */
  spans = new Int32Array(3 * 64);
  readonly #scan: JsonScanner;
  readonly #addresses = new SpanAddresses();

  constructor(scan: JsonScanner) {
    this.#scan = scan;
  }

  clear(): void {
    this.count = 0;
    this.#addresses.clear();
  }

  has(field: Field): boolean {
    const place = this.fields.indexOf(field);
    return place !== -1 && place < this.count;
  }

  push(field: Field, value: Stored): void {
    if (!field.options.searchable) return;
    this.fields[this.count] = field;
    this.values[this.count] = value;
    this.known[this.count] = undefined;
    this.count += 1;
  }

  /** Adds what was read in an earlier document. */
  pushKnown(values: KnownValue[]): void {
    for (const value of values) {
      this.fields[this.count] = value.field;
      this.known[this.count] = value;
      this.count += 1;
    }
  }

  /** The values from `first` on, whose spans are in the bytes from `start` on; `bytes` is a copy of these. */
  since(first: number, bytes: Buffer, start: number): KnownValue[] {
    const values: KnownValue[] = [];
    for (let at = first; at < this.count; at++)
      values.push(this.known[at] ?? this.#asKnown(at, bytes, start));
    return values;
  }

  #asKnown(at: number, bytes: Buffer, start: number): KnownValue {
    const [field, value] = [this.fields[at]!, this.values[at]];
    const place = { builder: 0, number: 0 };
    if (value !== undefined) return { field, value, bytes, start: 0, end: 0, hash: 0, ...place };
    const [from, to, hash] = [this.spans[3 * at]!, this.spans[3 * at + 1]!, this.spans[3 * at + 2]!];
    const source = this.sources[at]!;
    if (source === this.#scan.bytes)
      return { field, value, bytes, start: from - start, end: to - start, hash, ...place };
    const copy = Buffer.from(source.subarray(from, to));
    return { field, value, bytes: copy, start: 0, end: copy.length, hash, ...place };
  }

  #pushSpan(field: Field, source: Buffer, start: number, end: number, hash: number): void {
    if (!field.options.searchable) return;
    const at = 3 * this.count;
    if (at >= this.spans.length) this.#grow(at);
    this.spans[at] = start;
    this.spans[at + 1] = end;
    this.spans[at + 2] = hash;
    this.sources[this.count] = source;
    this.push(field, undefined);
  }

  /** Adds the string that was read last as it is in the document. */
  #pushText(field: Field): void {
    const { bytes, start, end, hash } = this.#scan;
    this.#pushSpan(field, bytes, start, end, hash);
  }

  #grow(to: number): void {
    const larger = new Int32Array(2 * to);
    larger.set(this.spans);
    this.spans = larger;
  }

  /**
   * Reads the value that begins with `byte` at the scanner's place, for a field and its sub-fields. Returns false for one that is not usual.
   */
  read(field: Field, byte: number): boolean {
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
    this.push(field, stored);
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
        if (scan.isWide || scan.isCoded) this.push(field, scan.text());
        else this.#pushText(field);
        return true;
      case 'keyword':
        return this.#keyword(field);
      case 'date': {
        const { formats } = field.options;
        const time = formats === undefined ? isoTime(scan.bytes, scan.start, scan.end) : Number.NaN;
        return this.#stored(field, Number.isNaN(time) ? storedOf(field, scan.text()) : time);
      }
      case 'ip':
        return this.#address(field);
      default:
        return this.#stored(field, storedOf(field, scan.text()));
    }
  }

  #stored(field: Field, stored: Stored): boolean {
    if (stored === undefined) return false;
    this.push(field, stored);
    return true;
  }

  #keyword(field: Field): boolean {
    const { isEscaped, start, end } = this.#scan;
    const { ignoreAbove = longestKeyword, constant } = field.options;
    if (isEscaped || constant !== undefined || end - start > Math.min(ignoreAbove, longestKeyword))
      return this.#stored(field, storedOf(field, this.#scan.text()));
    this.#pushText(field);
    return true;
  }

  #address(field: Field): boolean {
    const { bytes, start, end, hash, isEscaped } = this.#scan;
    if (isEscaped) return this.#stored(field, storedOf(field, this.#scan.text()));
    const v4 = this.#addresses.v4(bytes, start, end);
    if (v4 !== -1) {
      this.#pushSpan(field, this.#addresses.bytes, v4, v4 + addressLength, this.#addresses.hash);
      return true;
    }
    return this.#stored(
      field,
      this.#addresses.other(bytes, start, end, hash, () => storedOf(field, this.#scan.text())),
    );
  }
}

/** What a column keeps; undefined for what `DocumentWalker` refuses or leaves out. */
function storedOf(field: Field, value: Json): Stored {
  try {
    return toStored(field, value);
  } catch (error) {
    if (error instanceof MalformedValue) return undefined;
    throw error;
  }
}
