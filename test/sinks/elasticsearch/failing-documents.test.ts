import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type FakeElasticsearch,
  type FakeRequest,
  startFakeElasticsearch,
} from '../support/fake-elasticsearch.ts';
import { items, type TestSink, testSink } from '../support/sink.ts';

let server: FakeElasticsearch;
let made: TestSink;
beforeEach(async () => {
  server = await startFakeElasticsearch();
  made = testSink({ hosts: [server.url], index: { maxBulksInFlight: 4 } });
});
afterEach(async () => {
  await made.sink.close();
  await server.close();
});

const isPoison = (id: string) => id.startsWith('poison');
const withPoison = (count: number) => [...items(count), ...items(1, 'poison-')];
const hasPoison = ({ actions }: FakeRequest) => actions.some(({ id }) => isPoison(id));
const sent = (id: string) =>
  server.bulks().filter(({ actions }) => actions.length === 1 && actions[0]!.id === id).length;

describe('a document on which the server always fails', () => {
  it('becomes a dead letter after a number of tries, and its neighbours are indexed: item', async () => {
    server.onBulk = ({ actions }) => ({
      items: actions.map(({ id }) =>
        isPoison(id) ? { status: 500, type: 'null_pointer_exception' } : undefined,
      ),
    });
    const running = made.sink.deliver(withPoison(20));
    for (let i = 0; i < 5; i += 1)
      expect(await made.sink.deliver(items(3, `free-${i}-`))).toMatchObject({ indexed: 3 });
    expect(await running).toEqual({ indexed: 20, duplicates: 0, deadLettered: 1 });
    expect(made.letters).toMatchObject([
      { id: 'poison-0', reason: expect.stringMatching(/null_pointer.*given up after 8 tries/) },
    ]);
    expect(made.pauses.reduce((sum, pause) => sum + pause, 0)).toBeLessThan(5 * 60_000);
    expect(sent('poison-0')).toBe(7);
  });

  it('is found by halves where the whole request fails, and its neighbours are indexed', async () => {
    server.onBulk = (request) => (hasPoison(request) ? { status: 500 } : undefined);
    expect(await made.sink.deliver(withPoison(60))).toMatchObject({ indexed: 60, deadLettered: 1 });
    expect(made.letters).toMatchObject([
      { id: 'poison-0', reason: expect.stringMatching(/status 500.*given up after 8 tries/) },
    ]);
    expect(server.documents.size).toBeGreaterThanOrEqual(60);
    expect(made.sink.status().state).toBe('delivering');
  });

  it('does not keep other requests waiting meanwhile', async () => {
    let failing = true;
    server.onBulk = (request) => (failing && hasPoison(request) ? { status: 500 } : undefined);
    const slow = testSink({
      hosts: [server.url],
      realTime: true,
      index: { retryInitial: '20ms', retryMax: '1h' },
    });
    const running = slow.sink.deliver(withPoison(1));
    await expect.poll(() => sent('poison-0')).toBeGreaterThan(2);
    for (let i = 0; i < 5; i += 1)
      expect(await slow.sink.deliver(items(2, `free-${i}-`))).toMatchObject({ indexed: 2 });
    expect(slow.sink.status()).toMatchObject({
      state: 'retrying',
      deferred: 1,
      reason: expect.stringMatching(/status 500/),
    });
    failing = false;
    expect(await running).toEqual({ indexed: 2, duplicates: 0, deadLettered: 0 });
    await slow.sink.close();
  });
});

describe('a server that fails on everything', () => {
  it.each([
    ['each request', () => ({ status: 500 })],
    ['each document', ({ actions }: FakeRequest) => ({ items: actions.map(() => ({ status: 500 })) })],
  ])('is waited for, and no document is given up: %s', async (_, fault) => {
    server.onBulk = (request, number) => (number < 60 ? fault(request) : undefined);
    expect(await made.sink.deliver(items(10))).toEqual({ indexed: 10, duplicates: 0, deadLettered: 0 });
    expect(made.letters).toEqual([]);
  });
});
