import { once } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { collectEarly } from '../../src/util/heaps.ts';

/** Keeps some 40 MB of objects, replaces them again and again, and tells the greatest size of its heap. */
const churning = `
  const { parentPort } = require('node:worker_threads');
  const { getHeapStatistics } = require('node:v8');
  const kept = Array.from({ length: 300_000 }, (_, n) => ({ n, more: [n, n, n, n] }));
  let most = 0;
  for (let round = 0; round < 60; round += 1) {
    for (let n = 0; n < 40_000; n += 1) {
      const place = (round * 40_000 + n * 7) % kept.length;
      kept[place] = { n, more: [n, n, n, n], before: kept[place].n };
    }
    most = Math.max(most, getHeapStatistics().total_heap_size);
  }
  parentPort.postMessage(most);
`;

async function mostOfThread(): Promise<number> {
  const thread = new Worker(churning, { eval: true, resourceLimits: { maxYoungGenerationSizeMb: 16 } });
  const [most] = (await once(thread, 'message')) as [number];
  await thread.terminate();
  return most;
}

it('the heap of a thread stays closer to what is in use', async () => {
  // A server that another test started in this process may have set the flag, which is one of the process. 0 is its default.
  setFlagsFromString('--heap-growing-percent=0');
  const before = await mostOfThread();
  collectEarly();
  expect(await mostOfThread()).toBeLessThan(0.75 * before);
});
