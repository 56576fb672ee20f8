import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accessLines } from '../support/access-lines.ts';
import { requestsTo } from '../support/findings.ts';
import { type RealLogboom, startLogboom } from '../support/logboom.ts';
import { eventually, freePort, type RealFilebeat, startFilebeat } from '../support/peers.ts';

const lines = accessLines();
const half = lines.length / 2;
let folder: string;
let server: RealLogboom;
let filebeat: RealFilebeat;

const write = (from: number, to: number) =>
  appendFile(
    join(folder, 'access.log'),
    lines
      .slice(from, to)
      .map(({ message }) => `${message}\n`)
      .join(''),
  );

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'logboom-http-'));
  const port = await freePort();
  server = await startLogboom({
    inputs: [{ kind: 'http', name: 'web', port, user: 'filebeat', password: 'secret' }],
  });
  await write(0, half);
  filebeat = await startFilebeat({
    paths: [join(folder, 'access.log')],
    config: {
      // As it is without settings: it looks for the licence, and sets up its template and its lifecycle policy.
      'setup.template.enabled': true,
      'setup.ilm.enabled': 'auto',
      'output.elasticsearch': {
        hosts: [`http://127.0.0.1:${port}`],
        ...{ username: 'filebeat', password: 'secret' },
        ...{ bulk_max_size: 100, compression_level: 3, worker: 2 },
        ...{ 'backoff.init': '100ms', 'backoff.max': '1s' },
      },
    },
  });
});
afterAll(async () => {
  await filebeat?.stop();
  await server?.discard();
  if (folder) await rm(folder, { recursive: true });
});

describe("Filebeat's output.elasticsearch", () => {
  it('sends as to an Elasticsearch, and does not notice that the server is killed twice', async () => {
    for (const killAt of [1_000, 3_000]) {
      await filebeat.acked(killAt);
      await server.kill();
      await server.restart();
    }
    await filebeat.acked(half, 120_000);
    await write(half, lines.length);
    await filebeat.acked(lines.length, 120_000);
  });

  it('has each line in the index once, parsed, in the dataset of its index', async () => {
    const request = requestsTo(server.store);
    const index = 'logs-filebeat-default';
    const count = async (query: string) => {
      const { body } = await request('GET', `/${index}/_count?q=${encodeURIComponent(query)}`);
      return body.count as number;
    };
    await eventually('all lines are indexed', async () => (await count('*')) === lines.length, 120_000);
    const { body } = await request('POST', `/${index}/_search`, {
      size: 0,
      aggs: { offsets: { cardinality: { field: 'log.offset', precision_threshold: 40_000 } } },
    });
    expect(body.aggregations.offsets.value).toBe(lines.length);
    expect(await count('agent.type:filebeat AND http.response.status_code:200')).toBeGreaterThan(9_000);
  });

  it('is shown in the status, with nothing refused', async () => {
    const { inputs } = await server.status();
    expect(inputs.web).toMatchObject({ kind: 'http' });
    expect(inputs.web).not.toHaveProperty('refused');
    expect(filebeat.log()).not.toMatch(/Cannot index event|dropping/i);
  });
});
