import type { Column } from '../../../src/kibana/columns.ts';
import { kibanaDsl, type ViewField } from './kibana.ts';
import type { Answer } from './peers.ts';

/** A chart of a dashboard as it is imported. */
export interface LensPanel {
  dashboard: string;
  title: string;
  /** Id of its data view. */
  view: string;
  query: string;
  columns: Record<string, Column>;
}

type Dsl = Record<string, unknown>;

/** The search by which Lens would fill a chart: buckets within one another in the order of columns, metrics innermost. */
export function searchOf({ query, columns }: LensPanel, view: ViewField[]): Dsl {
  const all = Object.entries(askedOf(columns));
  const metrics = Object.fromEntries(
    all.filter(([, { isBucketed }]) => !isBucketed).map(([id, column]) => [id, filtered(column, view)]),
  );
  const buckets = all.filter(([, { isBucketed }]) => isBucketed);
  const aggs = buckets.reduceRight<Dsl>(
    (inner, [id, column]) => ({ [id]: { ...bucketsOf(column, view), aggs: inner } }),
    metrics,
  );
  return { size: 0, query: kibanaDsl(query, view), aggs };
}

/** Without what Kibana computes of the answer. */
function askedOf(columns: Record<string, Column>): Record<string, Column> {
  const asked = Object.entries(columns).filter(([, { references }]) => references === undefined);
  return Object.fromEntries(asked);
}

function bucketsOf({ operationType, sourceField, params }: Column, view: ViewField[]): Dsl {
  if (operationType === 'date_histogram')
    return { date_histogram: { field: sourceField, fixed_interval: '1d', min_doc_count: 1 } };
  if (operationType === 'terms')
    return {
      terms: {
        field: sourceField,
        size: params!.size,
        ...(params!.missingBucket === true && missingOf(sourceField!, view)),
      },
    };
  if (operationType === 'filters') {
    const parts = params!.filters as { label: string; input: { query: string } }[];
    const named = parts.map(({ label, input }) => [label, kibanaDsl(input.query, view)]);
    return { filters: { filters: Object.fromEntries(named) } };
  }
  throw new Error(`no buckets by ${operationType}`);
}

/** A bucket of the documents without the field; of a field of addresses Kibana asks for none. */
function missingOf(field: string, view: ViewField[]): Dsl {
  const type = view.find(({ name }) => name === field)?.type;
  return type === undefined || type === 'keyword' ? { missing: '__missing__' } : {};
}

function filtered(column: Column, view: ViewField[]): Dsl {
  const filter = column.filter === undefined ? { match_all: {} } : kibanaDsl(column.filter.query, view);
  const metric = metricOf(column);
  return { filter, ...(metric && { aggs: { value: metric } }) };
}

function metricOf({ operationType, sourceField: field, params }: Column): Dsl | undefined {
  switch (operationType) {
    case 'count':
      return undefined;
    case 'average':
      return { avg: { field } };
    case 'sum':
    case 'max':
    case 'min':
      return { [operationType]: { field } };
    case 'unique_count':
      return { cardinality: { field } };
    case 'percentile':
      return { percentiles: { field, percents: [params!.percentile] } };
    case 'last_value':
      return { top_hits: { size: 1, sort: [{ [params!.sortField as string]: 'desc' }] } };
    default:
      throw new Error(`no metric ${operationType}`);
  }
}

/** Whether a chart with this answer shows anything but emptiness. */
export function showsSomething(aggregations: Answer, columns: Record<string, Column>): boolean {
  const [id, ...others] = Object.keys(askedOf(columns));
  if (id === undefined) return false;
  const rest = Object.fromEntries(others.map((other) => [other, columns[other]!]));
  const found = aggregations[id];
  if (columns[id]!.isBucketed) {
    const buckets = Array.isArray(found.buckets) ? found.buckets : Object.values(found.buckets);
    return buckets.some((bucket: Answer) => showsSomething(bucket, rest));
  }
  return hasValue(found) || showsSomething(aggregations, rest);
}

function hasValue({ doc_count, value }: Answer): boolean {
  if (doc_count === 0 || value === undefined) return doc_count > 0;
  if (value.hits) return value.hits.total.value > 0;
  const figures = value.values ? Object.values(value.values) : [value.value];
  return figures.some((figure) => figure !== null);
}
