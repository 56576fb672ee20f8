export { formatDuration, formatSize, parseDuration, parseSize } from '@logboom/common';

/** Writes a number for people: whole ones as they are, others with four significant digits at the least. */
export function formatNumber(value: number): string {
  if (Number.isInteger(value) || !Number.isFinite(value)) return String(value);
  const digits = Math.max(0, 3 - Math.floor(Math.log10(Math.abs(value))));
  return String(Number(value.toFixed(Math.min(digits, 20))));
}

/** `1 event`, `2 events`. */
export function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** Writes the value of a rule's measure: a share as people say it, another one as a number. */
export function formatMeasured(value: number, measure: string): string {
  return /^\s*share\b/.test(measure) ? formatShare(value) : formatNumber(value);
}

/** Writes a share (0 to 1) as people say it: `6.2%`. */
export function formatShare(value: number): string {
  return `${formatNumber(value * 100)}%`;
}
