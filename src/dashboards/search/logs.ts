import { LogboomError } from '../../errors.ts';
import { levelNames, levelRank } from '../../util/levels.ts';
import type { Bar, ContextAnswer, LineKind, LogRow, LogsAnswer, TimeSpan } from '../model.ts';
import { type Dsl, searchQuery } from './kql.ts';
import { byOffset, byPlace, byTime, type Order, withOffsets } from './order.ts';
import type { Aggregated, Hit, Searcher } from './searcher.ts';
import { histogramOver, intervalOf, within } from './time-span.ts';

const levelsOf = (passes: (rank: number) => boolean): Dsl => ({ terms: { 'log.level': levelNames(passes) } });
const statuses = (from: number, to: number): Dsl => ({
  range: { 'http.response.status_code': { gte: from, lt: to } },
});
const error = levelRank('error')!;
const warning = levelRank('warn')!;
const anyOf = (should: Dsl[], not: Dsl[] = []): Dsl => ({
  bool: { should, minimum_should_match: 1, must_not: not },
});
const errors = anyOf([
  levelsOf((rank) => rank >= error),
  statuses(500, 600),
  { exists: { field: 'error.message' } },
]);
const warnings = anyOf([levelsOf((rank) => rank === warning), statuses(400, 500)], [errors]);

/**
 * Aggregations of errors and of warnings alone, beside those of all events. A filter within each bucket of an aggregation would be
 * evaluated for each of them.
 */
export const byKind = (aggs: { errors: object; warnings: object }): object => ({
  errors: { filter: errors, aggs: aggs.errors },
  warnings: { filter: warnings, aggs: aggs.warnings },
});

/** Elasticsearch shows no more hits of one search by `from` and `size`. */
export const mostRows = 10_000;

interface LogsRequest extends TimeSpan {
  query: string;
  limit: number;
  offset: number;
}

/** Events that match a KQL query, newest first and those of one time as in their file, with a histogram on the first page. Rejects with `KQL_SYNTAX` and `USAGE`. */
export async function findLogs(searcher: Searcher, index: string, asked: LogsRequest): Promise<LogsAnswer> {
  const { query, limit, offset, from, to } = asked;
  if (offset + limit > mostRows)
    throw new LogboomError('USAGE', `A search shows ${mostRows} events at most: ask for an earlier time.`);
  const interval = intervalOf(asked);
  const isFirst = offset === 0;
  const time = histogramOver(asked, interval);
  const body = {
    size: limit,
    from: offset,
    track_total_hits: isFirst ? true : mostRows,
    query: { bool: { filter: [within(asked), searchQuery(query)] } },
    ...(isFirst && { aggs: { time, ...byKind({ errors: { time }, warnings: { time } }) } }),
  };
  const {
    answers: [answer],
    notes,
  } = await withOffsets(searcher, index, async (isByOffset) => {
    const sort = [byTime('desc'), ...(isByOffset ? [byOffset('desc')] : []), ...byPlace('desc')];
    return [await searcher.search(index, { ...body, sort })];
  });
  const end = offset + answer.hits.length;
  return {
    ...{ from, to, total: answer.total, rows: answer.hits.map(rowOf), problems: answer.problems, notes },
    ...(isFirst && { histogram: { interval, bars: barsOf(answer.aggregations) } }),
    ...(end < Math.min(answer.total, mostRows - limit + 1) && answer.hits.length > 0 && { next: end }),
  };
}

