import { on, once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { LoadingThread, startThread } from '../../src/util/loading-thread.ts';
import { eventually } from '../support/eventually.ts';
import { aFolder } from '../support/folder.ts';

const file = fileURLToPath(new URL('fixtures/echo.mjs', import.meta.url));
const options = { name: 'echo', resourceLimits: { maxYoungGenerationSizeMb: 4 } };

/** The first `count` messages. Two that come at the same time are both kept; `once` twice would miss the second. */
async function messages(worker: Worker, count: number): Promise<unknown[]> {
  const heard: unknown[] = [];
  for await (const [message] of on(worker, 'message')) if (heard.push(message) === count) break;
  return heard;
}

async function ends(worker: Worker): Promise<number> {
  return ((await once(worker, 'exit')) as [number])[0];
}

describe('a thread', () => {
  it.each([
    ['that has been loading', () => new LoadingThread(file, options)],
    ['that starts with its data', () => undefined],
  ])('%s is given its data, and hears what is posted to it meanwhile', async (_, loading) => {
    const worker = startThread(file, { ...options, workerData: { number: 1 } }, loading());
    worker.postMessage('early');
    const ended = ends(worker);
    expect(await messages(worker, 2)).toEqual([{ given: { number: 1 } }, { heard: 'early' }]);
    expect(await ended).toBe(0);
  });

  it('that ended while it loaded is replaced by one that says why', async () => {
    const broken = join(aFolder(), 'broken.mjs');
    writeFileSync(broken, "throw new Error('cannot load');");
    const loading = new LoadingThread(broken, options);
    await eventually(() => expect(loading.hasEnded).toBe(true));
    const worker = startThread(broken, { ...options, workerData: {} }, loading);
    const [error] = (await once(worker, 'error')) as [Error];
    expect(error.message).toBe('cannot load');
  });

  it('that is not needed is ended', async () => {
    const loading = new LoadingThread(file, options);
    await loading.discard();
    expect(loading.hasEnded).toBe(true);
    expect(loading.begin({})).toBeUndefined();
  });
});
