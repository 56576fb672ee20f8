import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { newTermWords } from '../../src/kibana/dashboards/errors.ts';
import { viewsOf } from '../../src/kibana/data-views.ts';
import { savedObjects } from '../../src/kibana/objects.ts';
import type { SavedObject } from '../../src/kibana/saved-object.ts';
import { knownFields } from '../support/kibana/fields.ts';
import { savedObjectProblems } from '../support/kibana/saved-object-problems.ts';

const fields = knownFields(viewsOf());
const problemsOf = (objects: SavedObject[]) => savedObjectProblems(objects, fields);

/** All objects, with one of them changed. */
function with_(id: string, change: (object: SavedObject) => void): SavedObject[] {
  const objects = structuredClone(savedObjects());
  change(objects.find((object) => object.id === id)!);
  return objects;
}

/** All objects, with one text within a JSON string of the traffic dashboard replaced. */
function withPanels(from: string, to: string, attribute = 'panelsJSON'): SavedObject[] {
  return with_('logboom-traffic', ({ attributes }) => {
    const text = attributes[attribute] as string;
    expect(text).toContain(from);
    attributes[attribute] = text.replace(from, to);
  });
}

const traffic = 'dashboard logboom-traffic';
const panels = (object: SavedObject) => JSON.parse(object.attributes.panelsJSON as string);

