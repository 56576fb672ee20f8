import type { Reference, SavedObject } from '../../../src/kibana/saved-object.ts';
import { fieldProblem, isAggregatable } from './field-problems.ts';
import type { Fields } from './fields.ts';
import { type LensAttributes, lensProblems } from './lens-problems.ts';
import { vegaProblems } from './vega-problems.ts';

/** Kibana refuses a dashboard with any other. */
const attributeNames = new Set([
  'title',
  'description',
  'kibanaSavedObjectMeta',
  'timeRestore',
  'timeFrom',
  'timeTo',
  'refreshInterval',
  'controlGroupInput',
  'panelsJSON',
  'optionsJSON',
  'hits',
  'version',
]);

interface Panel {
  type: string;
  gridData: Grid;
  panelIndex: string;
  title: string;
  panelRefName?: string;
  embeddableConfig: {
    attributes?: LensAttributes | LinksAttributes;
    enhancements: { dynamicActions?: { events: DrilldownEvent[] } };
    savedVis?: { type: string; params: { spec?: string; markdown?: string } };
  };
}

interface LinksAttributes {
  layout: string;
  links: { id: string; type: string; order: number; label: string; destinationRefName: string }[];
}

interface DrilldownEvent {
  eventId: string;
  triggers: string[];
  action: { factoryId: string; name: string; config: object };
}

interface Grid {
  x: number;
  y: number;
  w: number;
  h: number;
  i: string;
}

export function dashboardProblems(
  { attributes, references }: SavedObject,
  fields: Map<string, Fields>,
): string[] {
  const panels = JSON.parse(attributes.panelsJSON as string) as Panel[];
  const unknown = Object.keys(attributes).filter((name) => !attributeNames.has(name));
  return [
    ...unknown.map((name) => `the attribute ${name} is unknown to Kibana`),
    ...gridProblems(panels),
    ...titleProblems(panels),
    ...panels.flatMap((panel) =>
      panelProblems(panel, references, fields).map(
        (problem) => `panel ${panel.panelIndex} (${panel.title}): ${problem}`,
      ),
    ),
    ...controlProblems(attributes, references, fields),
  ];
}

const gridWidth = 48;

function gridProblems(panels: Panel[]): string[] {
  const outside = panels.filter(
    ({ gridData: { x, y, w, h } }) => x < 0 || y < 0 || w < 1 || h < 1 || x + w > gridWidth,
  );
  const misnamed = panels.filter(({ gridData, panelIndex }) => gridData.i !== panelIndex);
  const doubled = panels.filter(
    (panel, at) => panels.findIndex(({ panelIndex }) => panelIndex === panel.panelIndex) !== at,
  );
  const pairs = panels.flatMap((one, at) => panels.slice(at + 1).map((other) => [one, other] as const));
  return [
    ...outside.map(({ panelIndex }) => `panel ${panelIndex} is not within the grid of ${gridWidth} columns`),
    ...misnamed.map(({ panelIndex, gridData }) => `panel ${panelIndex} is named ${gridData.i} in the grid`),
    ...doubled.map(({ panelIndex }) => `panel ${panelIndex} is there twice`),
    ...pairs
      .filter(([one, other]) => overlap(one.gridData, other.gridData))
      .map(([one, other]) => `panels ${one.panelIndex} and ${other.panelIndex} overlap`),
  ];
}

function titleProblems(panels: Panel[]): string[] {
  const titles = panels.map(({ title }) => title);
  return [
    ...titles.filter((title) => title.trim() === '').map(() => 'a panel has no title'),
    ...titles
      .filter((title, at) => titles.indexOf(title) !== at)
      .map((title) => `the title ${title} is there twice`),
  ];
}

const overlap = (a: Grid, b: Grid) =>
  a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;

function panelProblems(panel: Panel, references: Reference[], fields: Map<string, Fields>): string[] {
  return [...drilldownProblems(panel, references), ...contentProblems(panel, references, fields)];
}

const isUuid = (text: string) => /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/.test(text);

/** Each leads to a dashboard by a reference whose name Kibana makes of the panel and the drill-down. */
function drilldownProblems(
  { panelIndex, embeddableConfig: { enhancements } }: Panel,
  references: Reference[],
): string[] {
  const events = enhancements.dynamicActions?.events ?? [];
  return events.flatMap(({ eventId, triggers, action: { factoryId, name } }) => {
    const reference = `${panelIndex}:drilldown:${factoryId}:${eventId}:dashboardId`;
    const problems = isUuid(eventId) ? [] : ['its id is no UUID'];
    if (factoryId !== 'DASHBOARD_TO_DASHBOARD_DRILLDOWN' || !triggers.includes('FILTER_TRIGGER'))
      problems.push(`Kibana knows no ${factoryId} of ${triggers}`);
    if (!references.some((one) => one.name === reference && one.type === 'dashboard'))
      problems.push('it leads to no dashboard');
    return problems.map((problem) => `the drill-down ${name}: ${problem}`);
  });
}

function linkProblems(panelIndex: string, { links }: LinksAttributes, references: Reference[]): string[] {
  return links.flatMap(({ id, type, label, destinationRefName }) => {
    const name = `${panelIndex}:${destinationRefName}`;
    const isThere = references.some((one) => one.name === name && one.type === 'dashboard');
    const named = destinationRefName === `link_${id}_dashboard`;
    return type === 'dashboardLink' && named && isThere ? [] : [`the link ${label} leads to no dashboard`];
  });
}

function contentProblems(panel: Panel, references: Reference[], fields: Map<string, Fields>): string[] {
  const { attributes, savedVis } = panel.embeddableConfig;
  if (panel.panelRefName !== undefined) {
    const name = `${panel.panelIndex}:${panel.panelRefName}`;
    return references.some((reference) => reference.name === name) ? [] : [`there is no reference ${name}`];
  }
  if (panel.type === 'links' && attributes && 'links' in attributes)
    return linkProblems(panel.panelIndex, attributes, references);
  if (panel.type === 'lens' && attributes && 'state' in attributes)
    return lensProblems(panel.panelIndex, attributes, references, fields);
  if (savedVis?.type === 'vega') return vegaProblems(savedVis.params.spec ?? '');
  if (savedVis?.type === 'markdown') return savedVis.params.markdown ? [] : ['there is no text'];
  return [`it holds nothing that a panel of type ${panel.type} could show`];
}

function controlProblems(
  { controlGroupInput }: SavedObject['attributes'],
  references: Reference[],
  fields: Map<string, Fields>,
): string[] {
  const { panelsJSON } = controlGroupInput as { panelsJSON: string };
  const controls = JSON.parse(panelsJSON) as Record<
    string,
    { explicitInput: { id: string; fieldName: string } }
  >;
  return Object.entries(controls).flatMap(([id, { explicitInput }]) => {
    const name = `controlGroup_${id}:optionsListDataView`;
    const view = references.find((reference) => reference.name === name);
    if (view === undefined) return [`control ${id}: there is no reference ${name}`];
    const wrong = fieldProblem(fields.get(view.id), explicitInput.fieldName, isAggregatable);
    return [...wrong, ...(explicitInput.id === id ? [] : [`it is named ${explicitInput.id} inside`])].map(
      (problem) => `control ${id}: ${problem}`,
    );
  });
}
