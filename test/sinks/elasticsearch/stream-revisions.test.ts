import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RunningStore, startStore } from '@logboom/store';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { outputItem } from '../../../src/alerts/documents.ts';
import type { BulkItem, WindowResult } from '../../../src/model.ts';
import { startFakeElasticsearch } from '../support/fake-elasticsearch.ts';
import { type TestSink, testSink } from '../support/sink.ts';

let folder: string;
let store: RunningStore;
let delivery: TestSink;
const stream = 'metrics-logboom.windows-default';

beforeAll(async () => {
  const config = { host: '127.0.0.1', port: 0, keepAge: 1e12, keepSize: 1e12 };
  folder = mkdtempSync(join(tmpdir(), 'logboom-revisions-'));
  store = await startStore({ folder, config });
  delivery = testSink({ hosts: [store.url], index: { installTemplates: true } });
});
afterAll(async () => {
  await delivery.sink.close();
  await store.stop();
  rmSync(folder, { recursive: true, force: true });
});

const minute = Date.UTC(2026, 10, 21, 10);

/** The document of the `n`th window in a revision, as the publisher sends it. */
function windowOf(n: number, revision: number, namespace = 'default'): BulkItem {
  const [start, end] = [minute + n * 60_000, minute + (n + 1) * 60_000];
  const window: WindowResult = {
    ...{
      rule: 'requests',
      group: '',
      by: {},
      start,
      end,
      value: revision,
      count: revision,
      measure: 'count',
    },
    ...(revision > 1 && { revision, lateCount: revision - 1 }),
  };
  return outputItem({ kind: 'window', window }, { indexing: { alerts: 'alerts', namespace } })!;
}

interface Hit {
  _id: string;
  _source: { window: { count: number; revision?: number; start: string } };
}

async function stored(name = stream): Promise<Hit[]> {
  await fetch(`${store.url}/${name}/_refresh`, { method: 'POST' });
  const body = JSON.stringify({ size: 1_000, sort: [{ '@timestamp': 'asc' }] });
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${store.url}/${name}/_search`, { method: 'POST', headers, body });
  return ((await answer.json()) as { hits: { hits: Hit[] } }).hits.hits;
}
const revisions = async (name?: string) =>
  (await stored(name)).map(({ _source: { window } }) => [window.revision ?? 1, window.count]);

/** Each test has windows in a stream of its own. */
let streams = 0;
function fresh() {
  const namespace = `n${streams++}`;
  const window = (n: number, revision: number) => windowOf(n, revision, namespace);
  return { window, name: `metrics-logboom.windows-${namespace}` };
}
const report = (indexed: number, duplicates = 0) => ({ indexed, duplicates, deadLettered: 0 });

describe('a corrected window in a data stream', () => {
  it('takes the place of the earlier revision', async () => {
    const { window, name } = fresh();
    expect(await delivery.sink.deliver([window(0, 1), window(1, 1)])).toEqual(report(2));
    expect(await delivery.sink.deliver([window(0, 2), window(2, 1)])).toEqual(report(2));
    expect(await revisions(name)).toEqual([
      [2, 2],
      [1, 1],
      [1, 1],
    ]);
    expect(await delivery.sink.deliver([window(0, 3)])).toEqual(report(1));
    expect((await revisions(name))[0]).toEqual([3, 3]);
  });

  it('is created where no earlier revision arrived, even before there is a stream', async () => {
    const { window, name } = fresh();
    expect(await delivery.sink.deliver([window(0, 4)])).toEqual(report(1));
    expect(await revisions(name)).toEqual([[4, 4]]);
  });

  it('is a duplicate where the same revision or a newer one is there: a replay', async () => {
    const { window, name } = fresh();
    await delivery.sink.deliver([window(0, 3)]);
    const replayed = [window(0, 1), window(0, 2), window(0, 3)];
    expect(await delivery.sink.deliver(replayed)).toEqual(report(0, 3));
    expect(await revisions(name)).toEqual([[3, 3]]);
  });

  it('ends in its newest revision, whatever order and however many deliveries at once bring its revisions', async () => {
    const sent = fc.record({ n: fc.nat(3), revision: fc.integer({ min: 1, max: 5 }) });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(sent, { minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 5 }),
        async (batches) => {
          const { window, name } = fresh();
          const deliveries = batches.map((batch) =>
            delivery.sink.deliver(batch.map(({ n, revision }) => window(n, revision))),
          );
          const reports = await Promise.all(deliveries);
          const total = reports.reduce((sum, { indexed, duplicates }) => sum + indexed + duplicates, 0);
          expect(total).toBe(batches.flat().length);
          const newest = new Map<number, number>();
          for (const { n, revision } of batches.flat()) newest.set(n, Math.max(newest.get(n) ?? 0, revision));
          const expected = [...newest].sort(([a], [b]) => a - b).map(([, revision]) => [revision, revision]);
          expect(await revisions(name)).toEqual(expected);
        },
      ),
      { numRuns: 12 },
    );
    expect(delivery.letters).toEqual([]);
  });
});

describe('a lookup of earlier revisions', () => {
  const lookup = '/_settings/index.uuid';
  async function answering(status: number, times: number) {
    const server = await startFakeElasticsearch();
    let asked = 0;
    server.onOther = ({ path }) =>
      path.includes(lookup) && asked++ < times
        ? { status, body: { error: { type: 'security_exception', reason: 'no' } } }
        : undefined;
    return { server, asked: () => asked, ...testSink({ hosts: [server.url] }) };
  }

  it.each([503, 429, 401])('is tried again while the server answers %i', async (status) => {
    const { server, sink, letters, asked } = await answering(status, 3);
    expect(await sink.deliver([windowOf(0, 2)])).toEqual(report(1));
    expect(asked()).toBeGreaterThanOrEqual(4);
    expect(letters).toEqual([]);
    expect(sink.status()).toMatchObject({ state: 'delivering', deferred: 0 });
    await sink.close();
    await server.close();
  });

  it('that is refused makes dead letters with the remedy, and holds up no other document', async () => {
    const { server, sink, letters } = await answering(403, 1_000);
    expect(await sink.deliver([windowOf(0, 2), windowOf(1, 1)])).toEqual({
      ...report(1),
      deadLettered: 1,
    });
    expect(letters).toMatchObject([{ index: stream, version: 2, revisionField: 'window.revision' }]);
    expect(letters[0]!.reason).toMatch(/view_index_metadata.*dead-letters retry/);
    await sink.close();
    await server.close();
  });

  it('ends with the sink, and the caller keeps the items', async () => {
    const { server, sink, letters } = await answering(503, Number.POSITIVE_INFINITY);
    const delivered = sink.deliver([windowOf(0, 2)]);
    setTimeout(() => sink.close(), 50);
    await expect(delivered).rejects.toMatchObject({ code: 'SINK_CLOSED' });
    expect(letters).toEqual([]);
    await server.close();
  });
});
