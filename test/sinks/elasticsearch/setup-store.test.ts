import { type RunningStore, startStore } from '@logboom/store';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { elasticsearch, indexing } from '../../../src/config/schema/outputs.ts';
import { createClient } from '../../../src/sinks/elasticsearch/client/client.ts';
import { setUp } from '../../../src/sinks/elasticsearch/setup/setup.ts';
import { aFolder } from '../../support/folder.ts';

let store: RunningStore;
let client: ReturnType<typeof createClient>;
beforeEach(async () => {
  store = await startStore({
    folder: aFolder(),
    config: { host: '127.0.0.1', port: 0, keepAge: 1e12, keepSize: 1e12 },
  });
  client = createClient(elasticsearch.parse({ hosts: [store.url] }));
});
afterEach(async () => {
  await client.close();
  await store.stop();
});

it('is recognised, takes all templates, and gives them back as they were sent', async () => {
  const first = await setUp(client, indexing.parse({}));
  expect(first).toMatchObject({ server: { product: 'logboom' }, missing: [], kept: [] });
  expect(first.capabilities).toMatchObject({ lifecycle: 'none', retains: true });
  expect(first.missingRights).toBeUndefined();
  expect(await setUp(client, indexing.parse({}))).toMatchObject({ installed: [], changed: [], missing: [] });
});

it('types our documents by their components', async () => {
  await setUp(client, indexing.parse({}));
  const index = 'metrics-logboom.windows-default';
  const document = { '@timestamp': '2026-11-21T00:00:00Z', window: { value: 5 } };
  await client.transport.request({ method: 'POST', path: `/${index}/_create/1`, body: document });
  const answer = await client.transport.request({ method: 'GET', path: `/${index}/_mapping` });
  expect(JSON.stringify(answer)).toContain('"value":{"type":"double"}');
});
