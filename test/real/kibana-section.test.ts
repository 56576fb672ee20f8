import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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

describe('an episode as the data view of alerts computes it', () => {
  const fields = viewsOf().alerts.runtimeFields!;
  const now = Date.parse('2026-11-30T12:00:00Z');
  // Derived fields of OpenSearch may read no clock; runtime fields of Elasticsearch may.
  const timed = ({ source }: { source: string }) => ({
    source: source.replace('System.currentTimeMillis()', `${now}L`),
  });
  const computed = async (event: object) => {
    await server.request('PUT', '/episodes/_doc/1?refresh=true', { event });
    const derived = Object.fromEntries(
      Object.entries(fields).map(([name, { type, script }]) => [
        name.replace('.', '_'),
        { type, script: timed(script) },
      ]),
    );
    const { status, body } = await server.request('POST', '/episodes/_search', {
      derived,
      fields: Object.keys(derived),
    });
    expect([status, body.error]).toEqual([200, undefined]);
    return body.hits.hits[0].fields ?? {};
  };

  beforeAll(async () => {
    const event = {
      properties: { start: { type: 'date' }, end: { type: 'date' }, duration: { type: 'long' } },
    };
    await server.request('PUT', '/episodes', { mappings: { properties: { event } } });
  });

  it('has lasted as long as it says, and is open since no time, where it has ended', async () => {
    const start = '2026-11-20T10:00:00.000Z';
    const end = '2026-11-20T10:01:00.000Z';
    const found = await computed({ start, end, duration: 60_000_000_000 });
    expect(found.alert_lasted).toEqual([60_000_000_000]);
    expect(found.alert_open_since).toBeUndefined();
  });

  it('is open since its start, and lasts until now, where it has no end', async () => {
    const start = new Date(now - 3_600_000).toISOString();
    const found = await computed({ start });
    expect(found.alert_lasted).toEqual([3_600_000 * 1_000_000]);
    expect(Date.parse(found.alert_open_since[0])).toBe(Date.parse(start));
  });

  it('has neither without a start', async () => expect(await computed({})).toEqual({}));
});
