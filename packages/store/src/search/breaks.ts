/**
 * Boundaries of sentences and words by the rules of Java's `BreakIterator`, with which
 * Elasticsearch cuts fragments. They differ from Unicode's (UAX #29): a dash holds a word together,
 * and `?` ends a sentence wherever it is.
 *
 * The expressions are built once. Each consumes a run of periods as a whole, so that the time stays
 * linear in the length of the text.
 */
const space = '[\\t\\r\\f\\n\\u2028\\p{Zs}]';
const closing = `[.\\uff0e\\p{Pe}\\p{Pf}"']`;
/**
 * What may start a sentence after a period: anything but small letters, digits and characters that
 * end a sentence.
 */
const other = `[^\\p{L}\\t\\r\\f\\n\\u2028\\u2029\\p{Zs}\\p{Pe}\\p{Pf}"'\\p{Nd}!?\\u3002\\uff01\\uff1f.\\uff0e\\p{Mn}\\p{Me}\\p{Cf}]`;
const capital = `(?:[\\p{Ps}\\p{Pi}"']*(?!\\p{Ll})\\p{L})`;
const sentence = new RegExp(
  [
    `\\u2029`,
    `[!?\\u3002\\uff01\\uff1f](?:[!?\\u3002\\uff01\\uff1f]|${closing})*${space}*\\u2029?`,
    `[.\\uff0e](?=(${closing}*))\\1(?:${space}*\\u2029|${space}*(?=${other})|${space}+(?=${capital}))`,
    // Not a boundary. Consumed as a whole, so that a run of periods is scanned once, not from each period.
    `(?<inner>[.\\uff0e]${closing}*)`,
  ].join('|'),
  'gu',
);

const ideographs = '\\u3005\\u4e00-\\u9fa5\\uf900-\\ufa2d';
const kana = '\\u3041-\\u3094\\u3099-\\u309e\\u30a1-\\u30fc';
const letter = `(?:(?![${ideographs}${kana}])[\\p{L}\\p{M}\\p{Cf}])`;
const letters = `(?:${letter}+(?:[\\p{Pd}\\p{Pc}\\u2027"'.]${letter}+)*)`;
const digits = `(?:\\p{Nd}+(?:["',\\u066b.]\\p{Nd}+)*)`;
const after = '[\\u00a2%\\u066a\\u2030\\u2031&]';
const word = new RegExp(
  [
    `(?:[#.]|(?!\\u00a2)\\p{Sc})${digits}(?:${letters}${digits})*(?:${letters}|${after})?`,
    `(?=[\\p{L}\\p{M}\\p{Cf}\\p{Nd}])(?![${ideographs}${kana}])${letters}?(?:${digits}${letters})*(?:${digits}${after}?)?`,
    `[\\t\\p{Zs}]+\\r?[\\n\\f\\u2028\\u2029]?|\\r?[\\n\\f\\u2028\\u2029]`,
    `[\\u3041-\\u3094\\u3099-\\u309e]+|[\\u30a1-\\u30fc\\u3099-\\u309c]+|[${ideographs}]+`,
    `[^]`,
  ].join('|'),
  'gu',
);

/**
 * Boundaries of a text, ascending, including 0 and its length. Places are UTF-16 code units.
 * Construction is O(length), a lookup O(log boundaries).
 */
export class Breaks {
  readonly places: number[];

  constructor(text: string, rule: 'sentence' | 'word') {
    const ends = [...text.matchAll(rule === 'sentence' ? sentence : word)]
      .filter((found) => found.groups?.inner === undefined)
      .map((found) => found.index + found[0].length);
    this.places = [...new Set([0, ...ends, text.length])];
  }

  /** The last boundary before `at`; 0 where there is none. */
  before(at: number): number {
    return this.places[this.#firstFrom(at) - 1] ?? 0;
  }

  /** The first boundary after `at`, or undefined. */
  after(at: number): number | undefined {
    return this.places[this.#firstFrom(at + 1)];
  }

  /** Number of the first boundary at or after `at`. */
  #firstFrom(at: number): number {
    let [low, high] = [0, this.places.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.places[middle]! < at) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/**
 * Fragments of a text: whole sentences as long as the next one fits into `room` characters. A
 * sentence that is longer than `room` by itself is cut around the match, between words. It follows
 * Lucene's `BoundedBreakIteratorScanner`, including its dependence on earlier calls: matches are
 * asked for in ascending order.
 */
export class Sentences {
  readonly #text: string;
  readonly #sentences: Breaks;
  #words: Breaks | undefined;
  readonly #room: number;
  #window: [number, number] = [-1, -1];
  #end = 0;

  constructor(text: string, room: number) {
    this.#text = text;
    this.#sentences = new Breaks(text, 'sentence');
    this.#room = room;
  }

  /** The fragment around a place, as its start and end. A `room` of 0 or less sets no limit. */
  around(at: number): [start: number, end: number] {
    const [windowStart, windowEnd] = this.#window;
    const offset = at + 1;
    const isRest = offset > windowStart && offset < windowEnd;
    let [start, end] = isRest ? [this.#end, windowEnd] : this.#widened(offset);
    if (this.#room > 0 && end - start > this.#room) {
      this.#words ??= new Breaks(this.#text, 'word');
      if (offset - this.#room > start) start = Math.max(start, this.#words.before(offset - this.#room));
      const rest = Math.max(0, this.#room - (offset - start));
      if (offset + rest < this.#window[1])
        end = Math.min(this.#window[1], this.#words.after(offset + rest) ?? this.#window[1]);
    }
    this.#end = end;
    return [start, end];
  }

  /** The sentence at a place, widened by the following ones that fit. */
  #widened(offset: number): [number, number] {
    const start = this.#sentences.before(offset);
    let end = this.#sentences.after(offset - 1) ?? this.#text.length;
    while (this.#room > 0 && end - start < this.#room) {
      const next = this.#sentences.after(end);
      if (next === undefined || next - start > this.#room) break;
      end = next;
    }
    this.#window = [start, end];
    return [start, end];
  }
}
