import { describe, expect, it } from 'vitest';
import { LogboomError } from '../../src/errors.ts';
import type { BulkItem, DeliveryReport, Sink } from '../../src/model.ts';
import { Deliveries } from '../../src/readers/deliveries.ts';

const item = (id: string): BulkItem => ({ action: 'create', index: 'i', id, document: '{}' });
const soon = () => new Promise<void>((resolve) => setImmediate(resolve));

/** A sink whose deliveries end when the test says so. */
class HeldSink implements Sink {
  readonly held: { ids: string[]; end: () => void; refuse: (error: Error) => void }[] = [];
  deliver(items: BulkItem[]): Promise<DeliveryReport> {
    return new Promise((resolve, reject) => {
      const report = { indexed: items.length, duplicates: 0, deadLettered: 0 };
      this.held.push({ ids: items.map(({ id }) => id), end: () => resolve(report), refuse: reject });
    });
  }
  async close() {}
}

describe('deliveries', () => {
  it('tell a place only when everything before it is delivered', async () => {
    const sink = new HeldSink();
    const reached: number[] = [];
    const deliveries = new Deliveries<number>(sink, 4, (place) => reached.push(place));
    for (const place of [1, 2, 3]) await deliveries.start([item(String(place))], place);
    sink.held[2]!.end();
    sink.held[1]!.end();
    await soon();
    expect(reached).toEqual([]);
    sink.held[0]!.end();
    await soon();
    expect(reached).toEqual([3]);
  });

  it('hold the caller while as many as allowed are under way', async () => {
    const sink = new HeldSink();
    const deliveries = new Deliveries<number>(sink, 2, () => {});
    await deliveries.start([item('a')], 1);
    await deliveries.start([item('b')], 2);
    let started = false;
    const third = deliveries.start([item('c')], 3).then(() => {
      started = true;
    });
    await soon();
    expect(started).toBe(false);
    sink.held[0]!.end();
    await third;
    expect(sink.held.map(({ ids }) => ids[0])).toEqual(['a', 'b', 'c']);
  });

  it('go on behind one that takes long', async () => {
    const sink = new HeldSink();
    const reached: number[] = [];
    const deliveries = new Deliveries<number>(sink, 2, (place) => reached.push(place));
    for (let place = 1; place <= 20; place += 1) {
      await deliveries.start([item(String(place))], place);
      if (place > 1) sink.held.at(-1)!.end();
      await soon();
    }
    expect(sink.held).toHaveLength(20);
    expect(reached).toEqual([]);
    sink.held[0]!.end();
    await soon();
    expect(reached).toEqual([20]);
  });

  it('need no sink for a place without items', async () => {
    const reached: number[] = [];
    const deliveries = new Deliveries<number>(new HeldSink(), 1, (place) => reached.push(place));
    await deliveries.start([], 7);
    expect(reached).toEqual([7]);
  });

  it('do not tell a place that only a part of its items reached', async () => {
    const sink = new HeldSink();
    const reached: number[] = [];
    const deliveries = new Deliveries<number>(sink, 3, (place) => reached.push(place));
    await deliveries.start([item('a')], undefined);
    await deliveries.start([item('b')], 1);
    sink.held[0]!.end();
    await soon();
    expect(reached).toEqual([]);
    sink.held[1]!.end();
    await soon();
    expect(reached).toEqual([1]);
  });

  it('leave the place alone when the sink was closed, so that the items are read again', async () => {
    const sink = new HeldSink();
    const reached: number[] = [];
    const deliveries = new Deliveries<number>(sink, 1, (place) => reached.push(place));
    await deliveries.start([item('a')], 1);
    const waiting = deliveries.start([item('b')], 2);
    sink.held[0]!.refuse(new LogboomError('SINK_CLOSED', 'closed'));
    await waiting;
    expect(reached).toEqual([]);
    expect(sink.held).toHaveLength(1);
  });
});
