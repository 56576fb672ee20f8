import { Client } from '@elastic/elasticsearch';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAlertsIndex } from '../../../src/sinks/elasticsearch/setup/setup.ts';
import { type FakeElasticsearch, startFakeElasticsearch } from '../support/fake-elasticsearch.ts';

let server: FakeElasticsearch;
let client: Client;
beforeEach(async () => {
  server = await startFakeElasticsearch();
  client = new Client({ node: server.url, maxRetries: 0 });
});
afterEach(async () => {
  await client.close();
  await server.close();
});
const requests = () => server.requests.map(({ method, path }) => `${method} ${path}`);

describe('the index of alert episodes', () => {
  it('is made where there is none', async () => {
    expect(await createAlertsIndex(client, 'alerts')).toEqual([]);
    expect([...server.indices]).toEqual(['alerts']);
  });

  it('is left alone where there is one', async () => {
    server.indices.add('alerts');
    expect(await createAlertsIndex(client, 'alerts')).toEqual([]);
    expect(requests()).toEqual(['HEAD /alerts']);
  });

  it('may have been made by another in the same moment', async () => {
    server.onOther = ({ method }) =>
      method === 'PUT'
        ? {
            status: 400,
            body: { error: { type: 'resource_already_exists_exception', reason: 'index [alerts] exists' } },
          }
        : undefined;
    expect(await createAlertsIndex(client, 'alerts')).toEqual([]);
  });

  it('is said to be missing where rights lack, and logboom goes on', async () => {
    server.onOther = ({ method }) =>
      method === 'PUT'
        ? { status: 403, body: { error: { type: 'security_exception', reason: 'no rights' } } }
        : undefined;
    const [reason] = await createAlertsIndex(client, 'alerts');
    expect(reason).toMatch(/^index alerts: .*no rights/);
  });

  it('is tried again where the server cannot be asked now', async () => {
    server.onOther = () => ({ status: 503, body: {} });
    await expect(createAlertsIndex(client, 'alerts')).rejects.toThrow();
  });
});
