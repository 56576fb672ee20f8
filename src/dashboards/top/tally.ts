import type { Fields, Millis, Scalar } from '../../model.ts';
import { levelRank } from '../../util/levels.ts';
import type { StatusClass, TopEntry } from '../model.ts';
import { sectionOf } from '../search/traffic.ts';
import type { Snapshot } from '../snapshot.ts';

/** What the tally reads of an event. */
interface TalliedEvent extends Pick<Fields, 'get'> {
  readonly time: Millis;
}

interface Entry {
  events: number;
  errors: number;
  bytes: number;
  nanoseconds: number;
  timed: number;
}

const fields = { paths: 'url.path', clients: 'source.address', hosts: 'host.name' } as const;
type Name = keyof typeof fields | 'sections';

/** Values that are kept of a field. Beyond that the rarest half is forgotten, so counts of rare values are too low. */
const mostValues = 20_000;
const shown = 30;
const barLength: Millis = 2_000;
const barsKept = 60;
const error = levelRank('error')!;

/** Counts events of any number in bounded memory, for `logboom top` on files. Rates are by the times of events. */
export class TrafficTally {
  events = 0;
  errors = 0;
  bytes = 0;
  first: Millis = Number.POSITIVE_INFINITY;
  last: Millis = Number.NEGATIVE_INFINITY;
  readonly #statuses: Record<StatusClass, number> = { '1xx': 0, '2xx': 0, '3xx': 0, '4xx': 0, '5xx': 0 };
  readonly #values: Record<Name, Map<string, Entry>> = {
    ...{ sections: new Map(), paths: new Map(), clients: new Map(), hosts: new Map() },
  };
  /** Events by the number of their bar, for the last two minutes. */
  readonly #bars = new Map<number, number>();

  add(event: TalliedEvent): void {
    const status = Number(event.get('http.response.status_code') ?? Number.NaN);
    const bytes = Number(event.get('http.response.body.bytes') ?? 0) || 0;
    const failed = isError(status, event.get('log.level'));
    this.events += 1;
    this.errors += failed ? 1 : 0;
    this.bytes += bytes;
    if (status >= 100 && status < 600) this.#statuses[`${Math.floor(status / 100)}xx` as StatusClass] += 1;
    this.#countTime(event.time);
    const duration = Number(event.get('event.duration') ?? Number.NaN);
    for (const name of ['paths', 'clients', 'hosts'] as const) {
      const value = event.get(fields[name]);
      if (typeof value !== 'string') continue;
      this.#count(name, value, failed, bytes, duration);
      if (name === 'paths') this.#count('sections', sectionOf(value), failed, bytes, duration);
    }
  }

  /** What is shown. `now` is the wall time while lines arrive; files of the past end where their last event is. */
  view(now: Millis): Omit<Snapshot, 'title' | 'at' | 'alerts' | 'history' | 'sources' | 'problems'> {
    const end = Math.min(now, this.last + barLength);
    const bars = this.#barsUntil(end);
    const rate = (count: number) =>
      bars.slice(-count).reduce((sum, events) => sum + events, 0) / ((count * barLength) / 1_000);
    const length = Math.max(1_000, this.last - this.first);
    const paths = this.#entries('paths');
    return {
      ...{ events: this.events, errors: this.errors, bytes: this.bytes, statuses: { ...this.#statuses } },
      rates: {
        ...{ now: rate(1), ten: rate(5), minutes: rate(barsKept) },
        lifetime: this.events === 0 ? 0 : this.events / (length / 1_000),
      },
      spark: bars,
      tops: {
        ...{ sections: this.#entries('sections').slice(0, shown), paths: paths.slice(0, shown) },
        ...{
          clients: this.#entries('clients').slice(0, shown),
          hosts: this.#entries('hosts').slice(0, shown),
        },
      },
      slowest: paths
        .filter(({ duration }) => duration !== undefined)
        .toSorted((one, other) => other.duration! - one.duration!)
        .slice(0, shown),
    };
  }

  #countTime(time: Millis): void {
    this.first = Math.min(this.first, time);
    this.last = Math.max(this.last, time);
    const bar = Math.floor(time / barLength);
    const oldest = Math.floor(this.last / barLength) - barsKept;
    if (bar <= oldest) return;
    this.#bars.set(bar, (this.#bars.get(bar) ?? 0) + 1);
    if (this.#bars.size > 2 * barsKept)
      for (const key of this.#bars.keys()) if (key <= oldest) this.#bars.delete(key);
  }

  #barsUntil(end: Millis): number[] {
    if (this.events === 0) return [];
    const last = Math.floor(end / barLength);
    return Array.from({ length: barsKept }, (_, number) => this.#bars.get(last - barsKept + number) ?? 0);
  }

  #count(name: Name, value: string, failed: boolean, bytes: number, duration: number): void {
    const values = this.#values[name];
    let entry = values.get(value);
    if (entry === undefined) {
      if (values.size >= mostValues) forgetRare(values);
      entry = { events: 0, errors: 0, bytes: 0, nanoseconds: 0, timed: 0 };
      values.set(value, entry);
    }
    entry.events += 1;
    entry.errors += failed ? 1 : 0;
    entry.bytes += bytes;
    if (Number.isNaN(duration)) return;
    entry.nanoseconds += duration;
    entry.timed += 1;
  }

  #entries(name: Name): TopEntry[] {
    const entries = [...this.#values[name]].map(([value, { events, errors, bytes, nanoseconds, timed }]) => ({
      ...{ value, events, errors, bytes },
      ...(timed > 0 && { duration: nanoseconds / timed / 1e6 }),
    }));
    return entries.toSorted((one, other) => other.events - one.events);
  }
}

function isError(status: number, level: Scalar | readonly Scalar[] | undefined): boolean {
  return status >= 500 || (typeof level === 'string' && (levelRank(level) ?? -1) >= error);
}

function forgetRare(values: Map<string, Entry>): void {
  const counts = [...values.values()].map(({ events }) => events).toSorted((one, other) => one - other);
  const median = counts[Math.floor(counts.length / 2)]!;
  let left = Math.floor(values.size / 2);
  for (const [value, { events }] of values)
    if (events <= median && left > 0) {
      values.delete(value);
      left -= 1;
    }
}
