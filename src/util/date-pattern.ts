import type { Millis } from '../model.ts';

/** A run of one letter, a text in quotes (two of them are one), or a character that stands for itself. */
const tokens = /([A-Za-z])\1*|'((?:[^']|'')*)'|./gs;

/** The numbers of Joda's patterns, by letter: always in UTC, as in Logstash. `Y` is the year, `x` that of the week. */
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

/** Writes a time by a pattern such as `yyyy.MM.dd`: as many digits as letters at the least, two of a year for `yy`. */
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

/** What cannot be written: names of months and days, zones, and letters that mean nothing. */
export function problemInDate(pattern: string): string | undefined {
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
