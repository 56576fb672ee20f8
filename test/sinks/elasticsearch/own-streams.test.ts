import { Client } from '@elastic/elasticsearch';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createOwnStreams } from '../../../src/sinks/elasticsearch/setup/own-streams.ts';
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
const refusal = (status: number, type: string) => ({
  status,
  body: { error: { type, reason: `${type} there` } },
});

describe('the data streams of what logboom writes about itself', () => {
  it('are created, each by its name', async () => {
    server.onOther = () => ({ status: 200, body: { acknowledged: true } });
    expect(await createOwnStreams(client, 'prod')).toEqual([]);
    expect(server.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'PUT /_data_stream/logs-logboom.alerts-prod',
      'PUT /_data_stream/logs-logboom.deadletters-prod',
      'PUT /_data_stream/metrics-logboom.windows-prod',
    ]);
  });

  it('are left alone where they are', async () => {
    server.onOther = () => refusal(400, 'resource_already_exists_exception');
    expect(await createOwnStreams(client, 'default')).toEqual([]);
  });

  it('are remarked on where the server refuses, each with the reason and what follows', async () => {
    server.onOther = ({ path }) =>
      path.includes('windows') ? refusal(403, 'security_exception') : { status: 200, body: {} };
    const remarks = await createOwnStreams(client, 'default');
    expect(remarks).toEqual([
      expect.stringMatching(
        /metrics-logboom\.windows-default begins with its first document.*security_exception there/,
      ),
    ]);
  });

  it('are tried again where the server cannot be asked now', async () => {
    server.onOther = () => ({ status: 503, body: {} });
    await expect(createOwnStreams(client, 'default')).rejects.toThrow();
  });
});
