import { expect, it, vi } from 'vitest';
import { LogboomError } from '../../src/errors.ts';
import type { BulkItem, Sink } from '../../src/model.ts';
import { SideDocuments } from '../../src/readers/indexer/publisher.ts';
import { eventually } from '../support/eventually.ts';

const item = (number: number): BulkItem => ({
  action: 'create',
  index: 'x',
  id: `${number}`,
  document: '{}',
});

/** A sink that takes nothing until it is told to. */
function aSink() {
  const taken: string[][] = [];
  let go: () => void = () => undefined;
  const sink: Sink = {
    deliver: async (items) => {
      await new Promise<void>((resolve) => {
        go = resolve;
      });
      taken.push(items.map(({ id }) => id));
      return { indexed: items.length, duplicates: 0, deadLettered: 0 };
    },
    close: async () => undefined,
  };
  return { sink, taken, go: () => go() };
}

it('what came while a delivery was under way goes out with the next', async () => {
  const { sink, taken, go } = aSink();
  const side = new SideDocuments(sink);
  for (const number of [1, 2, 3]) side.add(item(number));
  go();
  await eventually(() => expect(taken).toHaveLength(1));
  await eventually(() => {
    go();
    expect(taken).toEqual([['1'], ['2', '3']]);
  });
});

it('while the sink takes nothing the oldest are forgotten', async () => {
  const { sink, taken, go } = aSink();
  const side = new SideDocuments(sink);
  for (let number = 0; number < 1_000; number += 1) side.add(item(number));
  await eventually(() => {
    go();
    expect(taken).toHaveLength(2);
  });
  expect(taken[1]).toHaveLength(360);
  expect(taken[1]!.at(-1)).toBe('999');
});

it('a sink that was closed ends it quietly', async () => {
  const deliver = vi.fn(async () => {
    throw new LogboomError('SINK_CLOSED', 'closed');
  });
  const side = new SideDocuments({ deliver, close: async () => undefined });
  side.add(item(1));
  await eventually(() => expect(deliver).toHaveBeenCalledOnce());
});
