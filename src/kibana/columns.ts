/** Columns of a Lens layer: what is on an axis, in a slice or in a cell. Their shapes are Kibana's (`formBased`). */
export interface Column {
  label: string;
  customLabel: true;
  dataType: 'number' | 'date' | 'string' | 'boolean';
  operationType: string;
  isBucketed: boolean;
  scale: 'ratio' | 'interval' | 'ordinal';
  sourceField?: string;
  params?: Record<string, unknown>;
  filter?: { query: string; language: 'kuery' };
  timeScale?: 's' | 'm' | 'h' | 'd';
}

type Format = 'number' | 'bytes' | 'percent';
const formatted = (format: Format, decimals: number) => ({ format: { id: format, params: { decimals } } });
const where = (query: string | undefined) =>
  query === undefined ? {} : { filter: { query, language: 'kuery' as const } };

interface Metric {
  /** Counts or measures these events alone; KQL. */
  where?: string;
  format?: Format;
  decimals?: number;
}

export function count(label: string, { where: query }: Metric = {}): Column {
  return {
    label,
    customLabel: true,
    dataType: 'number',
    operationType: 'count',
    isBucketed: false,
    scale: 'ratio',
    sourceField: '___records___',
    params: { emptyAsNull: false, ...formatted('number', 0) },
    ...where(query),
  };
}

/** Events a second, whatever the width of the columns. */
export function rate(label: string, metric: Metric = {}): Column {
  return { ...count(label, metric), timeScale: 's', params: formatted('number', 2) };
}

function measured(operation: string, label: string, field: string, metric: Metric): Column {
  const { where: query, format, decimals = 1 } = metric;
  return {
    label,
    customLabel: true,
    dataType: 'number',
    operationType: operation,
    isBucketed: false,
    scale: 'ratio',
    sourceField: field,
    params: format === undefined ? {} : formatted(format, decimals),
    ...where(query),
  };
}

export const average = (label: string, field: string, metric: Metric = {}) =>
  measured('average', label, field, metric);
export const sum = (label: string, field: string, metric: Metric = {}) =>
  measured('sum', label, field, metric);
export const max = (label: string, field: string, metric: Metric = {}) =>
  measured('max', label, field, metric);
export const distinct = (label: string, field: string, metric: Metric = {}) =>
  measured('unique_count', label, field, metric);

export function percentile(label: string, field: string, percent: number, metric: Metric = {}): Column {
  const column = measured('percentile', label, field, metric);
  return { ...column, params: { ...column.params, percentile: percent } };
}

/** The field's value in the newest document by `sortField`. */
export function last(label: string, field: string, dataType: Column['dataType'], sortField: string): Column {
  return {
    ...measured('last_value', label, field, { where: `"${field}": *` }),
    dataType,
    scale: dataType === 'number' ? 'ratio' : 'ordinal',
    params: { sortField },
  };
}

export function overTime(field: string): Column {
  return {
    label: field,
    customLabel: true,
    dataType: 'date',
    operationType: 'date_histogram',
    isBucketed: true,
    scale: 'interval',
    sourceField: field,
    params: { interval: 'auto', includeEmptyRows: true, dropPartials: false },
  };
}

/** The `size` most frequent values. `by` is the id of the column that orders them. */
export function top(
  label: string,
  field: string,
  size: number,
  by: string,
  dataType: Column['dataType'] = 'string',
): Column {
  return {
    label,
    customLabel: true,
    dataType,
    operationType: 'terms',
    isBucketed: true,
    scale: 'ordinal',
    sourceField: field,
    params: {
      size,
      orderBy: { type: 'column', columnId: by },
      orderDirection: 'desc',
      otherBucket: false,
      missingBucket: false,
      parentFormat: { id: 'terms' },
    },
  };
}

/** As `top`, with a bucket for the documents that do not have the field. */
export function topOrNone(label: string, field: string, size: number, by: string): Column {
  const column = top(label, field, size, by);
  return { ...column, params: { ...column.params, otherBucket: true, missingBucket: true } };
}

/** One bucket for each query; KQL. */
export function split(label: string, parts: Record<string, string>): Column {
  const filters = Object.entries(parts).map(([name, query]) => ({
    label: name,
    input: { query, language: 'kuery' },
  }));
  return {
    label,
    customLabel: true,
    dataType: 'string',
    operationType: 'filters',
    isBucketed: true,
    scale: 'ordinal',
    params: { filters },
  };
}
