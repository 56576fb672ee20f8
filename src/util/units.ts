import type { Millis } from '../model.ts';

const sizes: Record<string, number> = { b: 1, kb: 2 ** 10, mb: 2 ** 20, gb: 2 ** 30, tb: 2 ** 40 };

/** Reads `512b`, `64kb`, `10mb`, `1.5gb` (powers of 1024, as Elasticsearch does) into bytes. Returns undefined for anything else. */
export function parseSize(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*(b|kb|mb|gb|tb)$/i.exec(text);
  return match ? Math.round(Number(match[1]) * sizes[match[2]!.toLowerCase()]!) : undefined;
}

/** Writes bytes as people say them: `84kb`, `1.5gb`. */
export function formatSize(bytes: number): string {
  let unit = 'b';
  for (const [name, size] of Object.entries(sizes)) if (bytes >= size) unit = name;
  return `${Number((bytes / sizes[unit]!).toFixed(1))}${unit}`;
}

const durations: Record<string, number> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** Reads `10ms`, `1.5s`, `5m`, `2h`, `7d`, `1w`, or several joined such as `1h30m`. Returns undefined for anything else. */
export function parseDuration(text: string): Millis | undefined {
  if (!/^(\d+(\.\d+)?(ms|s|m|h|d|w))+$/.test(text)) return text === '0' ? 0 : undefined;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d|w)/g))
    total += Number(amount) * durations[unit!]!;
  return total;
}

/** Writes a length as people say it: `10ms`, `1s`, `5m`, `1h30m`. */
export function formatDuration(millis: Millis): string {
  if (millis === 0) return '0s';
  let rest = Math.round(millis);
  let text = '';
  for (const unit of ['d', 'h', 'm', 's', 'ms'] as const) {
    const amount = Math.floor(rest / durations[unit]!);
    if (amount > 0) text += `${amount}${unit}`;
    rest -= amount * durations[unit]!;
  }
  return text;
}

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
