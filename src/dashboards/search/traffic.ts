import type { Change, StatusClass, TimeSpan, TopEntry, TopName, Traffic, TrafficBar } from '../model.ts';
import { statusClasses } from '../model.ts';
import { searchQuery } from './kql.ts';
import { type Bucket, barsOf, bucketsOf, byKind, countIn } from './logs.ts';
import type { Aggregated, Searcher } from './searcher.ts';
import { histogramOver, intervalOf, within } from './time-span.ts';

const bytes = { sum: { field: 'http.response.body.bytes' } };
const duration = { avg: { field: 'event.duration' } };

type FieldName = Exclude<TopName, 'sections'>;
const fields: Record<FieldName, string> = {
  paths: 'url.path',
  clients: 'source.address',
  hosts: 'host.name',
  services: 'service.name',
  datasets: 'event.dataset',
};
/** Sections are made of the most frequent paths. */
const pathsRead = 300;
/** Values of a field by their errors, to be found beside those by their events. */
const errorsRead = 1_000;
/** Values of a field that are compared with the time before. */
const changesRead = 200;
const shown = 20;
/** Fields whose values are compared with the time before. */
const compared = ['url.path', 'source.address', 'host.name', 'service.name', 'error.type', 'log.logger'];
/** A value must be so frequent to count as new or growing, and grow by this factor. */
const leastNow = 5;
const leastGrowth = 2;

/** What happened within a time. `query` is KQL that events must match. Rejects with `KQL_SYNTAX`. */
export async function findTraffic(
  searcher: Searcher,
  index: string,
  asked: TimeSpan & { query: string },
): Promise<Traffic> {
  const { from, to, query } = asked;
  const interval = intervalOf(asked);
  const matching = searchQuery(query);
  const [now, compare] = await Promise.all([
    searcher.search(index, {
      size: 0,
      track_total_hits: true,
      query: { bool: { filter: [within(asked), matching] } },
      aggs: trafficAggs(asked, interval),
    }),
    searcher.search(index, {
      size: 0,
      track_total_hits: false,
      query: { bool: { filter: [within({ from: from - (to - from), to }), matching] } },
      aggs: changeAggs(asked),
    }),
  ]);
  const { aggregations } = now;
  const sums = await sumsOf(searcher, index, asked, aggregations);
  const entries = (name: FieldName) => entriesOf(aggregations, sums.aggregations, name);
  const paths = entries('paths');
  return {
    ...{ from, to, interval, events: now.total, errors: countIn(aggregations, 'errors') },
    bytes: valueIn(aggregations, 'bytes') ?? 0,
    bars: trafficBarsOf(aggregations),
    statuses: statusesOf(aggregations),
    levels: bucketsOf(aggregations.levels).map(({ key, doc_count }) => ({
      value: String(key),
      events: doc_count,
    })),
    tops: {
      sections: sectionsOf(paths).slice(0, shown),
      paths: paths.slice(0, shown),
      clients: entries('clients'),
      hosts: entries('hosts'),
      services: entries('services'),
      datasets: entries('datasets'),
    },
    slowest: paths
      .filter((path) => path.duration !== undefined)
      .toSorted((one, other) => other.duration! - one.duration!)
      .slice(0, shown),
    changes: changesOf(compare.aggregations),
    problems: [...new Set([...now.problems, ...sums.problems, ...compare.problems])],
  };
}

function trafficAggs(span: TimeSpan, interval: number): object {
  const time = histogramOver(span, interval);
  const tops = (size: (name: string) => number) =>
    Object.fromEntries(
      Object.entries(fields).map(([name, field]) => [name, { terms: { field, size: size(name) } }]),
    );
  return {
    bytes,
    ...byKind({ errors: { time, ...tops(() => errorsRead) }, warnings: { time } }),
    time: histogramOver(span, interval, {
      bytes,
      latency: { percentiles: { field: 'event.duration', percents: [50, 95] } },
    }),
    levels: { terms: { field: 'log.level', size: 12 } },
    statuses: {
      range: {
        field: 'http.response.status_code',
        ranges: statusClasses.map((key, at) => ({ key, from: (at + 1) * 100, to: (at + 2) * 100 })),
      },
    },
    ...tops((name) => (name === 'paths' ? pathsRead : shown)),
  };
}

/**
 * Bytes and durations of the frequent values. A second search sums them: in the search that counts, the store would sum them for each
 * value of a field, and a field may have hundreds of thousands of values.
 */
async function sumsOf(
  searcher: Searcher,
  index: string,
  asked: TimeSpan & { query: string },
  counts: Aggregated,
): Promise<{ aggregations: Aggregated; problems: string[] }> {
  const aggs = Object.entries(fields).flatMap(([name, field]) => {
    const include = bucketsOf(counts[name]).map(({ key }) => String(key));
    if (include.length === 0) return [];
    return [[name, { terms: { field, include, size: include.length }, aggs: { bytes, duration } }]];
  });
  if (aggs.length === 0) return { aggregations: {}, problems: [] };
  return searcher.search(index, {
    ...{ size: 0, track_total_hits: false },
    query: { bool: { filter: [within(asked), searchQuery(asked.query)] } },
    aggs: Object.fromEntries(aggs),
  });
}

