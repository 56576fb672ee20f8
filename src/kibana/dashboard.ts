import type { Chart } from './charts.ts';
import type { View } from './data-views.ts';
import { type Reference, type SavedObject, savedObject, searchSource } from './saved-object.ts';

/** Panels side by side. Their widths add up to 48 columns at the most. */
interface Row {
  /** In grid units of about 20 pixels. */
  height: number;
  panels: [width: number, chart: Chart][];
}

/** A list of values to choose from above the panels. */
interface Control {
  title: string;
  field: string;
  view: View;
}

export interface Dashboard {
  id: string;
  title: string;
  description: string;
  /** Shown range, such as `now-24h`, up to now. */
  from: string;
  controls: Control[];
  rows: Row[];
}

const gridWidth = 48;

export function dashboardObject(dashboard: Dashboard): SavedObject {
  const panels = placed(dashboard.rows);
  const controls = dashboard.controls.map((control, at) => controlOf(control, at));
  return savedObject(
    'dashboard',
    dashboard.id,
    {
      title: dashboard.title,
      description: dashboard.description,
      kibanaSavedObjectMeta: searchSource(''),
      timeRestore: true,
      timeFrom: dashboard.from,
      timeTo: 'now',
      refreshInterval: { pause: false, value: 30_000 },
      controlGroupInput: {
        controlStyle: 'oneLine',
        chainingSystem: 'HIERARCHICAL',
        ignoreParentSettingsJSON: JSON.stringify({
          ignoreFilters: false,
          ignoreQuery: false,
          ignoreTimerange: false,
          ignoreValidations: false,
        }),
        panelsJSON: JSON.stringify(Object.fromEntries(controls.map(({ id, panel }) => [id, panel]))),
      },
      panelsJSON: JSON.stringify(panels.map(({ panel }) => panel)),
      optionsJSON: JSON.stringify({
        useMargins: true,
        syncColors: true,
        syncCursor: true,
        syncTooltips: false,
        hidePanelTitles: false,
      }),
    },
    [...panels.flatMap(({ references }) => references), ...controls.map(({ reference }) => reference)],
  );
}

function placed(rows: Row[]) {
  let y = 0;
  let number = 0;
  return rows.flatMap(({ height, panels }) => {
    let x = 0;
    const line = panels.map(([w, chart]) => {
      number += 1;
      const place = { x, y, w, h: height, i: `p${number}` };
      x += w;
      return panelOf(chart, place);
    });
    if (x > gridWidth) throw new RangeError(`A row is ${x} columns wide; there are ${gridWidth}.`);
    y += height;
    return line;
  });
}

interface Place {
  x: number;
  y: number;
  w: number;
  h: number;
  i: string;
}

const panelTypes = { lens: 'lens', vega: 'visualization', markdown: 'visualization', search: 'search' };

function panelOf({ kind, title, embedded, references }: Chart, gridData: Place) {
  const index = gridData.i;
  const panel = {
    type: panelTypes[kind],
    gridData,
    panelIndex: index,
    title,
    embeddableConfig: embedded,
    ...(kind === 'search' && { panelRefName: `panel_${index}` }),
  };
  const named = (name: string) => (kind === 'search' ? `${index}:panel_${index}` : `${index}:${name}`);
  const own: Reference[] = references.map((reference) => ({ ...reference, name: named(reference.name) }));
  return { panel, references: own };
}

function controlOf({ title, field, view }: Control, order: number) {
  const id = `c${order + 1}`;
  const panel = {
    order,
    width: 'medium',
    grow: true,
    type: 'optionsListControl',
    explicitInput: { id, fieldName: field, title, enhancements: {}, selectedOptions: [] },
  };
  const reference: Reference = {
    name: `controlGroup_${id}:optionsListDataView`,
    type: 'index-pattern',
    id: view.id,
  };
  return { id, panel, reference };
}
