import type { Column } from '../../../src/kibana/columns.ts';
import type { SavedObject } from '../../../src/kibana/saved-object.ts';

interface Layer {
  layerId: string;
  layerType: string;
  seriesType?: string;
  xAccessor?: string;
  accessors?: string[];
  splitAccessor?: string;
  yConfig?: { forAccessor: string; color: string }[];
  annotations?: { color: string }[];
}

/** A panel of a dashboard, read as Kibana reads it. */
export interface ReadPanel {
  dashboard: string;
  title: string;
  type: string;
  hidesTitle: boolean;
  description: string | undefined;
  /** Names of the drill-downs. */
  drilldowns: string[];
  lens?: {
    kind: string;
    columns: Record<string, Column>;
    layers: Layer[];
    axisTitles?: Record<string, boolean>;
  };
  /** Id of the data view of a Lens chart, and its query. */
  view?: string;
  query?: string;
  vega?: { encoding: { color: { scale: { domain: string[]; range: string[] } } } };
  markdown?: string;
}

export function panelsOf(objects: readonly SavedObject[]): ReadPanel[] {
  return objects
    .filter(({ type }) => type === 'dashboard')
    .flatMap(({ attributes }) =>
      (JSON.parse(attributes.panelsJSON as string) as RawPanel[]).map((panel) =>
        read(attributes.title as string, panel),
      ),
    );
}

interface RawPanel {
  title: string;
  type: string;
  embeddableConfig: {
    description?: string;
    hidePanelTitles?: boolean;
    enhancements: { dynamicActions?: { events: { action: { name: string } }[] } };
    savedVis?: { type: string; params: { spec?: string; markdown?: string } };
    attributes?: {
      visualizationType?: string;
      references: { id: string }[];
      state: {
        query: { query: string };
        visualization: { layers?: Layer[]; axisTitlesVisibilitySettings?: Record<string, boolean> };
        datasourceStates: { formBased: { layers: Record<string, { columns: Record<string, Column> }> } };
      };
    };
  };
}

function read(dashboard: string, { title, type, embeddableConfig }: RawPanel): ReadPanel {
  const { description, hidePanelTitles = false, enhancements, savedVis, attributes } = embeddableConfig;
  const chart = type === 'lens' ? attributes : undefined;
  const axisTitles = chart?.state.visualization.axisTitlesVisibilitySettings;
  return {
    ...{ dashboard, title, type, description, hidesTitle: hidePanelTitles },
    drilldowns: (enhancements.dynamicActions?.events ?? []).map(({ action }) => action.name),
    ...(chart && { view: chart.references[0]!.id, query: chart.state.query.query }),
    ...(chart && {
      lens: {
        kind: chart.visualizationType!,
        columns: chart.state.datasourceStates.formBased.layers.layer!.columns,
        layers: chart.state.visualization.layers ?? [],
        ...(axisTitles && { axisTitles }),
      },
    }),
    ...(savedVis?.type === 'vega' && { vega: JSON.parse(savedVis.params.spec!) }),
    ...(savedVis?.type === 'markdown' && { markdown: savedVis.params.markdown! }),
  };
}
