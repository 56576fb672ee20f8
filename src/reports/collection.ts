import type { Millis } from '../model.ts';
import { PatternMiner } from './patterns.ts';
import type { Figures, PatternRow, Report, ReportedAlert, Span } from './report.ts';
import {
  FullTally,
  type IsError,
  isErrorByDefault,
  type ReportedEvent,
  rowsOf,
  Tally,
  textIn,
  topList,
} from './tally.ts';

const week: Millis = 7 * 86_400_000;

/** Intervals of a report, in the order in which patterns are counted. */
const main = 0;
const earlier = 1;
const weekBefore = 2;

const mostSources = 10_000;
const mostSilent = 50;

/** The interval before, as long as this one. */
export const spanBefore = ({ from, to }: Span): Span => ({ from: from - (to - from), to: from });
export const spanLastWeek = ({ from, to }: Span): Span => ({ from: from - week, to: to - week });

export interface CollectionOptions {
  span: Span;
  /** The interval to compare with; by default of equal length. */
  before?: Span | undefined;
  isError?: IsError | undefined;
  /** Events that it does not concern are left out. */
  filter?: ((event: ReportedEvent) => boolean) | undefined;
}

/** What a report needs beside the events. */
interface ReportContext {
  name: string;
  zone: string;
  createdAt: Millis;
  source: string;
  /** Rows of a list. */
  top: number;
  alerts?: readonly ReportedAlert[] | undefined;
  /** Figures from elsewhere, of intervals of which no event was read. */
  before?: Figures | undefined;
  lastWeek?: Figures | undefined;
  remarks?: readonly string[];
}

/**
 * Collects the events of a report, in any order and in bounded memory. It takes those of the interval, of the one before and of the
 * same one a week before, and leaves others out.
 */
export class Collection {
  readonly #main: FullTally;
  readonly #before: Tally;
  readonly #lastWeek: Tally;
  readonly #isError: IsError;
  readonly #filter: CollectionOptions['filter'];
  readonly #miner = new PatternMiner(3);
  readonly #sources = new Map<string, { events: number; before: number; lastSeen: Millis }>();
  #sourcesLeftOut = false;

  constructor({ span, before = spanBefore(span), isError = isErrorByDefault, filter }: CollectionOptions) {
    this.#main = new FullTally(span);
    this.#before = new Tally(before);
    this.#lastWeek = new Tally(spanLastWeek(span));
    this.#isError = isError;
    this.#filter = filter;
  }

  get events(): number {
    return this.#main.events;
  }

  add(event: ReportedEvent): void {
    const { time } = event;
    const isMain = this.#main.has(time);
    const isBefore = this.#before.has(time);
    const isWeekBefore = this.#lastWeek.has(time);
    if (!(isMain || isBefore || isWeekBefore) || this.#filter?.(event) === false) return;
    const isError = this.#isError(event);
    if (isMain) this.#main.add(event, isError);
    if (isBefore) this.#before.add(event, isError);
    if (isWeekBefore) this.#lastWeek.add(event, isError);
    this.#mine(event, isMain ? main : isBefore ? earlier : weekBefore);
    if (isMain || isBefore) this.#see(event, isMain);
  }

  report(context: ReportContext): Report {
    const { name, zone, createdAt, source, top, alerts } = context;
    const full = this.#main;
    const { span } = full;
    const before = this.#before.events > 0 ? this.#before.figures() : context.before;
    return {
      id: `${name}|${new Date(span.from).toISOString()}|${new Date(span.to).toISOString()}`,
      ...{ name, ...span, zone, createdAt, source, figures: full.figures(), before },
      lastWeek: this.#lastWeek.events > 0 ? this.#lastWeek.figures() : context.lastWeek,
      series: full.series,
      ...{ statuses: rowsOf(full.statuses, 100), levels: rowsOf(full.levels, 20) },
      ...{ clients: topList(full.clients, top), sections: topList(full.sections, top) },
      ...{ paths: topList(full.paths, top), hosts: topList(full.hosts, top), slowest: full.slow.top(top) },
      newPatterns: this.#hasPast
        ? this.#patterns(top, (counts) => counts[earlier]! + counts[weekBefore]! === 0)
        : [],
      patterns: this.#patterns(top, () => true),
      silentSources: this.#silent(),
      alerts: alerts && [...alerts],
      remarks: [...(context.remarks ?? []), ...this.#limits(before)],
    };
  }

  /** Without events before there is nothing to be new against. */
  get #hasPast(): boolean {
    return this.#before.events + this.#lastWeek.events > 0;
  }

  /** Lines of access logs are told apart by their paths and statuses, not by their text. */
  #mine(event: ReportedEvent, interval: number): void {
    if (event.get('url.path') !== undefined) return;
    const message = textIn(event.get('message'));
    if (message !== undefined) this.#miner.add(message, interval, textIn(event.get('log.level')));
  }

  #see({ source, time }: ReportedEvent, isMain: boolean): void {
    let seen = this.#sources.get(source);
    if (seen === undefined) {
      this.#sourcesLeftOut ||= this.#sources.size >= mostSources;
      if (this.#sources.size >= mostSources) return;
      seen = { events: 0, before: 0, lastSeen: time };
      this.#sources.set(source, seen);
    }
    if (isMain) seen.events += 1;
    else seen.before += 1;
    seen.lastSeen = Math.max(seen.lastSeen, time);
  }

  #silent(): Report['silentSources'] {
    return [...this.#sources]
      .filter(([, { events }]) => events === 0)
      .map(([source, { before, lastSeen }]) => ({ source, lastSeen, events: before }))
      .sort((one, other) => other.events - one.events || (one.source < other.source ? -1 : 1))
      .slice(0, mostSilent);
  }

  #patterns(most: number, wanted: (counts: readonly number[]) => boolean): PatternRow[] {
    return this.#miner.patterns
      .filter(({ counts }) => counts[main]! > 0 && wanted(counts))
      .sort((one, other) => other.counts[main]! - one.counts[main]!)
      .slice(0, most)
      .map(({ words, counts, example, level }) => ({
        ...{ pattern: words.join(' '), events: counts[main]!, example },
        ...(level !== undefined && { level }),
      }));
  }

  #limits(before: Figures | undefined): string[] {
    const { clients, sections, paths, hosts, slow } = this.#main;
    const lists = Object.entries({ clients, sections, paths, hosts }).filter(([, { floor }]) => floor > 0);
    return [
      ...lists.map(
        ([list, { floor }]) =>
          `There were too many different ${list} to count each: numbers are too low by ${floor.toLocaleString('en')} at most.`,
      ),
      ...(slow.forgotten > 0
        ? [
            'There were too many different paths to keep the durations of each: those that took least time in all were left out.',
          ]
        : []),
      ...(this.#miner.others > 0
        ? [
            `${this.#miner.others.toLocaleString('en')} messages are in no pattern, because there were more than 2,000.`,
          ]
        : []),
      ...(this.#sourcesLeftOut ? ['There were more than 10,000 sources; silent ones may be missing.'] : []),
      ...(before === undefined ? ['Nothing is known about the interval before.'] : []),
    ];
  }
}
