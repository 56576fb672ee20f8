import { describe, expect, it, onTestFinished } from 'vitest';
import type { DeadLetter, JournalRecord, Sink } from '../../src/model.ts';
import { Indexer, type IndexerOptions } from '../../src/readers/indexer/indexer.ts';
import { documentsOf } from '../support/documents.ts';
import { eventually } from '../support/eventually.ts';
import { readerOf } from '../support/journal/journal.ts';
import { aBatch, aTick, at, journaled, t } from '../support/journal/records.ts';
import { TestSink } from '../support/sinks.ts';

function anIndexer(records: JournalRecord[], sink = new TestSink(), changes: Partial<IndexerOptions> = {}) {
  const reached: number[] = [];
  const indexer = new Indexer({
    journal: readerOf(records),
    sink,
    documents: documentsOf(),
    from: 0,
    maxItems: 10,
    maxBytes: 100_000,
    maxInFlight: 3,
    keepDeadLetters: async () => undefined,
    reached: (position) => void reached.push(position),
    ...changes,
  });
  const ended = indexer.run();
  onTestFinished(async () => {
    indexer.stop();
    await ended;
  });
  return { indexer, sink, reached, ended };
}
/** Of a position's event, received at `t`. */
const id = (position: number, index: number) => `j1-${position}-${t.toString(36)}-${index}`;
const events = (count: number) => aBatch(Array.from({ length: count }, () => at(t)));
const soon = () => new Promise<void>((resolve) => setTimeout(resolve, 10));

