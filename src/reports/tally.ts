import type { FieldValue, LogEvent, Millis } from '../model.ts';
import { HeavyHitters } from '../util/heavy-hitters.ts';
import { canonicalLevel, levelRank, presentValues } from '../util/levels.ts';
import type { Figures, Span, TopList, TopRow } from './report.ts';
import { SlowPaths } from './slow-paths.ts';

/** An event as a report reads it. */
export type ReportedEvent = Pick<LogEvent, 'get' | 'has' | 'names' | 'time' | 'source'>;

/** Whether an event counts as an error. */
export type IsError = (event: ReportedEvent) => boolean;

const errorRank = levelRank('error')!;

/** A status of 500 or more, or a level of error or worse. */
export const isErrorByDefault: IsError = (event) => {
  const status = numberIn(event.get('http.response.status_code'));
  if (status !== undefined && status >= 500) return true;
  const level = textIn(event.get('log.level'));
  return level !== undefined && (levelRank(level) ?? -1) >= errorRank;
};

export function textIn(value: FieldValue): string | undefined {
  const [first] = presentValues(value);
  return first === undefined ? undefined : String(first);
}

function numberIn(value: FieldValue): number | undefined {
  const [first] = presentValues(value);
  const number = typeof first === 'string' ? Number(first) : first;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

/** Events and errors of an interval: all that a comparison needs. */
export class Tally {
  events = 0;
  errors = 0;
  bytes = 0;
  readonly span: Span;

  constructor(span: Span) {
    this.span = span;
  }

  has(time: Millis): boolean {
    return time >= this.span.from && time < this.span.to;
  }

  add(event: ReportedEvent, isError: boolean): void {
    this.events += 1;
    if (isError) this.errors += 1;
    this.bytes += Math.max(0, numberIn(event.get('http.response.body.bytes')) ?? 0);
  }

  figures(): Figures {
    const { events, errors, bytes, span } = this;
    const seconds = (span.to - span.from) / 1_000;
    return {
      events,
      errors,
      errorRate: events === 0 ? 0 : errors / events,
      bytes,
      perSecond: events / seconds,
    };
  }
}

/** Values that are kept for certain in each list. Beyond 10,000 the numbers are estimates with a stated error. */
const capacity = 10_000;
const longestValue = 500;
/** Parts of the interval in a chart. */
const mostParts = 60;

/** The first part of a path: `/api` for `/api/orders/17`. */
function sectionOf(path: string): string {
  return /^\/[^/?#;]*/.exec(path)?.[0] ?? path;
}

/** Everything that a report says of its own interval. */
export class FullTally extends Tally {
  readonly clients = new HeavyHitters(capacity);
  readonly sections = new HeavyHitters(capacity);
  readonly paths = new HeavyHitters(capacity);
  readonly hosts = new HeavyHitters(capacity);
  readonly statuses = new HeavyHitters(1_000);
  readonly levels = new HeavyHitters(1_000);
  readonly slow = new SlowPaths();
  readonly series: [at: Millis, events: number, errors: number][];
  readonly #part: Millis;

  constructor(span: Span) {
    super(span);
    this.#part = Math.max(1, Math.ceil((span.to - span.from) / mostParts));
    const parts = Math.ceil((span.to - span.from) / this.#part);
    this.series = Array.from({ length: parts }, (_, place) => [span.from + place * this.#part, 0, 0]);
  }

  override add(event: ReportedEvent, isError: boolean): void {
    super.add(event, isError);
    const errors = isError ? 1 : 0;
    const part = this.series[Math.floor((event.time - this.span.from) / this.#part)]!;
    part[1] += 1;
    part[2] += errors;
    this.#count(this.clients, event.get('source.ip') ?? event.get('source.address'), errors);
    this.#count(this.hosts, event.get('host.name'), errors);
    this.#count(this.statuses, event.get('http.response.status_code'), errors);
    const level = textIn(event.get('log.level'));
    if (level !== undefined) this.levels.add(canonicalLevel(level).slice(0, longestValue), 1, errors);
    this.#addPath(event, errors);
  }

  #count(list: HeavyHitters, value: FieldValue, errors: number): void {
    const text = textIn(value);
    if (text !== undefined) list.add(text.slice(0, longestValue), 1, errors);
  }

  #addPath(event: ReportedEvent, errors: number): void {
    const path = textIn(event.get('url.path'))?.slice(0, longestValue);
    if (path === undefined) return;
    this.paths.add(path, 1, errors);
    this.sections.add(sectionOf(path), 1, errors);
    const duration = numberIn(event.get('event.duration'));
    if (duration !== undefined && duration >= 0) this.slow.add(path, duration);
  }
}

export function topList(list: HeavyHitters, most: number): TopList {
  const distinct = list.floor === 0 ? [...list.values].length : undefined;
  return { rows: rowsOf(list, most), distinct };
}

export const rowsOf = (list: HeavyHitters, most: number): TopRow[] => list.top(most);