/** The lines around one, by their offsets in the same file; where they have none, by their times at the same sender. */
export async function findContext(
  searcher: Searcher,
  index: string,
  asked: { id: string; limit: number },
): Promise<ContextAnswer> {
  const one = await searcher.search(index, {
    size: 1,
    query: { ids: { values: [asked.id] } },
    sort: [byTime('asc'), ...byPlace('asc')],
  });
  const hit = one.hits[0];
  if (hit === undefined)
    throw new LogboomError(
      'NOT_EXPLAINABLE',
      'This event is no longer there; its index may have been removed.',
    );
  const file = ['host.name', 'log.file.path', 'log.file.inode', 'input.type'].flatMap((field) => {
    const value = fieldOf(hit._source, field);
    return value === undefined ? [] : [{ term: { [field]: value } }];
  });
  const offset = fieldOf(hit._source, 'log.offset');
  const [time, ...place] = hit.sort ?? [];
  const side = (order: Order, isByOffset: boolean) =>
    searcher.search(index, {
      size: asked.limit,
      query: { bool: { filter: [...file, { exists: { field: isByOffset ? 'log.offset' : '@timestamp' } }] } },
      sort: [isByOffset ? byOffset(order) : byTime(order), ...byPlace(order)],
      search_after: [isByOffset ? offset : time, ...place],
    });
  const sides = (isByOffset: boolean) => Promise.all([side('desc', isByOffset), side('asc', isByOffset)]);
  const {
    answers: [before, after],
    notes,
  } =
    typeof offset === 'number'
      ? await withOffsets(searcher, index, sides)
      : { answers: await sides(false), notes: [] };
  return {
    before: before.hits.map(rowOf).reverse(),
    line: rowOf(hit),
    after: after.hits.map(rowOf),
    ...{ problems: [...before.problems, ...after.problems], notes },
  };
}

/** The value of a field, whether it is written with dots or as objects. */
export function fieldOf(document: unknown, name: string): unknown {
  if (typeof document !== 'object' || document === null) return undefined;
  const fields = document as Record<string, unknown>;
  if (Object.hasOwn(fields, name)) return fields[name];
  for (let dot = name.indexOf('.'); dot !== -1; dot = name.indexOf('.', dot + 1)) {
    const first = name.slice(0, dot);
    const found = Object.hasOwn(fields, first) ? fieldOf(fields[first], name.slice(dot + 1)) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : typeof value === 'number' ? String(value) : undefined;

function rowOf({ _id, _index, _source }: Hit): LogRow {
  const text = (name: string) => textOf(fieldOf(_source, name));
  const optional = Object.entries({
    level: text('log.level'),
    service: text('service.name'),
    host: text('host.name'),
    dataset: text('event.dataset') ?? text('data_stream.dataset'),
  }).filter(([, value]) => value !== undefined);
  const status = Number(fieldOf(_source, 'http.response.status_code') ?? Number.NaN);
  return {
    id: _id,
    index: _index,
    at: Date.parse(text('@timestamp') ?? '') || 0,
    kind: kindOf(text('log.level'), status, fieldOf(_source, 'error.message')),
    message: text('message') ?? text('event.original') ?? JSON.stringify(_source),
    ...Object.fromEntries(optional),
    ...(!Number.isNaN(status) && { status }),
    source: _source,
  };
}

function kindOf(level: string | undefined, status: number, problem: unknown): LineKind {
  const rank = levelRank(level ?? '') ?? -1;
  if (rank >= error || status >= 500 || problem !== undefined) return 'error';
  return rank === warning || status >= 400 ? 'warning' : 'other';
}

export interface Bucket extends Aggregated {
  key: string | number;
  doc_count: number;
}

export function bucketsOf(aggregation: unknown): Bucket[] {
  return (aggregation as { buckets?: Bucket[] } | undefined)?.buckets ?? [];
}

/** The number of documents of a filter. */
export const countIn = (bucket: Aggregated, name: string): number =>
  (bucket[name] as { doc_count?: number } | undefined)?.doc_count ?? 0;

/** The histogram `time` of all events, with those of errors and warnings. */
export function barsOf(aggregations: Aggregated): Bar[] {
  const counts = (name: 'errors' | 'warnings') => {
    const { time } = (aggregations[name] ?? {}) as Aggregated;
    return new Map(bucketsOf(time).map(({ key, doc_count }) => [key, doc_count]));
  };
  const [failed, warned] = [counts('errors'), counts('warnings')];
  return bucketsOf(aggregations.time).map(({ key, doc_count }) => ({
    at: Number(key),
    events: doc_count,
    errors: failed.get(key) ?? 0,
    warnings: warned.get(key) ?? 0,
  }));
}
