import { LogboomError } from '../../errors.ts';
import type { Millis } from '../../model.ts';
import type { TimeSpan } from '../model.ts';

const units: Record<string, Millis> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `Date.parse` would find a year in almost any text with a number. */
const iso = /^[+-]?\d{4,6}(-|$)/;

/** Reads `now`, `now-15m`, ISO 8601 and milliseconds. Throws `USAGE`. */
export function readTime(name: string, text: string, now: Millis): Millis {
  const [relative, count, unit] = /^now(?:-(\d{1,6})([smhd]))?$/.exec(text) ?? [];
  if (relative !== undefined) return count === undefined ? now : now - Number(count) * units[unit!]!;
  const time = /^\d{1,15}$/.test(text) ? Number(text) : iso.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time) || Math.abs(time) > 8.64e15)
    throw new LogboomError(
      'USAGE',
      `\`${name}\` is no time: write 2026-01-31T12:00:00Z, milliseconds since 1970, or now-15m.`,
    );
  return time;
}

/** The time of a request; the last 15 minutes by default. Throws `USAGE`. */
export function readSpan(
  { from, to }: { from?: string | undefined; to?: string | undefined },
  now: Millis,
): TimeSpan {
  const span = { from: readTime('from', from ?? 'now-15m', now), to: readTime('to', to ?? 'now', now) };
  if (span.from >= span.to) throw new LogboomError('USAGE', '`from` must be before `to`.');
  return span;
}

const intervals: Millis[] = [
  ...[1, 2, 5, 10, 30].map((count) => count * 1_000),
  ...[1, 2, 5, 10, 30].map((count) => count * 60_000),
  ...[1, 3, 6, 12].map((count) => count * 3_600_000),
  ...[1, 7, 30, 90, 365].map((count) => count * 86_400_000),
];
const mostBars = 90;

/** The shortest usual interval of which at most 90 cover the time; for a time of centuries, the longest. */
export function intervalOf({ from, to }: TimeSpan): Millis {
  return (
    intervals.find((interval) => (to - from) / interval <= mostBars) ?? Math.ceil((to - from) / mostBars)
  );
}

/** A histogram of that interval which begins and ends with the time, also where nothing happened. */
export function histogramOver({ from, to }: TimeSpan, interval: Millis, aggs: object = {}): object {
  return {
    date_histogram: {
      field: '@timestamp',
      fixed_interval: `${interval}ms`,
      min_doc_count: 0,
      extended_bounds: { min: from, max: to - 1 },
    },
    aggs,
  };
}

export const within = ({ from, to }: TimeSpan): object => ({
  range: { '@timestamp': { gte: from, lt: to, format: 'epoch_millis' } },
});