describe('the offline check of saved objects', () => {
  it('finds nothing wrong with what logboom ships', () => expect(problemsOf(savedObjects())).toEqual([]));

  it('finds nothing wrong where indices have other names', () => {
    const patterns = { events: 'filebeat-*', alerts: 'my-alerts' };
    const found = savedObjectProblems(savedObjects(patterns), knownFields(viewsOf(patterns)));
    expect(found).toEqual([]);
  });

  it('finds an object that is there twice', () => {
    const objects = savedObjects();
    expect(problemsOf([...objects, objects[0]!])).toEqual(['tag logboom-tag is there twice']);
  });

  it.each<[string, SavedObject[], string]>([
    [
      'a stamp of a newer Kibana',
      with_('logboom-traffic', (object) => {
        object.typeMigrationVersion = '10.2.0';
      }),
      `${traffic}: typeMigrationVersion is 10.2.0`,
    ],
    [
      'a core stamp of a newer Kibana',
      with_('logboom-events', (object) => {
        object.coreMigrationVersion = '9.0.0';
      }),
      'coreMigrationVersion is 9.0.0',
    ],
    [
      'a reference to nothing',
      with_('logboom-traffic', ({ references }) => {
        references.find(({ type }) => type === 'index-pattern')!.id = 'nowhere';
      }),
      'leads to index-pattern nowhere, which is not there',
    ],
    [
      'a reference named twice',
      with_('logboom-traffic', ({ references }) => {
        references.push(references[0]!);
      }),
      'is there twice',
    ],
    ['broken JSON in panelsJSON', withPanels('[{', '[{{'), 'panelsJSON is no JSON'],
    [
      'broken JSON in a data view',
      with_('logboom-events', ({ attributes }) => {
        attributes.fieldFormatMap = '{';
      }),
      'fieldFormatMap is no JSON',
    ],
    [
      'a JSON string that is none',
      with_('logboom-events', ({ attributes }) => {
        attributes.typeMeta = {};
      }),
      'typeMeta is no string of JSON',
    ],
    [
      'an unknown attribute',
      with_('logboom-traffic', ({ attributes }) => {
        attributes.tabs = [];
      }),
      'the attribute tabs is unknown to Kibana',
    ],
    [
      'a field that no template has',
      withPanels('"sourceField":"source.address"', '"sourceField":"source.adress"'),
      'no template has the field source.adress',
    ],
    [
      'a sum of words',
      withPanels('"sourceField":"http.response.body.bytes"', '"sourceField":"url.path"'),
      'the field url.path (keyword) does not fit its use',
    ],
    [
      'top values of full text',
      withPanels('"sourceField":"url.path"', '"sourceField":"message"'),
      'the field message (text) does not fit its use',
    ],
    [
      'a histogram over no date',
      withPanels(
        '"operationType":"date_histogram","isBucketed":true,"scale":"interval","sourceField":"@timestamp"',
        '"operationType":"date_histogram","isBucketed":true,"scale":"interval","sourceField":"url.path"',
      ),
      'the field url.path (keyword) does not fit its use',
    ],
    [
      'a query with a field that nothing has',
      withPanels('http.response.status_code : *', 'http.response.status : *'),
      'no template has the field http.response.status',
    ],
    [
      'a query that is none',
      withPanels('http.response.status_code : *', '(http.response.status_code : *'),
      'cannot be read',
    ],
    ['a panel outside of the grid', withPanels('"x":36', '"x":40'), 'is not within the grid of 48 columns'],
    ['panels that overlap', withPanels('"x":12', '"x":10'), 'panels p2 and p3 overlap'],
    [
      'a panel misnamed in the grid',
      withPanels('"i":"p3"', '"i":"p33"'),
      'panel p3 is named p33 in the grid',
    ],
    [
      'an accessor of no column',
      withPanels('"metricAccessor":"requests"', '"metricAccessor":"request"'),
      'it shows request, which is neither a layer nor a column',
    ],
    [
      'a column that nothing shows',
      withPanels('"metricAccessor":"requests"', '"metricAccessor":"requests"'.replace('requests', 'layer')),
      'the column requests is nowhere shown',
    ],
    [
      'a column missing in the order',
      withPanels('"columnOrder":["time","rate"]', '"columnOrder":["time"]'),
      'columnOrder does not name each column once',
    ],
    [
      'a metric before a bucket',
      withPanels('"columnOrder":["time","rate"]', '"columnOrder":["rate","time"]'),
      'a bucket stands behind a metric',
    ],
    [
      'an order by no column',
      withPanels('"columnId":"requests"},"orderDirection"', '"columnId":"hits"},"orderDirection"'),
      'it is ordered by hits, which is no column',
    ],
    ['a layer of another name', withPanels('"layerId":"layer"', '"layerId":"layer2"'), 'it shows layer2'],
    [
      'a chart whose reference the dashboard lacks',
      with_('logboom-traffic', (object) => {
        object.references = object.references.filter(({ name }) => !name.startsWith('p2:'));
      }),
      'panel p2 (Requests): the reference indexpattern-datasource-layer-layer is not on the dashboard, too',
    ],
    [
      'a saved search without its reference',
      with_('logboom-errors', (object) => {
        object.references = object.references.filter(({ type }) => type !== 'search');
      }),
      'there is no reference',
    ],
    [
      'a drill-down that leads nowhere',
      with_('logboom-traffic', (object) => {
        object.references = object.references.filter(({ name }) => !name.includes(':drilldown:'));
      }),
      'the drill-down Errors of this: it leads to no dashboard',
    ],
    [
      'a drill-down that Kibana does not know',
      withPanels('DASHBOARD_TO_DASHBOARD_DRILLDOWN', 'DASHBOARD_DRILLDOWN'),
      'Kibana knows no DASHBOARD_DRILLDOWN',
    ],
    [
      'a link that leads nowhere',
      with_('logboom-traffic', (object) => {
        object.references = object.references.filter(({ name }) => !name.startsWith('p1:link_'));
      }),
      'the link logboom: Errors leads to no dashboard',
    ],
    [
      'marks without a data view',
      with_('logboom-traffic', (object) => {
        object.references = object.references.filter(({ name }) => !name.includes('xy-visualization'));
      }),
      'the reference xy-visualization-layer-alerts is not on the dashboard, too',
    ],
    [
      'marks of a field that nothing has',
      withPanels('"textField":"rule.name"', '"textField":"rule.nam"'),
      'no template has the field rule.nam',
    ],
    [
      'a formula over a field that nothing has',
      withPanels("kql='http.response.status_code", "kql='http.response.status"),
      'no template has the field http.response.status',
    ],
    [
      'a formula of columns that are not there',
      withPanels('"references":["shareX2"]', '"references":["shareX9"]'),
      'it is computed from shareX9, which is no column',
    ],
    [
      'two panels of one title',
      withPanels('"title":"Methods"', '"title":"Latency"'),
      'the title Latency is there twice',
    ],
    [
      'a control over a field that nothing has',
      with_('logboom-traffic', ({ attributes }) => {
        const group = attributes.controlGroupInput as { panelsJSON: string };
        group.panelsJSON = group.panelsJSON.replace('host.name', 'host.nam');
      }),
      'control c1: no template has the field host.nam',
    ],
    [
      'a control without a data view',
      with_('logboom-traffic', (object) => {
        object.references = object.references.filter(({ name }) => !name.startsWith('controlGroup_c2'));
      }),
      'control c2: there is no reference',
    ],
    [
      'a column of a search that nothing has',
      with_('logboom-dead-letter-search', ({ attributes }) => {
        attributes.columns = ['error.reason'];
      }),
      'no template has the field error.reason',
    ],
    [
      'a search whose data view is no reference',
      with_('logboom-dead-letter-search', (object) => {
        object.references = [];
      }),
      'names the data view',
    ],
  ])('finds %s', (_, objects, problem) => {
    expect(problemsOf(objects).join('\n')).toContain(problem);
  });

  it.each([
    ['no JSON', '{', 'the Vega specification is no JSON'],
    ['no schema', '{"data":{"url":{"index":"alerts"}}}', 'names no $schema'],
    [
      'no index',
      '{"$schema":"https://vega.github.io/schema/vega/v5.json","data":[{"url":{}}]}',
      'name no index',
    ],
    ['no data', '{"$schema":"https://vega.github.io/schema/vega/v5.json"}', 'has no data'],
    [
      'an interval that stays unfilled',
      '{"$schema":"https://vega.github.io/schema/vega/v5.json","data":{"url":{"index":"a","body":{"fixed_interval":{"%autointerval%":true}}}}}',
      'belongs into "interval"',
    ],
  ])('finds a Vega panel with %s', (_, spec, problem) => {
    const objects = with_('logboom-alerts-overview', (object) => {
      const all = panels(object);
      const vega = all.find(
        (panel: { embeddableConfig: { savedVis?: { type: string } } }) =>
          panel.embeddableConfig.savedVis?.type === 'vega',
      );
      vega.embeddableConfig.savedVis.params.spec = spec;
      object.attributes.panelsJSON = JSON.stringify(all);
    });
    expect(problemsOf(objects).join('\n')).toContain(problem);
  });
});

describe('the panel of what is new', () => {
  it('looks for words that such an alert gives as its reason', () => {
    // test/docs/rules.test.ts holds the page's examples to what the engine says.
    const page = readFileSync(new URL('../../docs/rules.md', import.meta.url), 'utf8');
    expect(page).toContain(`active: process.name "nc" ${newTermWords}`);
  });
});
