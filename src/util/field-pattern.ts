import type { Millis } from '../model.ts';

/**
 * A piece of a text such as `%{[@metadata][beat]}-%{+yyyy.MM.dd}`, as Logstash and Beats write it, with its own `text`.
 * `otherwise` stands where an event lacks the field, as in Beats (`%{[fields.app]:none}`).
 */
export type PatternPiece =
  | { kind: 'text'; text: string }
  | { kind: 'field'; text: string; path: string[]; otherwise?: string }
  | { kind: 'date'; text: string; format: string };

/** `%{field}`, `%{a.b}`, `%{[a][b]}`, `%{[a.b]}`, `%{[@metadata][beat]}` and `%{+yyyy.MM.dd}`; all else is text. */
export function piecesOf(pattern: string): PatternPiece[] {
  return pattern
    .split(/(%\{[^}]*\})/)
    .filter(Boolean)
    .map(pieceOf);
}

function pieceOf(text: string): PatternPiece {
  const inner = /^%\{(.+)\}$/s.exec(text)?.[1];
  if (inner === undefined) return { kind: 'text', text };
  if (inner.startsWith('+')) return { kind: 'date', text, format: inner.slice(1) };
  const [, brackets, otherwise] = /^((?:\[[^\]]*\])+)(?::(.*))?$/s.exec(inner) ?? [];
  const names = brackets === undefined ? [inner] : brackets.slice(1, -1).split('][');
  const path = names.join('.').split('.');
  return { kind: 'field', text, path, ...(otherwise && { otherwise }) };
}

/** What is wrong with a pattern, in words; undefined if it is valid. */
export function problemInPattern(pattern: string): string | undefined {
  for (const piece of piecesOf(pattern)) {
    const problem =
      piece.kind === 'date'
        ? problemInDate(piece.format)
        : piece.kind === 'field'
          ? problemInField(piece.path)
          : problemInText(piece.text);
    if (problem !== undefined) return `\`${piece.text}\` ${problem}`;
  }
  return undefined;
}

function problemInField(path: string[]): string | undefined {
  if (path[0]?.startsWith('{'))
    return 'is a date in another way of writing; write for example %{+yyyy.MM.dd}';
  return path.some((name) => name === '') ? 'names no field' : undefined;
}

function problemInText(text: string): string | undefined {
  return text.includes('%{') ? 'begins a field that does not end, or names none' : undefined;
}

/** A run of one letter, a text in quotes (two of them are one), or a character that stands for itself. */
const tokens = /([A-Za-z])\1*|'((?:[^']|'')*)'|./gs;

/** The numeric letters of Joda's patterns, always in UTC, as in Logstash. `Y` is the year, `x` the year of the week. */
const letters: Record<string, (date: Date) => number> = {
  y: (date) => date.getUTCFullYear(),
  Y: (date) => date.getUTCFullYear(),
  x: (date) => isoWeek(date).year,
  w: (date) => isoWeek(date).week,
  e: (date) => date.getUTCDay() || 7,
  M: (date) => date.getUTCMonth() + 1,
  d: (date) => date.getUTCDate(),
  D: (date) => Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / 86_400_000) + 1,
  H: (date) => date.getUTCHours(),
  m: (date) => date.getUTCMinutes(),
  s: (date) => date.getUTCSeconds(),
};
const years = new Set(['y', 'Y', 'x']);

/** Formats a time by a pattern such as `yyyy.MM.dd`: at least as many digits as letters; two digits of a year for `yy`. */
export function formatDate(time: Millis, pattern: string): string {
  const date = new Date(time);
  return pattern.replace(tokens, (token: string, letter?: string, quoted?: string) => {
    if (quoted !== undefined) return quoted === '' ? "'" : quoted.replaceAll("''", "'");
    const number = letter === undefined ? undefined : letters[letter]?.(date);
    if (number === undefined) return token;
    const shown = token.length === 2 && years.has(letter!) ? number % 100 : number;
    return String(shown).padStart(token.length, '0');
  });
}

/** Why a date pattern is not supported, in words: names of months and days, zones, and unknown letters are not. */
function problemInDate(pattern: string): string | undefined {
  for (const [token, letter] of pattern.matchAll(tokens)) {
    if (letter === undefined) continue;
    const known = Object.hasOwn(letters, letter);
    if (!known || (letter === 'M' && token.length > 2))
      return `has \`${token}\`, which is no number of a date in UTC; there are ${Object.keys(letters).join(', ')}`;
  }
  return pattern === '' ? 'is an empty date' : undefined;
}

/** ISO 8601: the week belongs to the year that holds its Thursday. */
function isoWeek(date: Date): { year: number; week: number } {
  const thursday = new Date(date);
  thursday.setUTCDate(date.getUTCDate() + 4 - (date.getUTCDay() || 7));
  const year = thursday.getUTCFullYear();
  return { year, week: Math.ceil(((thursday.getTime() - Date.UTC(year, 0, 1)) / 86_400_000 + 1) / 7) };
}

/** Characters that Elasticsearch does not allow in index names, and the colon, which denotes another cluster. */
const illegal = /[\\/*?"<>|\s,#:]/g;

/** Makes a text legal as a part of an index name: lower case, with `_` for each illegal character. */
export function legalCharacters(text: string): string {
  return text.toLowerCase().replace(illegal, '_');
}

/** Why a text cannot be a part of an index name, in words; undefined if it can. */
export function problemInName(name: string): string | undefined {
  if (name !== name.toLowerCase()) return 'has capital letters';
  const [found] = name.match(illegal) ?? [];
  if (found !== undefined) return `has \`${found}\` in it`;
  return undefined;
}

/** Why a text cannot be an index name, in words; undefined if it can. */
export function problemInIndex(name: string): string | undefined {
  if (name === '' || name === '.' || name === '..') return 'is empty';
  if (/^[-_+]/.test(name)) return `begins with \`${name[0]}\``;
  if (Buffer.byteLength(name) > 255) return 'is longer than 255 bytes';
  return problemInName(name);
}
