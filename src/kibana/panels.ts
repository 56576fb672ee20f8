import type { Chart } from './charts.ts';
import { idIn } from './ids.ts';
import type { Reference } from './saved-object.ts';

const emptySource = { query: { query: '', language: 'kuery' }, filter: [] };

/** A visualisation that is no Lens chart, by value. */
function visualization(type: 'vega' | 'markdown', title: string, params: Record<string, unknown>): Chart {
  const savedVis = {
    ...{ title, description: '', type, params, uiState: {} },
    data: { aggs: [], searchSource: emptySource },
  };
  return { title, kind: type, embedded: { savedVis }, references: [] };
}

/** `spec` is Vega or Vega-Lite; its data come from the index that it names. */
export const vega = (title: string, spec: Record<string, unknown>, empty: string): Chart => ({
  ...visualization('vega', title, { spec: JSON.stringify(spec, null, 2) }),
  empty,
});

export const markdown = (title: string, text: string): Chart =>
  visualization('markdown', title, { fontSize: 12, openLinksInNewTab: false, markdown: text });

/** A saved search as a panel; `id` is the search's. */
export function savedSearch(title: string, id: string, empty: string): Chart {
  const references: Reference[] = [{ name: 'search', type: 'search', id }];
  return { title, kind: 'search', embedded: {}, references, empty };
}

/** Links to dashboards, which keep the time range and the filters. */
export function links(targets: readonly { id: string; title: string }[]): Chart {
  const shown = targets.map(({ id, title }, order) => {
    const own = idIn(undefined, `link ${id}`);
    const options = { openInNewTab: false, useCurrentDateRange: true, useCurrentFilters: true };
    const link = {
      type: 'dashboardLink',
      id: own,
      order,
      label: title,
      destinationRefName: nameOf(own),
      options,
    };
    return { link, reference: { name: nameOf(own), type: 'dashboard', id } satisfies Reference };
  });
  const attributes = { layout: 'horizontal', links: shown.map(({ link }) => link) };
  return {
    title: 'Dashboards of logboom',
    kind: 'links',
    embedded: { attributes },
    references: shown.map(({ reference }) => reference),
    hidesTitle: true,
  };
}

const nameOf = (link: string) => `link_${link}_dashboard`;

/** A panel with its own time range, for open alerts may have begun before the range of the dashboard. */
export function within(from: string, chart: Chart): Chart {
  return { ...chart, embedded: { ...chart.embedded, timeRange: { from, to: 'now' } } };
}
