import { isObject, type JsonObject } from '../json.ts';
import type { Matcher, Query, QueryContext } from '../query/matcher.ts';
import { parseQuery } from '../query/parse.ts';
import { hasBit } from '../storage/bits.ts';
import { valuesOf } from '../storage/column.ts';
import { illegalArgument } from '../store-error.ts';
import { type Aggregator, type Batch, type Bucket, newBucket, type RequestScope } from './aggregator.ts';
import { type AggregationSpec, checkOptions } from './parse.ts';
import { columnOf, fieldName } from './values.ts';

/** Binds a query to each index once. */
function perIndex(query: Query): (context: QueryContext) => Matcher {
  const known = new Map<QueryContext, Matcher>();
  return (context) => {
    const matcher = known.get(context) ?? query(context);
    known.set(context, matcher);
    return matcher;
  };
}

/** Counts documents into a bucket. */
function add(bucket: Bucket, batch: Batch, docs: Uint16Array): void {
  bucket.count += docs.length;
  bucket.children.collect(batch, docs);
}

/** A bucket as the answer shows it. */
const shown = ({ count, children }: Bucket): JsonObject => ({ doc_count: count, ...children.result() });

/** An aggregation with one bucket of the documents that pass a test. */
function single(
  scope: RequestScope,
  spec: AggregationSpec,
  testFor: (batch: Batch) => (doc: number) => boolean,
): Aggregator {
  const bucket = newBucket(scope, spec.children);
  return {
    collect: (batch, docs) => add(bucket, batch, docs.filter(testFor(batch))),
    result: () => shown(bucket),
    metric: () => bucket.count,
  };
}

/** `filter`: documents that match a query. */
export function filterAggregation(scope: RequestScope, spec: AggregationSpec): Aggregator {
  const matcher = perIndex(parseQuery(spec.body));
  return single(scope, spec, (batch) => {
    const bits = matcher(batch.context).match(batch.segment);
    return (doc) => hasBit(bits, doc);
  });
}

/** `missing`: documents without a value in a field. */
export function missing(scope: RequestScope, spec: AggregationSpec): Aggregator {
  checkOptions(spec, 'field missing');
  const name = fieldName(spec);
  return single(scope, spec, (batch) => {
    const column = columnOf(batch, name);
    return (doc) => {
      const [from, to] = column ? valuesOf(column, doc) : [0, 0];
      return from === to;
    };
  });
}

/** `global`: all documents of the indices, whatever the query. `Aggregations` feeds it with them. */
export function global(scope: RequestScope, spec: AggregationSpec): Aggregator {
  checkOptions(spec, '');
  return single(scope, spec, () => () => true);
}

/**
 * `filters`: a bucket for each query, and one for the rest where the request wants it. Named
 * buckets are sorted by name, as in Elasticsearch.
 */
export function filters(scope: RequestScope, spec: AggregationSpec): Aggregator {
  checkOptions(spec, 'filters other_bucket other_bucket_key keyed');
  const { filters: given, other_bucket: other, other_bucket_key: otherName } = spec.body;
  if (!isObject(given) && !Array.isArray(given)) throw illegalArgument(`[filters] cannot be empty.`);
  if (Object.keys(given).length === 0) throw illegalArgument(`[filters] cannot be empty.`);
  const named = (
    Array.isArray(given) ? given.map((query, at) => [String(at), query] as const) : Object.entries(given)
  ).map(([name, query]) => ({
    name,
    matcher: perIndex(parseQuery(query)),
    bucket: newBucket(scope, spec.children),
  }));
  const rest = other === true || otherName !== undefined ? newBucket(scope, spec.children) : undefined;
  return {
    collect(batch, docs) {
      const sets = named.map(({ matcher }) => matcher(batch.context).match(batch.segment));
      for (const [at, { bucket }] of named.entries())
        add(
          bucket,
          batch,
          docs.filter((doc) => hasBit(sets[at]!, doc)),
        );
      if (rest)
        add(
          rest,
          batch,
          docs.filter((doc) => !sets.some((bits) => hasBit(bits, doc))),
        );
    },
    result() {
      if (Array.isArray(given))
        return { buckets: [...named.map(({ bucket }) => bucket), ...(rest ? [rest] : [])].map(shown) };
      const entries = named
        .map(({ name, bucket }): [string, JsonObject] => [name, shown(bucket)])
        .sort(([a], [b]) => (a < b ? -1 : 1));
      if (rest) entries.push([String(otherName ?? '_other_'), shown(rest)]);
      return { buckets: Object.fromEntries(entries) };
    },
  };
}
