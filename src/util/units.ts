export { formatDuration, formatSize, parseDuration, parseSize } from '@logboom/common';

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
