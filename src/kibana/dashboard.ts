import { createHash } from 'node:crypto';
import type { Chart } from './charts.ts';
import type { View } from './data-views.ts';
import { idIn } from './ids.ts';
import { links, markdown } from './panels.ts';
import { type Reference, type SavedObject, savedObject, searchSource } from './saved-object.ts';
import { tagged } from './tag.ts';

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
  /** One value at a time. */
  single?: boolean;
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

/**
 * The saved object of a dashboard: its rows between a row of links to `all` dashboards, and a text that says why a panel may be empty. The
 * description ends with the edition, by which `kibana check` recognises an earlier one.
 */
export function dashboardObject(dashboard: Dashboard, all: readonly Dashboard[]): SavedObject {
  const charts = dashboard.rows.flatMap(({ panels }) => panels.map(([, chart]) => chart));
  const rows: Row[] = [
    { height: 4, panels: [[gridWidth, links(all)]] },
    ...dashboard.rows,
    { height: 9, panels: [[gridWidth, markdown('Why a panel may be empty', reasonsIn(charts))]] },
  ];
  const panels = placed(rows, dashboard.id);
  const controls = dashboard.controls.map((control, at) => controlOf(control, at));
  const contents = {
    title: dashboard.title,
    kibanaSavedObjectMeta: searchSource(''),
    timeRestore: true,
    timeFrom: dashboard.from,
    timeTo: 'now',
    refreshInterval: { pause: false, value: 30_000 },
    controlGroupInput: controlGroup(controls),
    panelsJSON: JSON.stringify(panels.map(({ panel }) => panel)),
    optionsJSON: JSON.stringify({
      useMargins: true,
      syncColors: true,
      syncCursor: true,
      syncTooltips: false,
      hidePanelTitles: false,
    }),
  };
  const description = `${dashboard.description} Edition ${editionOf(contents)}.`;
  return savedObject('dashboard', dashboard.id, { ...contents, description }, [
    tagged(),
    ...panels.flatMap(({ references }) => references),
    ...controls.map(({ reference }) => reference),
  ]);
}

/** Differs wherever a dashboard shows something else. */
const editionOf = (contents: object) =>
  createHash('sha256').update(JSON.stringify(contents)).digest('hex').slice(0, 8);

/** The edition that a description names; undefined where somebody wrote another one. */
export const editionIn = (description: unknown): string | undefined =>
  /\bEdition ([\da-f]{8})\.$/.exec(String(description))?.[1];

function reasonsIn(charts: readonly Chart[]): string {
  const reasons = new Map<string, string[]>();
  for (const { title, empty } of charts)
    if (empty !== undefined) reasons.set(empty, [...(reasons.get(empty) ?? []), title]);
  return [...reasons].map(([reason, titles]) => `- **${titles.join(', ')}**: ${reason}`).join('\n');
}

function controlGroup(controls: readonly ReturnType<typeof controlOf>[]) {
  return {
    controlStyle: 'oneLine',
    chainingSystem: 'HIERARCHICAL',
    ignoreParentSettingsJSON: JSON.stringify({
      ignoreFilters: false,
      ignoreQuery: false,
      ignoreTimerange: false,
      ignoreValidations: false,
    }),
    panelsJSON: JSON.stringify(Object.fromEntries(controls.map(({ id, panel }) => [id, panel]))),
  };
}

function placed(rows: Row[], dashboard: string) {
  let y = 0;
  let number = 0;
  return rows.flatMap(({ height, panels }) => {
    let x = 0;
    const line = panels.map(([w, chart]) => {
      number += 1;
      const place = { x, y, w, h: height, i: `p${number}` };
      x += w;
      return panelOf(chart, place, dashboard);
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

const panelTypes = {
  lens: 'lens',
  vega: 'visualization',
  markdown: 'visualization',
  links: 'links',
  search: 'search',
};

function panelOf(chart: Chart, gridData: Place, dashboard: string) {
  const { kind, title, embedded, references, hidesTitle, empty } = chart;
  const index = gridData.i;
  const drilldowns = drilldownsOf(chart, `${dashboard} ${index}`);
  const panel = {
    type: panelTypes[kind],
    gridData,
    panelIndex: index,
    title,
    embeddableConfig: {
      ...embedded,
      ...(empty !== undefined && { description: empty }),
      ...(hidesTitle && { hidePanelTitles: true }),
      enhancements:
        drilldowns.length === 0 ? {} : { dynamicActions: { events: drilldowns.map(({ event }) => event) } },
    },
    ...(kind === 'search' && { panelRefName: `panel_${index}` }),
  };
  const named = (name: string) => (kind === 'search' ? `${index}:panel_${index}` : `${index}:${name}`);
  const own: Reference[] = references.map((reference) => ({ ...reference, name: named(reference.name) }));
  const targets = drilldowns.map(({ reference: { name, ...rest } }) => ({
    ...rest,
    name: `${index}:${name}`,
  }));
  return { panel, references: [...own, ...targets] };
}

const factoryId = 'DASHBOARD_TO_DASHBOARD_DRILLDOWN';

/** `panel` names it among all panels: Kibana asks for an id of each drilldown. */
function drilldownsOf({ drilldowns = [] }: Chart, panel: string) {
  return drilldowns.map(({ name, dashboard }) => {
    const eventId = idIn(undefined, `drilldown ${panel} ${dashboard}`);
    const config = { openInNewTab: false, useCurrentDateRange: true, useCurrentFilters: true };
    const event = { eventId, triggers: ['FILTER_TRIGGER'], action: { factoryId, name, config } };
    const reference: Reference = {
      name: `drilldown:${factoryId}:${eventId}:dashboardId`,
      type: 'dashboard',
      id: dashboard,
    };
    return { event, reference };
  });
}

function controlOf({ title, field, view, single = false }: Control, order: number) {
  const id = `c${order + 1}`;
  const panel = {
    order,
    width: 'medium',
    grow: true,
    type: 'optionsListControl',
    explicitInput: {
      ...{ id, fieldName: field, title, enhancements: {}, selectedOptions: [] },
      ...(single && { singleSelect: true }),
    },
  };
  const reference: Reference = {
    name: `controlGroup_${id}:optionsListDataView`,
    type: 'index-pattern',
    id: view.id,
  };
  return { id, panel, reference };
}
