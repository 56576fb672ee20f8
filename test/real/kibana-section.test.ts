import { afterAll, beforeAll, expect, it } from 'vitest';
import { viewsOf } from '../../src/kibana/data-views.ts';
import { type RealElasticsearch, startElasticsearch } from './support/peers.ts';

const { source } = viewsOf().events.runtimeFields!['url.section']!.script;
let server: RealElasticsearch;

// OpenSearch has Painless, which the Elasticsearch of these tests lacks; its derived fields are runtime fields.
beforeAll(async () => {
  server = await startElasticsearch('opensearch');
  await server.request('PUT', '/pages', {
    mappings: { properties: { url: { properties: { path: { type: 'keyword' } } } } },
  });
});
afterAll(() => server?.stop());

it.each([
  ['/pages/create', '/pages'],
  ['/pages/create/deep', '/pages'],
  ['/index.html', '/'],
  ['/', '/'],
  ['', '/'],
  [undefined, undefined],
])('the section of the path %s is %s, as the data view computes it', async (path, section) => {
  const put = await server.request(
    'PUT',
    '/pages/_doc/1?refresh=true',
    path === undefined ? {} : { url: { path } },
  );
  expect([200, 201]).toContain(put.status);
  const { status, body } = await server.request('POST', '/pages/_search', {
    derived: { section: { type: 'keyword', script: { source } } },
    fields: ['section'],
  });
  expect([status, body.error]).toEqual([200, undefined]);
  expect(body.hits.hits[0].fields?.section).toEqual(section === undefined ? undefined : [section]);
});
