import { lengthText } from '../../src/util/figures.ts';
import { printable, sizeText } from '../../src/util/text.ts';

const pad = (value: number, length = 2) => String(value).padStart(length, '0');

/** `10:12:03`, in the zone of the browser. */
export function clock(at: number): string {
  const time = new Date(at);
  return `${pad(time.getHours())}:${pad(time.getMinutes())}:${pad(time.getSeconds())}`;
}

/** `2026-01-31`, in the zone of the browser. */
export function day(at: number): string {
  const time = new Date(at);
  return `${time.getFullYear()}-${pad(time.getMonth() + 1)}-${pad(time.getDate())}`;
}

/** With the day where that is not today. */
export function when(at: number): string {
  return day(at) === day(Date.now()) ? clock(at) : `${day(at)} ${clock(at)}`;
}

export const millis = (at: number) => `${clock(at)}.${pad(new Date(at).getMilliseconds(), 3)}`;

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const fine = new Intl.NumberFormat('en-US', { maximumSignificantDigits: 3 });
const short = new Intl.NumberFormat('en-US', { notation: 'compact', maximumSignificantDigits: 3 });

export const count = (value: number) =>
  Math.abs(value) < 100_000 ? whole.format(value) : short.format(value);
export const figure = (value: number) => (Number.isInteger(value) ? whole.format(value) : fine.format(value));
const tenths = new Intl.NumberFormat('en-US', { maximumFractionDigits: 1 });
export const percent = (share: number) =>
  share > 0 && share < 0.001 ? '< 0.1 %' : `${tenths.format(share * 100)} %`;

export const size = sizeText;
export const length = lengthText;
/** Text of senders: what is invisible or turns the writing direction is written as an escape. */
export const shown = printable;

/** What an alert was judged to be; `missed`: an incident without an alert. */
export const verdictWords = { true: 'right', false: 'a false alarm', missed: 'missed before' };
