/** The longest beginning of a text that fits into `most` bytes of UTF-8 without splitting a character. */
export function cutToBytes(text: string, most: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= most) return text;
  let end = most;
  // Continuation bytes of a character begin with the bits 10.
  while ((bytes[end]! & 0xc0) === 0x80) end -= 1;
  return bytes.toString('utf8', 0, end);
}

/** The longest beginning of a text that has at most `most` UTF-16 code units and does not split a surrogate pair. */
export function cutToLength(text: string, most: number): string {
  if (text.length <= most) return text;
  const last = text.charCodeAt(most - 1);
  return text.slice(0, last >= 0xd800 && last < 0xdc00 ? most - 1 : most);
}

/** A beginning of a text as it is shown: with ` …`, where it is not the whole text. */
export const withEllipsis = (beginning: string, whole: string): string =>
  beginning.length === whole.length ? whole : `${beginning} …`;

/**
 * A copy of a text that refers to no other string. A part of a string keeps the whole string in memory, however long that
 * is, and a concatenation keeps each of its parts. To be used for what is kept for long.
 */
export function detached(text: string): string {
  const copy = Buffer.from(text, 'latin1').toString('latin1');
  return copy === text ? copy : Buffer.from(text, 'utf16le').toString('utf16le');
}

/**
 * C0 and C1 controls, delete, line and paragraph separators, and the marks that turn the direction of text
 * around: on a terminal each could hide or forge what is beside it.
 */
const unprintable = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu;

/** Makes a text of unknown origin safe for one line of a terminal or a log: invisible characters become `\u001b`. */
export function printable(text: string): string {
  return text.replace(unprintable, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Removes credentials from URLs in a text (`https://user:password@host`), so that it can be shown. */
export const withoutCredentials = (text: string): string => text.replace(/\/\/[^/\s"]*@/g, '//…@');

export { formatDuration, formatSize, parseDuration, parseSize, sizeText } from '@logboom/common';

/** Formats a number: whole numbers as they are, others with at least four significant digits. */
export function formatNumber(value: number): string {
  if (Number.isInteger(value) || !Number.isFinite(value)) return String(value);
  const digits = Math.max(0, 3 - Math.floor(Math.log10(Math.abs(value))));
  return String(Number(value.toFixed(Math.min(digits, 20))));
}

/** `1 event`, `2 events`. */
export function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** Formats the value of a rule's measure: a share as a percentage, others as a number. */
export function formatMeasured(value: number, measure: string): string {
  return /^\s*share\b/.test(measure) ? formatShare(value) : formatNumber(value);
}

/** Formats a share (0 to 1) as a percentage: `6.2%`. */
export function formatShare(value: number): string {
  return `${formatNumber(value * 100)}%`;
}
