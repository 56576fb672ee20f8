import { describe, expect, it } from 'vitest';
import { openPayload } from '../../src/journal/record.ts';
import { encodeFrames } from '../../src/lumberjack/encoder.ts';
import type { Batch } from '../../src/model.ts';
import { ForwardWindows } from '../../src/readers/forwarder/forward-windows.ts';
import { aBatch, aTick, journaled, t } from '../support/journal/records.ts';
import { C, D } from '../support/lumberjack/frames.ts';
import { texts } from '../support/lumberjack/logstash.ts';

const frames = (documents: string[], firstSequence = 1) =>
  encodeFrames(documents, { version: 2, firstSequence });
const batchOf = (payload: Buffer, count: number) => aBatch([], { encoding: 'lumberjack', payload, count });
/** What Filebeat sends by default, and at compression level 0. */
const compressed = (count: number, from = 1) => batchOf(C(frames(texts(count, from))), count);
const bare = (count: number) => batchOf(frames(texts(count)), count);

function loadsOf(batches: (Batch | ReturnType<typeof aTick>)[], bulkMaxSize = 2048, compressionLevel = 3) {
  const unreadable: number[] = [];
  const windows = new ForwardWindows({
    bulkMaxSize,
    compressionLevel,
    open: openPayload,
    unreadable: (position) => unreadable.push(position),
  });
  const loads = [...windows.of(journaled(batches))].map((load) => ({
    ...load,
    windows: load.windows.map(told),
  }));
  return { loads, unreadable };
}
const told = ({ how, documents }: { how: string; documents: () => Buffer[] }) =>
  [how, ...documents().map(String)].join(' ');
const encoded = (...documents: string[]) => ['encoded', ...documents].join(' ');
const asReceived = (...documents: string[]) => ['as-received', ...documents].join(' ');

describe('the windows of the journal go to Logstash', () => {
  it('as they were received, where they have a fair number of events', () => {
    expect(loadsOf([compressed(2), compressed(3)], 4).loads).toEqual([
      { windows: [asReceived(...texts(2))], upTo: 1 },
      { windows: [asReceived(...texts(3))], upTo: 2 },
      { windows: [], upTo: 2 },
    ]);
  });

  it('as they were received, where a small one is alone', () => {
    expect(loadsOf([compressed(2)]).loads).toEqual([{ windows: [asReceived(...texts(2))], upTo: 1 }]);
  });

  it('together, where small ones wait, up to the size of a bulk', () => {
    const { loads } = loadsOf([compressed(3), compressed(3), compressed(3, 7), compressed(1)], 16);
    expect(loads).toEqual([
      { windows: [encoded(...texts(3), ...texts(3), ...texts(3, 7), ...texts(1))], upTo: 4 },
    ]);
    expect(
      loadsOf(
        Array.from({ length: 7 }, () => compressed(3)),
        16,
      ).loads.map(({ upTo }) => upTo),
    ).toEqual([5, 7]);
  });

  it('in the order of the journal, whatever their sizes', () => {
    const { loads } = loadsOf([compressed(1, 1), compressed(8, 2), compressed(1, 10), compressed(1, 11)], 8);
    expect(loads.map(({ upTo }) => upTo)).toEqual([1, 2, 4]);
    expect(
      loads
        .flatMap(({ windows }) => windows)
        .join(' ')
        .match(/"n":\d+/g),
    ).toEqual(texts(11).map((text) => text.slice(1, -1)));
  });

  it('cut, where they have more events than bulk_max_size', () => {
    expect(loadsOf([compressed(5)], 2).loads[0]).toEqual({
      windows: [encoded(...texts(2)), encoded(...texts(2, 3)), encoded(...texts(1, 5))],
      upTo: 1,
    });
  });

  it('whole with bulk_max_size 0, whatever their size', () => {
    expect(loadsOf([compressed(3_000)], 0).loads[0]!.windows).toEqual([asReceived(...texts(3_000))]);
  });

  it.each<[string, Batch, number]>([
    ['compressed ones, where nothing shall be compressed', compressed(3), 0],
    ['bare ones, where they shall be compressed', bare(3), 3],
    ['ones that count on from the window before', batchOf(C(frames(texts(3), 2049)), 3), 3],
    ['ones that came as lines of JSON', aBatch(texts(3)), 3],
  ])('made anew: %s', (_, batch, level) => {
    expect(loadsOf([batch], 8, level).loads[0]!.windows).toEqual([encoded(...texts(3))]);
  });

  it('bare as they were received, at level 0', () => {
    expect(loadsOf([bare(3)], 8, 0).loads[0]!.windows).toEqual([asReceived(...texts(3))]);
  });

  it('from version 1 as JSON', () => {
    const { loads } = loadsOf([batchOf(C(D(1, { line: 'x' })), 1)]);
    expect(loads[0]!.windows).toEqual([encoded('{"line":"x","message":"x"}')]);
  });

  it('without ticks, whose places are reached all the same', () => {
    expect(loadsOf([aTick(t), compressed(1), aTick(t)]).loads).toEqual([
      { windows: [asReceived(...texts(1))], upTo: 3 },
    ]);
    expect(loadsOf([aTick(t), aTick(t)]).loads).toEqual([{ windows: [], upTo: 2 }]);
  });

  it('without one that cannot be read, which is told', () => {
    const { loads, unreadable } = loadsOf([batchOf(Buffer.from('xx'), 1), compressed(1)]);
    expect(loads).toEqual([{ windows: [encoded(...texts(1))], upTo: 2 }]);
    expect(unreadable).toEqual([1]);
  });

  it('not at all where there is none', () => {
    expect(loadsOf([]).loads).toEqual([]);
  });
});
