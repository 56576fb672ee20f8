import { placedTokens, valueGap } from '../mapping/analyzer.ts';
import type { Field } from '../mapping/field.ts';
import type { Mark } from '../query/matcher.ts';

/** A token of a field's values. `start` and `end` are places in the values joined by `separator`. */
export interface PlacedToken {
  text: string;
  start: number;
  end: number;
  /** Position of the token, with a gap between values. */
  place: number;
}

/** A piece of text to highlight. `key` is the number of the mark that it stands for. */
export interface Match {
  start: number;
  end: number;
  key: number;
}

/**
 * Stands between the values of a field when they are joined. Java's paragraph separator ends a
 * sentence, so no fragment spans two values.
 */
export const separator = '\u2029';

/** Tokens of all values, in order. Each value of a field that is not analysed is one token. */
export function tokensIn(field: Field, values: string[]): PlacedToken[] {
  const tokens: PlacedToken[] = [];
  let base = 0;
  let place = 0;
  for (const value of values) {
    const own =
      field.family === 'text' ? placedTokens(value) : [{ text: value, start: 0, end: value.length }];
    for (const { text, start, end } of own)
      tokens.push({ text, start: start + base, end: end + base, place: place++ });
    base += value.length + separator.length;
    place += valueGap;
  }
  return tokens;
}

/**
 * The runs of tokens that a mark stands for. A phrase with slop starts at each of its words and
 * takes the nearest of the others.
 */
function runsOf(tokens: PlacedToken[], { words, slop }: Mark): PlacedToken[][] {
  const ones = words.map((word) => tokens.filter((token) => word(token.text)));
  if (ones.some((some) => some.length === 0)) return [];
  if (words.length === 1) return ones[0]!.map((token) => [token]);
  const moved = ones.map((some, at) => some.map((token) => ({ token, place: token.place - at })));
  const lows = slop === 0 ? moved[0]! : moved.flat().sort((a, b) => a.place - b.place);
  const reached = moved.map(() => 0);
  // Of several runs with the same last token, the one that starts last is kept: it is the tightest.
  const runs = new Map<PlacedToken, PlacedToken[]>();
  for (const { place: low } of lows) {
    const nearest = moved.map((some, at) => {
      while (some[reached[at]!] && some[reached[at]!]!.place < low) reached[at]!++;
      return some[reached[at]!];
    });
    if (!nearest.every((one) => one && one.place - low <= slop)) continue;
    const run = nearest.map((one) => one!.token).sort((a, b) => a.place - b.place);
    const other = runs.get(run.at(-1)!);
    if (!other || other[0]!.place <= run[0]!.place) runs.set(run.at(-1)!, run);
  }
  return [...runs.values()];
}

/**
 * Where marks occur, in order, without duplicates. A phrase is one match, or one for each of its
 * words (`isByWord`).
 */
export function matchesOf(tokens: PlacedToken[], marks: Mark[], isByWord: boolean): Match[] {
  const found = new Map<string, Match>();
  for (const [key, mark] of marks.entries())
    for (const run of runsOf(tokens, mark))
      for (const part of isByWord ? run.map((token) => [token]) : [run]) {
        const [start, end] = [part[0]!.start, part.at(-1)!.end];
        if (!found.has(`${start} ${end}`)) found.set(`${start} ${end}`, { start, end, key });
      }
  return [...found.values()].sort((a, b) => a.start - b.start || a.end - b.end);
}
