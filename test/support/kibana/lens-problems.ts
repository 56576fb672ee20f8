import { type Column, inner } from '../../../src/kibana/columns.ts';
import type { Reference } from '../../../src/kibana/saved-object.ts';
import { fieldProblem, isAggregatable, isDate, isNumber, queryProblems } from './field-problems.ts';
import type { Field, Fields } from './fields.ts';

export interface LensAttributes {
  visualizationType: string;
  references: Reference[];
  state: {
    query: { query: string };
    visualization: Record<string, unknown>;
    datasourceStates: {
      formBased: { layers: Record<string, { columns: Record<string, Column>; columnOrder: string[] }> };
    };
  };
}

/** A chart by value on the panel of this index; the dashboard has references of its own to the chart's data views. */
export function lensProblems(
  panelIndex: string,
  chart: LensAttributes,
  onDashboard: Reference[],
  fields: Map<string, Fields>,
): string[] {
  const { layers } = chart.state.datasourceStates.formBased;
  const shown = idsIn(chart.state.visualization);
  const known = new Set([
    ...annotationLayers(chart).map(({ layerId }) => layerId),
    ...Object.entries(layers).flatMap(([id, { columns }]) => [id, ...Object.keys(columns)]),
  ]);
  return [
    ...shown
      .filter((id) => !known.has(id))
      .map((id) => `it shows ${id}, which is neither a layer nor a column`),
    ...annotationProblems(panelIndex, chart, onDashboard, fields),
    ...Object.entries(layers).flatMap(([id, layer]) => {
      const name = `indexpattern-datasource-layer-${id}`;
      const view = chart.references.find((reference) => reference.name === name);
      const outer = onDashboard.find((reference) => reference.name === `${panelIndex}:${name}`);
      if (view === undefined || outer?.id !== view.id)
        return [`the reference ${name} is not on the dashboard, too`];
      const its = fields.get(view.id);
      const serving = inner(layer.columns);
      const unseen = Object.keys(layer.columns).filter(
        (column) => !shown.includes(column) && !serving.has(column),
      );
      return [
        ...unseen.map((column) => `the column ${column} is nowhere shown`),
        ...orderProblems(layer.columns, layer.columnOrder),
        ...Object.entries(layer.columns).flatMap(([column, of]) =>
          columnProblems(column, of, layer.columns, its),
        ),
        ...queryProblems(its, chart.state.query.query),
      ];
    }),
  ];
}

/** Every key whose value names a layer or a column. */
const naming = /^(layerId|columnId|.*[aA]ccessors?|primaryGroups|metrics)$/;

function idsIn(part: unknown): string[] {
  if (typeof part !== 'object' || part === null) return [];
  return Object.entries(part).flatMap(([key, value]) =>
    naming.test(key) ? [value].flat().filter((id): id is string => typeof id === 'string') : idsIn(value),
  );
}

function orderProblems(columns: Record<string, Column>, order: string[]): string[] {
  const bucketed = order.map((id) => columns[id]?.isBucketed === true);
  const all = Object.keys(columns);
  const complete = order.length === all.length && order.every((id) => all.includes(id));
  return [
    ...(complete ? [] : ['columnOrder does not name each column once']),
    ...(bucketed.lastIndexOf(true) <
    (bucketed.indexOf(false) === -1 ? Number.POSITIVE_INFINITY : bucketed.indexOf(false))
      ? []
      : ['a bucket stands behind a metric in columnOrder']),
  ];
}

/** What an operation asks of its field. */
const asks: Record<string, (field: Field) => boolean> = {
  average: isNumber,
  sum: isNumber,
  max: isNumber,
  min: isNumber,
  percentile: isNumber,
  date_histogram: isDate,
  terms: isAggregatable,
  unique_count: isAggregatable,
  last_value: isAggregatable,
};

function columnProblems(
  id: string,
  { operationType, sourceField, params, filter, references = [] }: Column,
  columns: Record<string, Column>,
  fields: Fields | undefined,
): string[] {
  const orderedBy = (params?.orderBy as { columnId?: string } | undefined)?.columnId;
  const parts = (params?.filters as { input: { query: string } }[] | undefined) ?? [];
  const sortField = params?.sortField as string | undefined;
  return [
    ...(sourceField === undefined ? [] : fieldProblem(fields, sourceField, asks[operationType])),
    ...references
      .filter((reference) => columns[reference] === undefined)
      .map((reference) => `it is computed from ${reference}, which is no column`),
    ...formulaProblems(fields, params?.formula as string | undefined),
    ...(sortField === undefined ? [] : fieldProblem(fields, sortField, isDate)),
    ...(orderedBy === undefined || columns[orderedBy]
      ? []
      : [`it is ordered by ${orderedBy}, which is no column`]),
    ...[...parts.map(({ input }) => input.query), filter?.query ?? ''].flatMap((query) =>
      queryProblems(fields, query),
    ),
  ].map((problem) => `column ${id}: ${problem}`);
}

interface AnnotationLayer {
  layerId: string;
  layerType: string;
  annotations: {
    timeField: string;
    textField: string;
    extraFields: string[];
    filter: { query: string; language: string };
  }[];
}

function annotationLayers({ state }: LensAttributes): AnnotationLayer[] {
  const layers = (state.visualization.layers ?? []) as AnnotationLayer[];
  return layers.filter(({ layerType }) => layerType === 'annotations');
}

/** Marks have a data view of their own, which the chart and the dashboard refer to. */
function annotationProblems(
  panelIndex: string,
  chart: LensAttributes,
  onDashboard: Reference[],
  fields: Map<string, Fields>,
): string[] {
  return annotationLayers(chart).flatMap(({ layerId, annotations }) => {
    const name = `xy-visualization-layer-${layerId}`;
    const view = chart.references.find((reference) => reference.name === name);
    const outer = onDashboard.find((reference) => reference.name === `${panelIndex}:${name}`);
    if (view === undefined || outer?.id !== view.id)
      return [`the reference ${name} is not on the dashboard, too`];
    const its = fields.get(view.id);
    return annotations.flatMap(({ timeField, textField, extraFields, filter }) => [
      ...fieldProblem(its, timeField, isDate),
      ...[textField, ...extraFields].flatMap((field) => fieldProblem(its, field, isAggregatable)),
      ...queryProblems(its, filter.query),
    ]);
  });
}

/** Queries stand in single quotes in a formula, and fields in parentheses. */
function formulaProblems(fields: Fields | undefined, formula = ''): string[] {
  const queries = [...formula.matchAll(/kql='((?:[^'\\]|\\.)*)'/g)].map(([, query]) => query!);
  const names = [...formula.matchAll(/\b(?:max|min|sum|average)\(([\w.]+)\)/g)].map(([, name]) => name!);
  return [
    ...queries.flatMap((query) => queryProblems(fields, query.replaceAll("\\'", "'"))),
    ...names.flatMap((name) => fieldProblem(fields, name, isNumber)),
  ];
}
