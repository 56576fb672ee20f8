import { isObject } from '../events/index.ts';
import { formatDuration, parseDuration } from '../util/text.ts';

/** A part of a rule of another product that has no counterpart. Its message names the part and the remedy. */
export class NotConvertible extends Error {}

/** `message.keyword` is the field `message` of the event. */
export const fieldName = (name: string): string => name.replace(/\.(keyword|raw)$/, '');

/** The settings of a rule of ElastAlert, as YAML gives them. */
export type Theirs = Record<string, unknown>;

const units: Record<string, number> = {
  ...{
    milliseconds: 1,
    seconds: 1_000,
    minutes: 60_000,
    hours: 3_600_000,
    days: 86_400_000,
    weeks: 604_800_000,
  },
};

/** `{ minutes: 5 }` as `5m`; undefined where it is no length of time. */
export function durationOf(value: unknown): string | undefined {
  if (!isObject(value)) return undefined;
  let length = 0;
  for (const [unit, count] of Object.entries(value)) {
    const size = units[unit];
    if (size === undefined || !Number.isFinite(Number(count))) return undefined;
    length += Number(count) * size;
  }
  return length === 0 ? '0s' : formatDuration(length);
}

/** ElastAlert looks at any span of the length; a tenth of it is the hop of the window, where that is whole seconds. */
export function hopOf(over: unknown): string {
  const length = parseDuration(String(over))!;
  const parts = [10, 6, 5, 4, 3, 2].find((one) => length % (one * 1_000) === 0) ?? 1;
  return formatDuration(length / parts);
}
