import { parseDuration, parseSize, sizeText } from '@logboom/common';
import type { Millis } from '../model.ts';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** A length of time for people, in at most two units: `3 m 20 s`, `450 ms`, `2 d 4 h`. */
export function lengthText(length: Millis): string {
  const millis = Math.round(Math.abs(length));
  if (millis < second) return `${millis} ms`;
  if (millis < 10 * second) return `${rounded(millis / second)} s`;
  const unit = millis < hour ? second : millis < day ? minute : hour;
  const shown = Math.round(millis / unit) * unit;
  const parts: [count: number, unit: string][] = [
    [Math.floor(shown / day), 'd'],
    [Math.floor((shown % day) / hour), 'h'],
    [Math.floor((shown % hour) / minute), 'm'],
    [Math.floor((shown % minute) / second), 's'],
  ];
  return parts.flatMap(([count, name]) => (count > 0 ? `${count} ${name}` : [])).join(' ');
}

/** A point in time for people: `2026-01-02 03:04:05 UTC`. */
export function timeText(time: Millis): string {
  return `${new Date(time).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const fraction = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 3 });

/** Three significant digits, and all digits of whole numbers: `0.0123`, `12.4`, `12,345`. */
function rounded(value: number): string {
  return Number.isInteger(value) || Math.abs(value) >= 1_000 ? whole.format(value) : fraction.format(value);
}

/** How many of a field's unit make a millisecond, by the names that state a unit of time. */
const perMilli: readonly [RegExp, number][] = [
  [/^event\.duration$/, 1e6],
  [/[._-](ns|nanos|nanoseconds)$/, 1e6],
  [/[._-](us|micros|microseconds)$/, 1e3],
  [/[._-](ms|millis|milliseconds)$/, 1],
  [/[._-](s|sec|secs|seconds)$/, 1e-3],
];
const ofBytes = /(^|[._-])(bytes|size)$/;

/**
 * Reads a duration (`2s`, `250ms`) or a size (`5mb`) as a number in the unit that the field's name states: nanoseconds for
 * `event.duration`, bytes for `http.response.bytes`. Undefined where the text has no unit, or the field has another.
 */
export function inUnitOf(field: string, text: string): number | undefined {
  if (!/^[\d.]+[a-z]/i.test(text)) return undefined;
  const rate = perMilli.find(([name]) => name.test(field))?.[1];
  const length = rate === undefined ? undefined : parseDuration(text);
  if (length !== undefined) return length * rate!;
  return ofBytes.test(field) ? parseSize(text.toLowerCase()) : undefined;
}

/** The field of `avg(http.response.bytes)` and of `avg of http.response.bytes`. */
const ofField = /^\s*(?:sum|avg|min|max|percentile)\s*(?:\(|of\s+)\s*([^\s,()]+)/;

/** The field whose values a measure has: those of `max(event.duration)` are durations, those of `distinct(…)` are counts. */
export const measuredField = (measure: string): string | undefined => ofField.exec(measure)?.[1];

type Format = (value: number) => string;

/** Units that a field’s name states, by the conventions of ECS and OpenTelemetry. */
const byName: readonly [RegExp, Format][] = [
  [ofBytes, sizeText],
  ...perMilli.map(([name, rate]): [RegExp, Format] => [name, (value) => lengthText(value / rate)]),
  [/[._-](pct|percent)$/, (value) => `${rounded(value)} %`],
];

/** The format that the name of the measured field states. */
function namedFormat(measure: string): Format | undefined {
  const field = measuredField(measure);
  return byName.find(([name]) => field !== undefined && name.test(field))?.[1];
}

function formatFor(measure: string): Format {
  if (/^\s*share\b/.test(measure)) return (value) => `${rounded(value * 100)} %`;
  if (/^\s*rate\b/.test(measure)) return (value) => `${rounded(value)}/s`;
  return namedFormat(measure) ?? rounded;
}

interface Compared {
  value: string;
  condition: string;
}

type Comparison = (value: number) => Compared | undefined;

/**
 * Writes values beside a condition, both in the unit of a measure such as `sum(http.response.bytes)`: `51.8 MB` and `>= 50 MB`. Undefined where
 * the measure has no such unit, and for a value of which rounding would hide a difference. The condition is formatted once for a measure.
 */
export function comparedInUnit(condition: string): (value: number, measure: string) => Compared | undefined {
  let last: { measure: string; compare: Comparison | undefined } | undefined;
  return (value, measure) => {
    if (last?.measure !== measure) last = { measure, compare: comparison(condition, measure) };
    return last.compare?.(value);
  };
}

function comparison(condition: string, measure: string): Comparison | undefined {
  const format = namedFormat(measure);
  if (format === undefined) return undefined;
  const bounds = boundsIn(condition).map((bound) => ({ bound, text: format(bound) }));
  if (bounds.some(({ bound, text }) => isRoundedToZero(bound, text))) return undefined;
  const inUnit = condition.replace(numbers, (text) => format(numberIn(text)));
  return (value) => {
    const text = format(value);
    const isHidden = bounds.some((one) => one.bound !== value && one.text === text);
    if (!Number.isFinite(value) || isHidden || isRoundedToZero(value, text)) return undefined;
    return { value: text, condition: inUnit };
  };
}

const isRoundedToZero = (value: number, text: string) => value !== 0 && /^-?0(?!\.\d)\D/.test(text);

/** The value of a measure for people, with the unit that the measure has: `12.4 %`, `1.2 MB`, `3.5/s`. */
export function valueText(value: number | undefined, measure: string): string {
  if (value === undefined) return 'nothing to measure';
  return Number.isFinite(value) ? formatFor(measure)(value) : String(value);
}

/** Numbers of a condition, in all notations that `parseCondition` reads. */
const numbers = /(?<!\w|\w\.)-?(?:\d+(?:\.\d+)?|(?<!(?:^|[^.])\.)\.\d+)(?:e[+-]?\d+)?\s*%?/gi;

/** A condition with its numbers as `valueText` writes them: `>= 0.05` of a share becomes `>= 5 %`. */
export function conditionText(condition: string, measure: string): string {
  return condition.replace(numbers, (text) => {
    const value = numberIn(text);
    return Number.isFinite(value) ? valueText(value, measure) : text;
  });
}

const numberIn = (text: string) => (text.endsWith('%') ? Number(text.slice(0, -1)) / 100 : Number(text));

/** The bounds that a condition compares with, in the order in which they stand there. */
export function boundsIn(condition: string): number[] {
  return (condition.match(numbers) ?? []).map((text) => numberIn(text)).filter(Number.isFinite);
}
