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
    attributes?: LensAttributes;
    savedVis?: { type: string; params: { spec?: string; markdown?: string } };
  };
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

const overlap = (a: Grid, b: Grid) =>
  a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;

function panelProblems(panel: Panel, references: Reference[], fields: Map<string, Fields>): string[] {
  const { attributes, savedVis } = panel.embeddableConfig;
  if (panel.panelRefName !== undefined) {
    const name = `${panel.panelIndex}:${panel.panelRefName}`;
    return references.some((reference) => reference.name === name) ? [] : [`there is no reference ${name}`];
  }
  if (panel.type === 'lens' && attributes)
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
