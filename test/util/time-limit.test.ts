import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { request } from '../../src/util/undici.ts';
import { withTimeLimit } from '../../src/util/waiting.ts';

const long = 600_000;
const never = (signal: AbortSignal) =>
  new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));

describe('withTimeLimit', () => {
  it('resolves as the work does', async () => {
    expect(await withTimeLimit(new AbortController().signal, long, async () => 7)).toBe(7);
  });

  it('rejects as the work does', async () => {
    const failing = withTimeLimit(new AbortController().signal, long, async () => {
      throw new Error('refused');
    });
    await expect(failing).rejects.toThrow('refused');
  });

  it('rejects as work does that fails before it returns a promise', async () => {
    const failing = withTimeLimit(new AbortController().signal, long, () => {
      throw new Error('no such peer');
    });
    await expect(failing).rejects.toThrow('no such peer');
  });

  it('aborts the work with a TimeoutError when the time is over', async () => {
    const failing = withTimeLimit(new AbortController().signal, 5, never);
    await expect(failing).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  it('aborts the work with the reason of the stop', async () => {
    const stopping = new AbortController();
    const failing = withTimeLimit(stopping.signal, long, never);
    stopping.abort(new Error('the server stops'));
    await expect(failing).rejects.toThrow('the server stops');
  });

  it('gives an aborted signal to work that begins after the stop', async () => {
    const work = async (signal: AbortSignal) => signal.aborted;
    expect(await withTimeLimit(AbortSignal.abort(), long, work)).toBe(true);
  });

  it.each([
    ['after work that ends', async () => 'done'],
    ['after work that fails', async () => Promise.reject(new Error('failed'))],
  ])('leaves no timer behind %s', async (_, work) => {
    const timers = () => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    const before = timers();
    await withTimeLimit(new AbortController().signal, long, work).catch(() => undefined);
    expect(timers()).toBeLessThanOrEqual(before);
  });

  it('aborts nothing after the work has ended', async () => {
    const stopping = new AbortController();
    let given: AbortSignal | undefined;
    await withTimeLimit(stopping.signal, 5, async (signal) => {
      given = signal;
    });
    stopping.abort();
    await sleep(20);
    expect(given?.aborted).toBe(false);
  });

  describe('with a peer that does not answer', () => {
    const silent = createServer(() => undefined);
    let url = '';

    beforeAll(async () => {
      await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
      url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/`;
    });

    afterAll(() => {
      silent.closeAllConnections();
      silent.close();
    });

    it('keeps the limit of each request while garbage is collected', async () => {
      setFlagsFromString('--expose-gc');
      const collect = runInNewContext('gc') as () => void;
      const { signal } = new AbortController();
      const ends = Array.from({ length: 10 }, (_, n) =>
        withTimeLimit(signal, 100 + n, (limited) => request(url, { method: 'POST', signal: limited })).catch(
          ({ name }: Error) => name,
        ),
      );
      for (let round = 0; round < 5; round++) {
        await nextTurn();
        collect();
      }
      expect(await Promise.all(ends)).toEqual(Array(10).fill('TimeoutError'));
    });
  });
});
