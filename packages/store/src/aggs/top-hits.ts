import { type JsonObject, parsed } from '../json.ts';
import { numberOf } from '../query/shape.ts';
import { TopHits } from '../search/collect.ts';
import { hitOf } from '../search/hits.ts';
import { parseSearch } from '../search/request.ts';
import type { SortKey } from '../search/sort-request.ts';
import { illegalArgument } from '../store-error.ts';
import type { Aggregator, RequestScope } from './aggregator.ts';
import { type AggregationSpec, checkOptions } from './parse.ts';

/** The order by default. */
const byScore: SortKey = {
  field: '_score',
  order: 'desc',
  missing: '_last',
  unmapped: undefined,
  mode: 'max',
  format: undefined,
};

/** Hits. Elasticsearch's `index.max_inner_result_window`. */
const maxHits = 100;

/** The `top_hits` aggregation: the first documents of a bucket, as a search would show them. */
export function topHits(_scope: RequestScope, spec: AggregationSpec): Aggregator {
  checkOptions(
    spec,
    'from size sort _source fields docvalue_fields version seq_no_primary_term track_scores stored_fields',
  );
  const size = numberOf(spec.body.size, 3);
  if (size + numberOf(spec.body.from, 0) > maxHits)
    throw illegalArgument(
      `Top hits result window is too large, the top hits aggregator [${spec.name}]'s from + size must be less than or equal to: [${maxHits}]`,
    );
  const request = parseSearch({ ...spec.body, size });
  const keys = request.sort.length > 0 ? request.sort : [byScore];
  const top = new TopHits(request.from + size, keys, undefined);
  let total = 0;
  let best = Number.NEGATIVE_INFINITY;
  return {
    collect({ context, segment, scores }, docs) {
      if (scores) for (const doc of docs) best = Math.max(best, scores[doc]!);
      total += docs.length;
      top.collect(context, context.index, 0, segment, docs, scores);
    },
    result(): JsonObject {
      const isSorted = request.sort.length > 0;
      const hits = top
        .hits()
        .slice(request.from)
        .map((hit) => parsed(hitOf(hit, request, keys, isSorted)));
      const score = !isSorted && best > Number.NEGATIVE_INFINITY ? best : null;
      return {
        hits: { total: { value: total, relation: 'eq' }, max_score: score, hits: hits as JsonObject[] },
      };
    },
  };
}
