import type { Fields, FieldValue, Millis } from '../model.ts';

/** What a pattern is filled from: an event, with its `@metadata` in reach. */
export interface Named extends Fields {
  readonly time: Millis;
  metadata(name: string): FieldValue;
}

/** A piece of a pattern: as it is written, and what an event makes of it; undefined where it lacks the field. */
export interface Part {
  text: string;
  of: (event: Named) => string | undefined;
}

/** Longest text that is made of an event's fields: as much as Elasticsearch takes for an id. */
const longest = 512;

/** Undefined where the event lacks a field that the pattern names, or fills it with nothing or far too much. */
export function patternOf(pattern: string): (event: Named) => string | undefined {
  const parts = partsOf(pattern);
  return (event) => {
    let text = '';
    for (const part of parts) {
      const filled = part.of(event);
      if (filled === undefined) return undefined;
      text += filled;
    }
    return text === '' || Buffer.byteLength(text) > longest ? undefined : text;
  };
}

/** Reads Logstash's way of writing: `%{field}`, `%{[nested][field]}`, `%{[@metadata][beat]}`, `%{+yyyy.MM.dd}`. */
export function partsOf(pattern: string): Part[] {
  return pattern
    .split(/(%\{[^}]*\})/)
    .filter(Boolean)
    .map((text) => ({ text, of: filling(text) }));
}

function filling(text: string): Part['of'] {
  const inner = /^%\{(.*)\}$/.exec(text)?.[1];
  if (inner === undefined) return () => text;
  if (inner.startsWith('+')) return (event) => formatDate(event.time, inner.slice(1));
  const path = inner.startsWith('[')
    ? [...inner.matchAll(/\[([^\]]*)\]/g)].map((match) => match[1]!)
    : [inner];
  if (path[0] === '@metadata') return (event) => textOf(event.metadata(path.slice(1).join('.')));
  const field = path.join('.');
  return (event) => textOf(event.get(field));
}

export function textOf(value: FieldValue): string | undefined {
  const one = Array.isArray(value) ? value[0] : value;
  return one === undefined || one === null || one === '' ? undefined : String(one);
}

/** The letters of Joda's patterns that index names use; all in UTC, as in Logstash. */
function formatDate(time: Millis, pattern: string): string {
  const date = new Date(time);
  const two = (number: number) => String(number).padStart(2, '0');
  const values: Record<string, string> = {
    yyyy: String(date.getUTCFullYear()),
    YYYY: String(date.getUTCFullYear()),
    xxxx: String(isoWeek(date).year),
    ww: two(isoWeek(date).week),
    MM: two(date.getUTCMonth() + 1),
    dd: two(date.getUTCDate()),
    HH: two(date.getUTCHours()),
    mm: two(date.getUTCMinutes()),
  };
  return pattern.replace(/yyyy|YYYY|xxxx|ww|MM|dd|HH|mm/g, (letters) => values[letters]!);
}

/** ISO 8601: the week belongs to the year that holds its Thursday. */
function isoWeek(date: Date): { year: number; week: number } {
  const thursday = new Date(date);
  thursday.setUTCDate(date.getUTCDate() + 4 - (date.getUTCDay() || 7));
  const year = thursday.getUTCFullYear();
  return { year, week: Math.ceil(((thursday.getTime() - Date.UTC(year, 0, 1)) / 86_400_000 + 1) / 7) };
}
