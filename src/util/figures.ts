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

const sizes = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'];

function sizeText(bytes: number): string {
  let value = Math.abs(bytes);
  let unit = 0;
  for (; value >= 999.5 && unit < sizes.length - 1; unit++) value /= 1_000;
  return `${bytes < 0 ? '-' : ''}${rounded(value)} ${sizes[unit]}`;
}

/** The field of `avg(http.response.bytes)`, and the function. */
const ofField = /^\s*(sum|avg|min|max|percentile)\s*(?:\(|of\s+)\s*([^\s,()]+)/;

type Format = (value: number) => string;

/** Units that a field’s name states, by the conventions of ECS and OpenTelemetry. */
const byName: readonly [RegExp, Format][] = [
  [/(^|[._-])(bytes|size)$/, sizeText],
  [/^event\.duration$/, (value) => lengthText(value / 1e6)],
  [/[._-](ns|nanos|nanoseconds)$/, (value) => lengthText(value / 1e6)],
  [/[._-](us|micros|microseconds)$/, (value) => lengthText(value / 1e3)],
  [/[._-](ms|millis|milliseconds)$/, lengthText],
  [/[._-](s|sec|secs|seconds)$/, (value) => lengthText(value * second)],
  [/[._-](pct|percent)$/, (value) => `${rounded(value)} %`],
];

function formatFor(measure: string): Format {
  if (/^\s*share\b/.test(measure)) return (value) => `${rounded(value * 100)} %`;
  if (/^\s*rate\b/.test(measure)) return (value) => `${rounded(value)}/s`;
  const field = ofField.exec(measure)?.[2];
  return byName.find(([name]) => field !== undefined && name.test(field))?.[1] ?? rounded;
}

/** The value of a measure for people, with the unit that the measure has: `12.4 %`, `1.2 MB`, `3.5/s`. */
export function valueText(value: number | undefined, measure: string): string {
  if (value === undefined) return 'nothing to measure';
  return Number.isFinite(value) ? formatFor(measure)(value) : String(value);
}

const numbers = /(?<!\w|\w\.)-?\d+(?:\.\d+)?(?:e[+-]?\d+)?\s*%?/g;

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