describe('the indexer', () => {
  it('delivers a document for each event, in the order of the journal', async () => {
    const { sink, reached } = anIndexer(journaled([events(2), aTick(t), events(1)]));
    await eventually(() => expect(reached.at(-1)).toBe(3));
    expect(sink.ids).toEqual([id(1, 0), id(1, 1), id(3, 0)]);
  });

  it('begins after the place that an earlier run reached', async () => {
    const { sink, reached } = anIndexer(journaled([events(2), events(1)]), new TestSink(), { from: 1 });
    await eventually(() => expect(reached).toEqual([2]));
    expect(sink.ids).toEqual([id(2, 0)]);
  });

  it('goes on when it hears that there is more', async () => {
    const records: JournalRecord[] = [];
    const { indexer, reached } = anIndexer(records);
    await soon();
    records.push(...journaled([events(1)]));
    indexer.wake();
    await eventually(() => expect(reached).toEqual([1]));
  });

  it('passes over ticks without asking the sink', async () => {
    const { sink, reached } = anIndexer(journaled([aTick(t), aTick(t)]));
    await eventually(() => expect(reached).toEqual([2]));
    expect(sink.deliveries).toEqual([]);
  });

  it('puts several small records into one delivery, and cuts a large one into several', async () => {
    const { sink, reached } = anIndexer(journaled([events(2), events(2), events(25)]));
    await eventually(() => expect(reached.at(-1)).toBe(3));
    expect(sink.deliveries.map((items) => items.length)).toEqual([10, 10, 9]);
    expect(sink.ids.slice(0, 5)).toEqual([id(1, 0), id(1, 1), id(2, 0), id(2, 1), id(3, 0)]);
  });

  it('cuts by bytes, too, so that large events do not fill the memory', async () => {
    const large = aBatch(Array.from({ length: 6 }, () => JSON.stringify({ message: 'x'.repeat(40_000) })));
    const { sink, reached } = anIndexer(journaled([large]));
    await eventually(() => expect(reached.at(-1)).toBe(1));
    expect(sink.deliveries.map((items) => items.length)).toEqual([2, 2, 2]);
    expect(sink.ids).toEqual([0, 1, 2, 3, 4, 5].map((index) => id(1, index)));
  });

  it('passes on no more bytes than one request may have, but for a single event', async () => {
    const maxBytes = 10_000;
    const sizes = [10, 3_000, 6_000, 2_500, 20_000, 9_700, 30, 400, 12_000, 9_000];
    const record = aBatch(sizes.map((size) => JSON.stringify({ message: 'x'.repeat(size) })));
    const bodies: [items: number, bytes: number][] = [];
    const sink = new TestSink();
    const deliverPacked: Sink['deliverPacked'] = (packed) => {
      bodies.push([packed.length, packed.body.length]);
      return sink.deliver(packed.items());
    };
    const { reached } = anIndexer(journaled([record]), Object.assign(sink, { deliverPacked }), { maxBytes });
    await eventually(() => expect(reached.at(-1)).toBe(1));
    expect(sink.ids).toEqual(sizes.map((_, index) => id(1, index)));
    expect(bodies.filter(([items, bytes]) => items > 1 && bytes > maxBytes)).toEqual([]);
    expect(bodies.length).toBeLessThan(sizes.length);
  });

  it('tells a place only when all deliveries up to it have ended, whichever ends first', async () => {
    const sink = new TestSink({ holds: true });
    const { reached } = anIndexer(journaled([events(25), events(6)]), sink);
    await eventually(() => expect(sink.deliveries).toHaveLength(3));
    for (const number of [2, 1]) sink.end(number);
    await soon();
    expect(reached).toEqual([]);
    sink.end(0);
    await eventually(() => expect(reached).toEqual([1]));
  });

  it('has no more deliveries under way than allowed', async () => {
    const sink = new TestSink({ holds: true });
    anIndexer(journaled([events(100)]), sink);
    await soon();
    expect(sink.deliveries).toHaveLength(3);
    sink.end(0);
    await eventually(() => expect(sink.deliveries).toHaveLength(4));
  });

  it('has dead letters on disk before any document about them leaves', async () => {
    const order: string[] = [];
    const sink = new TestSink();
    const deliver = sink.deliver.bind(sink);
    sink.deliver = (items) => {
      order.push(...items.map(({ index }) => index));
      return deliver(items);
    };
    const keepDeadLetters = async (letters: DeadLetter[]) => {
      await soon();
      order.push(...letters.map(({ id }) => id));
    };
    const { reached } = anIndexer(journaled([aBatch(['[]', at(t)])]), sink, { keepDeadLetters });
    await eventually(() => expect(reached).toEqual([1]));
    expect(order).toEqual([id(1, 0), 'logs-logboom.deadletters-default', 'logs-generic-default']);
  });

  it('ends, and tells no place, where dead letters cannot be kept', async () => {
    const keepDeadLetters = () => Promise.reject(new Error('no space left on device'));
    const reached: number[] = [];
    const indexer = new Indexer({
      journal: readerOf(journaled([aBatch(['[]'])])),
      sink: new TestSink(),
      documents: documentsOf(),
      from: 0,
      maxItems: 10,
      maxBytes: 100_000,
      maxInFlight: 3,
      keepDeadLetters,
      reached: (position) => void reached.push(position),
    });
    await expect(indexer.run()).rejects.toThrow('no space left on device');
    expect(reached).toEqual([]);
  });

  it('gets past a payload that cannot be read', async () => {
    const broken = aBatch([], { encoding: 'lumberjack', payload: Buffer.from('xx'), count: 1 });
    const { sink, reached } = anIndexer(journaled([broken, events(1)]));
    await eventually(() => expect(reached.at(-1)).toBe(2));
    expect(sink.deliveries.flat().map(({ index }) => index)).toEqual([
      'logs-logboom.deadletters-default',
      'logs-generic-default',
    ]);
  });

  it('delivers what it has read when it is to finish, record by record, and reads no further', async () => {
    const sink = new TestSink({ holds: true });
    const { indexer, reached, ended } = anIndexer(journaled([events(1), events(25), events(50)]), sink);
    await eventually(() => expect(sink.deliveries).toHaveLength(3));
    const finished = indexer.finish();
    let isFinished = false;
    void finished.then(() => {
      isFinished = true;
    });
    for (let number = 0; number < sink.deliveries.length; number += 1) {
      await soon();
      expect(isFinished).toBe(false);
      sink.end(number);
      await soon();
    }
    await finished;
    await ended;
    const records = new Set(sink.ids.map((id) => Number(id.split('-')[1])));
    expect(reached.at(-1)).toBe(Math.max(...records));
    const wanted = [0, 1, 26, 76][reached.at(-1)!];
    expect(sink.ids).toHaveLength(wanted!);
  });

  it('gets past a damaged record, which becomes a dead letter, and tells of it', async () => {
    const broken = aBatch([], { encoding: 'damaged', payload: Buffer.from('what is left'), count: 4 });
    const letters: DeadLetter[] = [];
    const damaged: number[] = [];
    const { sink, reached } = anIndexer(journaled([broken, events(1)]), new TestSink(), {
      keepDeadLetters: async (some) => void letters.push(...some),
      damaged: (position) => void damaged.push(position),
    });
    await eventually(() => expect(reached.at(-1)).toBe(2));
    expect(damaged).toEqual([1]);
    expect(letters).toMatchObject([
      {
        id: `j1-1-${t.toString(36)}`,
        reason: expect.stringContaining('is damaged'),
        body: Buffer.from('what is left'),
      },
    ]);
    expect(sink.deliveries.flat()).toHaveLength(2);
  });

  it('leaves to the next start what a closed sink gave back', async () => {
    const sink = new TestSink({ holds: true });
    const { indexer, reached, ended } = anIndexer(journaled([events(5), events(50)]), sink);
    await eventually(() => expect(sink.deliveries).toHaveLength(3));
    indexer.stop();
    await sink.close();
    await ended;
    expect(reached).toEqual([]);
  });
});
