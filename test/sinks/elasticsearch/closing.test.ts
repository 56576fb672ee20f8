import { describe, expect, it } from 'vitest';
import type { Fault } from '../support/fake-elasticsearch.ts';
import { servedSinks } from '../support/served.ts';
import { items } from '../support/sink.ts';

const served = servedSinks();
const { sinkFor } = served;

describe('closing', () => {
  it.each<[string, Fault]>([
    ['under way', 'never'],
    ['in a pause', { status: 503 }],
    ['put off one by one', { items: [{ status: 429 }] }],
  ])('rejects deliveries that are %s, soon', async (_, fault) => {
    served.server.onBulk = () => fault;
    const { sink } = sinkFor({ realTime: true, index: { maxBulkItems: 1, retryInitial: '60s' } });
    const deliveries = [sink.deliver(items(1)), sink.deliver(items(5, 'b'))];
    const outcomes = Promise.allSettled(deliveries);
    await expect.poll(() => served.server.bulks().length).toBeGreaterThan(0);
    const began = Date.now();
    await sink.close();
    for (const outcome of await outcomes)
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'SINK_CLOSED' } });
    expect(Date.now() - began).toBeLessThan(20_000);
  });

  it('twice is harmless, and nothing is taken afterwards', async () => {
    const { sink } = sinkFor();
    await sink.close();
    await sink.close();
    await expect(sink.deliver(items(1))).rejects.toMatchObject({ code: 'SINK_CLOSED' });
    expect(sink.status().state).toBe('closed');
  });
});
