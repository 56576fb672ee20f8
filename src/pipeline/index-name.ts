import type { IndexingConfig } from '../config/outputs.ts';
import type { Fields, FieldValue, Millis } from '../model.ts';

/** What a name is made from: an event, with its `@metadata` in reach. */
export interface Named extends Fields {
  readonly time: Millis;
  metadata(name: string): FieldValue;
}

/** Where a document goes. `stream` is there for data streams only: its parts belong into the document. */
export interface Destination {
  index: string;
  stream: { type: string; dataset: string; namespace: string } | undefined;
}

/**
 * Names the index of each event: the data stream `logs-<dataset>-<namespace>`, or what a pattern in Logstash's
 * way of writing says (`%{field}`, `%{[nested][field]}`, `%{[@metadata][beat]}`, `%{+yyyy.MM.dd}` of event time in UTC).
 */
export function createIndexNames(config: IndexingConfig): (event: Named) => Destination {
  if (config.index !== undefined) {
    const parts = parsePattern(config.index);
    return (event) => ({ index: legalName(parts.map((part) => part(event)).join('')), stream: undefined });
  }
  const known = new Map<string, Destination>();
  return (event) => {
    const dataset =
      textOf(event.get('data_stream.dataset')) ?? textOf(event.get('event.dataset')) ?? config.dataset;
    const namespace = textOf(event.get('data_stream.namespace')) ?? config.namespace;
    const key = `${dataset} ${namespace}`;
    let destination = known.get(key);
    if (!destination) {
      const stream = {
        type: 'logs',
        dataset: streamPart(dataset, 'generic'),
        namespace: streamPart(namespace, 'default'),
      };
      destination = { index: `${stream.type}-${stream.dataset}-${stream.namespace}`, stream };
      if (known.size < 10_000) known.set(key, destination);
    }
    return destination;
  };
}

/** Elasticsearch refuses these in index names; a hyphen in a part would move the boundaries of a data stream's name. */
function streamPart(text: string, fallback: string): string {
  const part = text
    .toLowerCase()
    .replace(/[\\/*?"<>|\s,#:-]/g, '_')
    .replace(/^[+_.]+/, '')
    .slice(0, 100);
  return part === '' ? fallback : part;
}

function legalName(text: string): string {
  const name = text
    .toLowerCase()
    .replace(/[\\/*?"<>|\s,#:]/g, '_')
    .replace(/^[+_-]+/, '')
    .slice(0, 200);
  return name === '' || name === '.' || name === '..' ? 'logboom' : name;
}

function textOf(value: FieldValue): string | undefined {
  const one = Array.isArray(value) ? value[0] : value;
  return one === undefined || one === null || one === '' ? undefined : String(one);
}

type Part = (event: Named) => string;

function parsePattern(pattern: string): Part[] {
  return pattern
    .split(/(%\{[^}]*\})/)
    .filter(Boolean)
    .map((piece): Part => {
      const inner = /^%\{(.*)\}$/.exec(piece)?.[1];
      if (inner === undefined) return () => piece;
      if (inner.startsWith('+')) return (event) => formatDate(event.time, inner.slice(1));
      const path = inner.startsWith('[')
        ? [...inner.matchAll(/\[([^\]]*)\]/g)].map((match) => match[1]!)
        : [inner];
      if (path[0] === '@metadata') return (event) => textOf(event.metadata(path.slice(1).join('.'))) ?? piece;
      const field = path.join('.');
      return (event) => textOf(event.get(field)) ?? piece;
    });
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
