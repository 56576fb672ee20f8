/**
 * Elasticsearch's `standard` analyzer: words by Unicode's word boundaries (UAX #29), in lower case.
 * Dots and apostrophes join letters, dots and commas join digits, so `host.name` and `127.0.0.1`
 * are one token each. Ideographs, kana and emoji are tokens by themselves.
 *
 * The numbers are classes of characters, which are looked up once per UTF-16 code unit and kept in
 * a table of 64 KB.
 */
export const none = 0;
export const letter = 1;
export const digit = 2;
export const joiner = 3;
const alone = 4;
const midBoth = 5;
const midLetter = 6;
const midDigit = 7;
/** Not looked up yet. */
const unknown = 255;

const classes = new Uint8Array(65_536).fill(unknown);

/** The class of a code point. `mid…` characters join only what is of their kind on both sides. */
function classify(code: number): number {
  const char = String.fromCodePoint(code);
  if (char === '.' || char === "'" || char === '\u2019' || char === '\u2018') return midBoth;
  if (char === ':' || char === '\u00b7') return midLetter;
  if (char === ',' || char === ';') return midDigit;
  if (/\p{Script=Han}|\p{Script=Hiragana}|\p{Emoji_Presentation}/u.test(char)) return alone;
  if (/\p{Nd}/u.test(char)) return digit;
  if (/\p{L}|\p{M}|\p{Nl}/u.test(char)) return letter;
  return /\p{Pc}/u.test(char) ? joiner : none;
}

/** The class, from the table for the basic plane and computed beyond it. */
function classOf(code: number): number {
  if (code > 0xffff) return classify(code);
  if (classes[code] === unknown) classes[code] = classify(code);
  return classes[code]!;
}

/** The classes of the characters of ASCII. */
export const classesOfAscii = (): Uint8Array => Uint8Array.from({ length: 128 }, (_, code) => classOf(code));

/** Whether a mid character continues the word: it needs letters on both sides or digits on both sides. */
export function joins(mid: number, before: number, after: number): boolean {
  if (before === letter && after === letter) return mid === midBoth || mid === midLetter;
  return before === digit && after === digit && (mid === midBoth || mid === midDigit);
}

const classAt = (text: string, at: number): number =>
  at < text.length ? classOf(text.charCodeAt(at)) : none;

/**
 * A pair of regional indicators (a flag), or a pictograph with its modifiers and those joined to it
 * by ZWJ.
 */
const emoji =
  /\p{Regional_Indicator}{2}|\p{Extended_Pictographic}\uFE0F?\p{Emoji_Modifier}?(?:\u200D\p{Extended_Pictographic}\uFE0F?\p{Emoji_Modifier}?)*/uy;

/** Where the character or the emoji that begins at `at` ends. */
function endOfAlone(text: string, at: number, wide: boolean): number {
  emoji.lastIndex = at;
  return emoji.test(text) ? emoji.lastIndex : at + (wide ? 2 : 1);
}

/** UTF-16 code units. Longer tokens are cut into pieces, as in Lucene (`max_token_length`). */
export const maxTokenLength = 255;

/**
 * Calls `emit` with each token and its start and end in the lower-case text, in order. O(length).
 * Where lower case changes the length of the text, the places are not those of the original;
 * `placedTokens` corrects them.
 */
export function tokenize(text: string, emit: (token: string, start: number, end: number) => void): void {
  const lower = text.toLowerCase();
  let start = -1;
  let before = none;
  // A run of underscores alone is not a token.
  let isWord = false;
  const end = (at: number) => {
    for (let from = start; isWord && from < at; from += maxTokenLength) {
      const until = Math.min(from + maxTokenLength, at);
      emit(lower.slice(from, until), from, until);
    }
    start = -1;
    before = none;
    isWord = false;
  };
  for (let at = 0; at < lower.length; at++) {
    let code = lower.charCodeAt(at);
    const wide = code >= 0xd800 && code < 0xdc00;
    if (wide) code = lower.codePointAt(at)!;
    const kind = classOf(code);
    if (kind === letter || kind === digit || kind === joiner) {
      if (start === -1) start = at;
      before = kind;
      isWord ||= kind !== joiner;
    } else if (kind === alone) {
      end(at);
      const after = endOfAlone(lower, at, wide);
      emit(lower.slice(at, after), at, after);
      at = after - (wide ? 2 : 1);
    } else if (kind === none || start === -1 || !joins(kind, before, classAt(lower, at + 1))) end(at);
    if (wide) at++;
  }
  end(lower.length);
}

/** The tokens alone. */
export function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  tokenize(text, (token) => tokens.push(token));
  return tokens;
}

/**
 * Positions between the values of an array, as in Lucene (`position_increment_gap`), so that no
 * phrase spans two values.
 */
export const valueGap = 100;

/** A token and its start and end in the original text, in UTF-16 code units. */
interface Token {
  text: string;
  start: number;
  end: number;
}

/**
 * For each place in the lower-case text, the place in the original. They differ for a few letters,
 * such as `İ`.
 */
function originalPlaces(text: string): number[] {
  const places: number[] = [];
  let at = 0;
  for (const char of text) {
    for (let unit = 0; unit < char.toLowerCase().length; unit++) places.push(at);
    at += char.length;
  }
  places.push(at);
  return places;
}

/** Tokens with their places in the original text, for highlighting. */
export function placedTokens(text: string): Token[] {
  const tokens: Token[] = [];
  tokenize(text, (token, start, end) => tokens.push({ text: token, start, end }));
  if (text.toLowerCase().length === text.length) return tokens;
  const places = originalPlaces(text);
  return tokens.map((token) => ({ ...token, start: places[token.start]!, end: places[token.end]! }));
}
