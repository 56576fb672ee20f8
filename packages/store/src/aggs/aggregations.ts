import type { Millis } from '@logboom/common';
import type { JsonObject } from '../json.ts';
import type { QueryContext } from '../query/matcher.ts';
import { docsOf } from '../storage/bits.ts';
import type { Segment } from '../storage/segment.ts';
import { illegalArgument, parsingError } from '../store-error.ts';
import {
  type Aggregator,
  bucketCounter,
  Children,
  ordinalBudget,
  type RequestScope,
  termCounter,
} from './aggregator.ts';
import { cardinality } from './cardinality.ts';
import { composite } from './composite.ts';
import { filterAggregation, filters, global, missing } from './filters.ts';
import { dateHistogram, histogram } from './histogram.ts';
import { average, extendedStats, maximum, minimum, stats, sum, valueCount } from './metrics.ts';
import type { AggregationSpec } from './parse.ts';
import { percentiles } from './percentiles.ts';
import { dateRange, range } from './ranges.ts';
import { terms } from './terms.ts';
import { topHits } from './top-hits.ts';

/**
 * Makes the aggregator of one bucket from a spec.
 * @throws StoreError for options that are malformed or not supported.
 */
type Factory = (scope: RequestScope, spec: AggregationSpec) => Aggregator;

/** Aggregations that yield numbers or hits and hold no others. */
const metrics: Record<string, Factory> = {
  avg: average,
  sum,
  min: minimum,
  max: maximum,
  stats,
  extended_stats: extendedStats,
  value_count: valueCount,
  cardinality,
  percentiles,
  top_hits: topHits,
};

/** Aggregations that divide documents into buckets. */
const buckets: Record<string, Factory> = {
  terms,
  histogram,
  date_histogram: dateHistogram,
  range,
  date_range: dateRange,
  filter: filterAggregation,
  filters,
  missing,
  global,
  composite,
};

/**
 * The aggregator of a spec.
 * @throws StoreError for unknown types.
 */
function build(scope: RequestScope, spec: AggregationSpec): Aggregator {
  const { type, name, children } = spec;
  if (Object.hasOwn(metrics, type)) {
    if (children.length > 0)
      throw illegalArgument(`Aggregator [${name}] of type [${type}] cannot accept sub-aggregations`);
    return metrics[type]!(scope, spec);
  }
  if (!Object.hasOwn(buckets, type))
    throw parsingError(`Unknown aggregation type [${type}], or one that this store does not support`, {
      caused_by: { type: 'named_object_not_found_exception', reason: `unknown field [${type}]` },
    });
  return buckets[type]!(scope, spec);
}

/**
 * All aggregations of one search. They are fed segment by segment and answer when all segments were
 * seen.
 *
 * Memory is bounded by limits on buckets, terms and values, each of which fails the search with an
 * error.
 * @throws StoreError from the constructor for whatever is wrong with the request, whether or not a document matches.
 */
export class Aggregations {
  readonly #children: Children;
  readonly #global: Children;
  readonly #hasGlobal: boolean;

  constructor(specs: AggregationSpec[], now: Millis) {
    const scope: RequestScope = {
      now,
      addBucket: bucketCounter(),
      addTerm: termCounter(),
      takeOrdinals: ordinalBudget(),
      checked: new WeakSet(),
      build: (spec) => build(scope, spec),
    };
    const isGlobal = (spec: AggregationSpec) => spec.type === 'global';
    for (const spec of specs) refuseInner(spec.children);
    // Aggregations within are built with their bucket. Building all of them once here refuses a
    // malformed request even if no bucket is made.
    for (const spec of specs) tryAll(scope, spec.children);
    this.#children = new Children(
      scope,
      specs.filter((spec) => !isGlobal(spec)),
    );
    this.#global = new Children(scope, specs.filter(isGlobal));
    this.#hasGlobal = specs.some(isGlobal);
  }

  /**
   * Shows the matching documents of one segment. `docs` is ascending; `scores` is by document
   * number. Aggregations of type `global` get all live documents.
   */
  collect(
    context: QueryContext,
    segment: Segment,
    docs: Uint16Array,
    scores: Float64Array | undefined,
  ): void {
    const batch = { context, segment, scores };
    this.#children.collect(batch, docs);
    if (this.#hasGlobal) this.#global.collect(batch, docsOf(segment.live));
  }

  /** The `aggregations` of the answer. Called once. */
  result(): JsonObject {
    return { ...this.#children.result(), ...this.#global.result() };
  }
}

/** A `global` aggregation is only allowed at the top. */
function refuseInner(specs: AggregationSpec[]): void {
  for (const { type, name, children } of specs) {
    if (type === 'global')
      throw illegalArgument(
        `Aggregation [${name}] cannot have a global sub-aggregation: global aggregations can only be defined at the top level`,
      );
    refuseInner(children);
  }
}

/** Builds everything once, so that a request is refused even if no document falls into a bucket. */
function tryAll(scope: RequestScope, specs: AggregationSpec[]): void {
  for (const spec of specs) {
    build(scope, spec);
    tryAll(scope, spec.children);
  }
}
