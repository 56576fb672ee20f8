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
  /** Columns from which this one is computed. */
  references?: string[];
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
export const min = (label: string, field: string, metric: Metric = {}) =>
  measured('min', label, field, metric);
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

/** A metric of a formula: its column, and the words in which the formula has it. */
interface Term {
  column: Column;
  words: string;
}

const whereWords = (query: string | undefined) =>
  query === undefined ? '' : `kql='${query.replaceAll("'", "\\'")}'`;

/** The number of documents as a part of a formula. */
const counted = (query?: string): Term => ({
  column: count('Documents', query === undefined ? {} : { where: query }),
  words: `count(${whereWords(query)})`,
});

/** The highest value of a field as a part of a formula. */
export const highest = (field: string): Term => ({ column: max(field, field), words: `max(${field})` });

/**
 * One metric divided by another one, in per cent: the column `id`, and those from which Kibana computes it, as its editor of formulas
 * writes them.
 */
export function ratio(id: string, label: string, part: Term, whole: Term): Record<string, Column> {
  const text = `${part.words} / ${whole.words}`;
  const [dividend, divisor, quotient] = [`${id}X0`, `${id}X1`, `${id}X2`];
  const inner = { label: `Part of ${label}`, customLabel: true, dataType: 'number' } as const;
  const location = { min: 0, max: text.length };
  const ast = { type: 'function', name: 'divide', args: [dividend, divisor], location, text };
  const computed = { ...inner, isBucketed: false, scale: 'ratio' } as const;
  return {
    [id]: {
      ...computed,
      label,
      operationType: 'formula',
      params: { formula: text, isFormulaBroken: false, ...formatted('percent', 1) },
      references: [quotient],
    },
    [dividend]: { ...part.column, label: inner.label },
    [divisor]: { ...whole.column, label: inner.label },
    [quotient]: {
      ...computed,
      operationType: 'math',
      params: { tinymathAst: ast },
      references: [dividend, divisor],
    },
  };
}

/** The share of the documents that a query matches. */
export const share = (id: string, label: string, query: string): Record<string, Column> =>
  ratio(id, label, counted(query), counted());

/** Ids of the columns that only serve others. */
export function inner(columns: Readonly<Record<string, Column>>): Set<string> {
  return new Set(Object.values(columns).flatMap(({ references = [] }) => references));
}
