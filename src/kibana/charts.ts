import { type Column, inner } from './columns.ts';
import type { View } from './data-views.ts';
import { colours } from './palette.ts';
import type { Reference } from './saved-object.ts';

/** The content of a panel; the dashboard sets its position. */
export interface Chart {
  title: string;
  /** `lens`, `vega`, `markdown` and `links` are stored by value; `search` refers to a saved search. */
  kind: 'lens' | 'vega' | 'markdown' | 'links' | 'search';
  /** The saved object's configuration of the panel. */
  embedded: Record<string, unknown>;
  references: Reference[];
  /** The panel shows its title itself, or needs none. */
  hidesTitle?: boolean;
  /** Why the panel may have nothing to show, and what to do then. */
  empty?: string;
  /** Dashboards that a click on a value opens, with that value as a filter. */
  drilldowns?: Drilldown[];
}

interface Drilldown {
  name: string;
  /** Id of the dashboard. */
  dashboard: string;
}

/** One layer, with a name by which Kibana's error messages distinguish it. */
export const layerId = 'layer';
const layer = { layerId, layerType: 'data' };

interface LensOptions {
  title: string;
  view: View;
  /** Only these documents; KQL. */
  where?: string;
  /** By id; buckets stand before metrics, as Kibana orders them. */
  columns: Record<string, Column>;
  /** Colours by the id of the column. */
  colours?: Record<string, string>;
  empty?: string;
  drilldowns?: Drilldown[];
}

/** Every chart but a figure may be without anything to show. */
export type Filled = LensOptions & { empty: string };

/** A Lens chart by value. `more` are references beside the one to its data view. */
export function lens(
  { title, view, where = '', columns, empty, drilldowns }: LensOptions,
  visualizationType: 'lnsXY' | 'lnsMetric' | 'lnsPie' | 'lnsDatatable',
  visualization: Record<string, unknown>,
  more: Reference[] = [],
): Chart {
  const references: Reference[] = [
    { name: `indexpattern-datasource-layer-${layerId}`, type: 'index-pattern', id: view.id },
    ...more,
  ];
  const layers = { [layerId]: { columns, columnOrder: Object.keys(columns), incompleteColumns: {} } };
  const attributes = {
    title,
    description: empty ?? '',
    visualizationType,
    type: 'lens',
    references,
    state: {
      visualization,
      query: { query: where, language: 'kuery' },
      filters: [],
      internalReferences: [],
      adHocDataViews: {},
      datasourceStates: { formBased: { layers }, textBased: { layers: {} } },
    },
  };
  return {
    title,
    kind: 'lens',
    embedded: { attributes },
    references,
    ...(empty !== undefined && { empty }),
    ...(drilldowns !== undefined && { drilldowns }),
  };
}

/** Ids of the columns that a chart shows. */
export function idsOf(columns: Record<string, Column>, bucketed: boolean): string[] {
  const hidden = inner(columns);
  return Object.keys(columns).filter((id) => columns[id]!.isBucketed === bucketed && !hidden.has(id));
}

/** From this value on, a number has the colour of failures. */
function failedFrom(bound: number) {
  const steps = [
    { color: colours.plain, stop: 0 },
    { color: colours.failed, stop: bound },
  ];
  const stops = [
    { color: colours.plain, stop: bound },
    { color: colours.failed, stop: bound + 1 },
  ];
  return {
    type: 'palette',
    name: 'custom',
    params: {
      ...{ name: 'custom', steps: steps.length, stops, colorStops: steps, rangeType: 'number' },
      ...{ rangeMin: 0, rangeMax: null, continuity: 'above' },
    },
  };
}

/** One number. Its label stands in it, so that the panel needs no title. With `failsFrom`, it is red from that value on. */
export function figure({ failsFrom, ...options }: LensOptions & { failsFrom?: number }): Chart {
  const [metricAccessor] = idsOf(options.columns, false);
  const palette = failsFrom === undefined ? {} : { palette: failedFrom(failsFrom) };
  return { ...lens(options, 'lnsMetric', { ...layer, metricAccessor, ...palette }), hidesTitle: true };
}

export function pie(options: Filled): Chart {
  return lens(options, 'lnsPie', {
    shape: 'donut',
    layers: [
      {
        ...layer,
        primaryGroups: idsOf(options.columns, true),
        metrics: idsOf(options.columns, false),
        numberDisplay: 'percent',
        categoryDisplay: 'default',
        legendDisplay: 'default',
      },
    ],
  });
}

/** Numbers of the columns in `failing` are red where they are not 0. */
export function table({ failing = [], ...options }: Filled & { failing?: string[] }): Chart {
  const shown = [...idsOf(options.columns, true), ...idsOf(options.columns, false)];
  const columns = shown.map((columnId) => ({
    columnId,
    ...(failing.includes(columnId) && { colorMode: 'text', palette: failedFrom(1) }),
  }));
  return lens(options, 'lnsDatatable', { ...layer, columns, paging: { size: 10, enabled: true } });
}
