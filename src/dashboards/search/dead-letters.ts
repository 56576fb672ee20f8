import type { DeadLettersAnswer } from '../model.ts';
import { bucketsOf, fieldOf } from './logs.ts';
import type { Searcher } from './searcher.ts';

/** The latest dead letters that reached the sink, and how many there are of each reason. */
export async function findDeadLetters(
  searcher: Searcher,
  index: string,
  { limit, offset }: { limit: number; offset: number },
): Promise<DeadLettersAnswer> {
  const { total, hits, aggregations, problems } = await searcher.search(index, {
    size: limit,
    from: offset,
    track_total_hits: true,
    query: { match_all: {} },
    sort: [{ '@timestamp': { order: 'desc', unmapped_type: 'date' } }],
    aggs: { indices: { terms: { field: 'logboom.deadletter.index', size: 10 } } },
  });
  const text = (source: unknown, name: string) => {
    const value = fieldOf(source, name);
    return value === undefined ? undefined : String(value);
  };
  return {
    total,
    problems,
    indices: bucketsOf(aggregations.indices).map(({ key, doc_count }) => ({
      value: String(key),
      events: doc_count,
    })),
    letters: hits.map(({ _id, _source }) => ({
      id: text(_source, 'logboom.deadletter.id') ?? _id,
      at: Date.parse(text(_source, '@timestamp') ?? '') || 0,
      index: text(_source, 'logboom.deadletter.index') ?? '',
      reason: text(_source, 'error.message') ?? '',
    })),
  };
}
