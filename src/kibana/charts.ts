import type { Column } from './columns.ts';
import type { View } from './data-views.ts';
import type { Reference } from './saved-object.ts';

/** The content of a panel; the dashboard sets its position. */
export interface Chart {
  title: string;
  /** `lens`, `vega` and `markdown` are stored by value; `search` refers to a saved search. */
  kind: 'lens' | 'vega' | 'markdown' | 'search';
  /** The saved object's configuration of the panel. */
  embedded: Record<string, unknown>;
  references: Reference[];
}

/** One layer, with a name by which Kibana's error messages distinguish it. */
const layerId = 'layer';
const layer = { layerId, layerType: 'data' };

interface LensOptions {
  title: string;
  view: View;
  /** Only these documents; KQL. */
  where?: string;
  /** By id; buckets stand before metrics, as Kibana orders them. */
  columns: Record<string, Column>;
}

function lens(
  { title, view, where = '', columns }: LensOptions,
  visualizationType: 'lnsXY' | 'lnsMetric' | 'lnsPie' | 'lnsDatatable',
  visualization: Record<string, unknown>,
): Chart {
  const references: Reference[] = [
    { name: `indexpattern-datasource-layer-${layerId}`, type: 'index-pattern', id: view.id },
  ];
  const attributes = {
    title,
    description: '',
    visualizationType,
    type: 'lens',
    references,
    state: {
      visualization,
      query: { query: where, language: 'kuery' },
      filters: [],
      internalReferences: [],
      adHocDataViews: {},
      datasourceStates: {
        formBased: {
          layers: { [layerId]: { columns, columnOrder: Object.keys(columns), incompleteColumns: {} } },
        },
        textBased: { layers: {} },
      },
    },
  };
  return { title, kind: 'lens', embedded: { attributes, enhancements: {} }, references };
}

const idsOf = (columns: Record<string, Column>, bucketed: boolean) =>
  Object.keys(columns).filter((id) => columns[id]!.isBucketed === bucketed);

type Series =
  | 'line'
  | 'area'
  | 'area_stacked'
  | 'bar'
  | 'bar_stacked'
  | 'bar_horizontal'
  | 'bar_percentage_stacked';

/** The first bucket is the x axis, a second one splits. */
export function xy(series: Series, options: LensOptions): Chart {
  const [xAccessor, splitAccessor] = idsOf(options.columns, true);
  const accessors = idsOf(options.columns, false);
  return lens(options, 'lnsXY', {
    preferredSeriesType: series,
    legend: { isVisible: splitAccessor !== undefined || accessors.length > 1, position: 'right' },
    valueLabels: 'hide',
    fittingFunction: 'None',
    layers: [
      {
        ...layer,
        seriesType: series,
        xAccessor,
        accessors,
        ...(splitAccessor !== undefined && { splitAccessor }),
      },
    ],
  });
}

export function figure(options: LensOptions): Chart {
  const [metricAccessor] = idsOf(options.columns, false);
  return lens(options, 'lnsMetric', { ...layer, metricAccessor });
}

export function pie(options: LensOptions): Chart {
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

export function table(options: LensOptions): Chart {
  const columns = Object.keys(options.columns).map((columnId) => ({ columnId }));
  return lens(options, 'lnsDatatable', { ...layer, columns, paging: { size: 10, enabled: true } });
}

/** `spec` is Vega or Vega-Lite; its data come from the index that it names. */
export function vega(title: string, spec: Record<string, unknown>): Chart {
  const savedVis = {
    title,
    description: '',
    type: 'vega',
    params: { spec: JSON.stringify(spec, null, 2) },
    uiState: {},
    data: { aggs: [], searchSource: { query: { query: '', language: 'kuery' }, filter: [] } },
  };
  return { title, kind: 'vega', embedded: { savedVis, enhancements: {} }, references: [] };
}

/** A saved search as a panel; `id` is the search's. */
export function savedSearch(title: string, id: string): Chart {
  return {
    title,
    kind: 'search',
    embedded: { enhancements: {} },
    references: [{ name: 'search', type: 'search', id }],
  };
}

/** A panel with its own time range, for open alerts may have begun before the range of the dashboard. */
export function within(from: string, chart: Chart): Chart {
  return { ...chart, embedded: { ...chart.embedded, timeRange: { from, to: 'now' } } };
}
