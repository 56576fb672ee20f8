/**
 * Where sentences and words end by the rules of Java's `BreakIterator`, which Elasticsearch cuts fragments with. They
 * are not Unicode's: a dash holds a word together, and `?` ends a sentence wherever it stands.
 */
const space = '[\\t\\r\\f\\n\\u2028\\p{Zs}]';
const closing = `[.\\uff0e\\p{Pe}\\p{Pf}"']`;
/** What may begin a sentence after a period: anything but small letters, digits and what ends one. */
const other = `[^\\p{L}\\t\\r\\f\\n\\u2028\\u2029\\p{Zs}\\p{Pe}\\p{Pf}"'\\p{Nd}!?\\u3002\\uff01\\uff1f.\\uff0e\\p{Mn}\\p{Me}\\p{Cf}]`;
const capital = `(?:[\\p{Ps}\\p{Pi}"']*(?!\\p{Ll})\\p{L})`;
const sentence = new RegExp(
  [
    `\\u2029`,
    `[!?\\u3002\\uff01\\uff1f](?:[!?\\u3002\\uff01\\uff1f]|${closing})*${space}*\\u2029?`,
    `[.\\uff0e](?=(${closing}*))\\1(?:${space}*\\u2029|${space}*(?=${other})|${space}+(?=${capital}))`,
    // No end: passed over as a whole, so that a row of periods is read once and not from each of them.
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

/** Places in a text, in order, the first and the last of it among them. */
export class Breaks {
  readonly places: number[];

  constructor(text: string, rule: 'sentence' | 'word') {
    const ends = [...text.matchAll(rule === 'sentence' ? sentence : word)]
      .filter((found) => found.groups?.inner === undefined)
      .map((found) => found.index + found[0].length);
    this.places = [...new Set([0, ...ends, text.length])];
  }

  /** The last place before `at`; the first of all where there is none. */
  before(at: number): number {
    return this.places[this.#firstFrom(at) - 1] ?? 0;
  }

  /** The first place after `at`, or undefined. */
  after(at: number): number | undefined {
    return this.places[this.#firstFrom(at + 1)];
  }

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

/** Sentences for as long as there is room for the next; one that has no room alone is cut around `at`, between words. */
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