/** The most frequent values of each compared field, in the time and in the one before it. */
function changeAggs({ from }: TimeSpan): object {
  const terms = (size: number) =>
    Object.fromEntries(compared.map((field) => [field, { terms: { field, size } }]));
  const side = (bound: 'lt' | 'gte', size: number) => ({
    filter: { range: { '@timestamp': { [bound]: from, format: 'epoch_millis' } } },
    aggs: terms(size),
  });
  return { now: side('gte', changesRead), before: side('lt', 10 * changesRead) };
}

/** Where nothing was there before, nothing is called new. */
function changesOf(aggregations: Aggregated): Change[] {
  if (countIn(aggregations, 'before') === 0) return [];
  const counts = (side: 'now' | 'before', field: string) =>
    bucketsOf(((aggregations[side] ?? {}) as Aggregated)[field]).map(
      ({ key, doc_count }) => [String(key), doc_count] as const,
    );
  const all = compared.flatMap((field) => {
    const before = new Map(counts('before', field));
    return counts('now', field).map(([value, now]) => ({
      field,
      value,
      before: before.get(value) ?? 0,
      now,
    }));
  });
  return all
    .filter(({ before, now }) => now >= leastNow && now >= leastGrowth * before)
    .toSorted((one, other) => growth(other) - growth(one))
    .slice(0, shown);
}

/** How far a count is beyond what chance makes of the one before. */
const growth = ({ before, now }: Change) => (now - before) / Math.sqrt(before + 1);

function statusesOf(aggregations: Aggregated): Record<StatusClass, number> {
  const found = new Map(bucketsOf(aggregations.statuses).map(({ key, doc_count }) => [key, doc_count]));
  return Object.fromEntries(statusClasses.map((name) => [name, found.get(name) ?? 0])) as Record<
    StatusClass,
    number
  >;
}

function valueIn(bucket: Aggregated, name: string): number | undefined {
  return (bucket[name] as { value?: number | null } | undefined)?.value ?? undefined;
}

/** The values of a field with their numbers of events, of errors and of bytes. */
function entriesOf(aggregations: Aggregated, sums: Aggregated, name: FieldName): TopEntry[] {
  const failed = ((aggregations.errors ?? {}) as Aggregated)[name];
  const errors = new Map(bucketsOf(failed).map(({ key, doc_count }) => [key, doc_count]));
  const summed = new Map(bucketsOf(sums[name]).map((bucket: Bucket) => [bucket.key, bucket]));
  return bucketsOf(aggregations[name]).map((bucket) => {
    const sum = summed.get(bucket.key) ?? {};
    const nanoseconds = valueIn(sum, 'duration');
    return {
      value: String(bucket.key),
      events: bucket.doc_count,
      errors: errors.get(bucket.key) ?? 0,
      bytes: valueIn(sum, 'bytes') ?? 0,
      ...(nanoseconds !== undefined && { duration: nanoseconds / 1e6 }),
    };
  });
}

function trafficBarsOf(aggregations: Aggregated): TrafficBar[] {
  const buckets = bucketsOf(aggregations.time);
  return barsOf(aggregations).map((bar, number) => {
    const bucket = buckets[number]!;
    const { values = {} } = (bucket.latency ?? {}) as { values?: Record<string, number | null> };
    const millis = (percent: string) => {
      const nanoseconds = values[percent] ?? Number.NaN;
      return Number.isFinite(nanoseconds) ? nanoseconds / 1e6 : undefined;
    };
    const [p50, p95] = [millis('50.0'), millis('95.0')];
    return {
      ...bar,
      bytes: valueIn(bucket, 'bytes') ?? 0,
      ...(p50 !== undefined && { p50 }),
      ...(p95 !== undefined && { p95 }),
    };
  });
}

/** The first segment of a path: `/pages` of `/pages/create`, and `/` of `/index.html`. */
export function sectionOf(path: string): string {
  const second = path.indexOf('/', 1);
  return second > 0 ? path.slice(0, second) : '/';
}

function sectionsOf(paths: readonly TopEntry[]): TopEntry[] {
  const sections = new Map<string, TopEntry>();
  for (const { value, events, errors, bytes: size } of paths) {
    const name = sectionOf(value);
    const known = sections.get(name) ?? { value: name, events: 0, errors: 0, bytes: 0 };
    sections.set(name, {
      value: name,
      events: known.events + events,
      errors: known.errors + errors,
      bytes: known.bytes + size,
    });
  }
  return [...sections.values()].toSorted((one, other) => other.events - one.events);
}
