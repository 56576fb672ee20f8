import { fieldOf } from '../query/matcher.ts';
import { valuesOf } from '../storage/column.ts';
import { illegalArgument } from '../store-error.ts';
import type { Aggregator, RequestScope } from './aggregator.ts';
import { type AggregationSpec, checkOptions } from './parse.ts';
import { columnOf, fieldName, missingNumber } from './values.ts';

/**
 * Distinct values that one count holds. Elasticsearch estimates with HyperLogLog++; the store
 * counts exactly up to this many and then refuses.
 */
const maxDistinct = 2_000_000;

/**
 * The number of distinct values. Terms of a segment are first marked by ordinal, so each is decoded
 * and hashed once per segment. `precision_threshold` is accepted and not needed.
 */
export function cardinality(scope: RequestScope, spec: AggregationSpec): Aggregator {
  checkOptions(spec, 'field missing precision_threshold execution_hint rehash');
  const name = fieldName(spec);
  const seen = new Set<string | number>();
  const add = (value: string | number) => {
    seen.add(value);
    if (seen.size > maxDistinct)
      throw illegalArgument(
        `[cardinality] more than ${maxDistinct} distinct values are not supported by this store`,
      );
  };
  return {
    collect(batch, docs) {
      const column = columnOf(batch, name);
      const field = fieldOf(batch.context, name);
      const isNumber = field && ['number', 'date', 'boolean'].includes(field.family);
      const { missing: given } = spec.body;
      const missing =
        given === undefined || isNumber ? missingNumber(given, field, scope.now) : String(given);
      const ordinals = column?.kind === 'term' ? new Uint8Array(column.terms.size) : undefined;
      for (const doc of docs) {
        const [from, to] = column ? valuesOf(column, doc) : [0, 0];
        if (from === to && missing !== undefined) add(missing);
        for (let at = from; at < to; at++)
          if (column!.kind === 'term') ordinals![column!.ordinals[at]! - 1] = 1;
          else add(column!.values[at]!);
      }
      if (column?.kind !== 'term') return;
      for (let at = 0; at < ordinals!.length; at++) if (ordinals![at]) add(column.terms.get(at));
    },
    result: () => ({ value: seen.size }),
    metric: () => seen.size,
  };
}
