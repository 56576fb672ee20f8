import { describe, expect, it } from 'vitest';
import { late, untilAborted, within } from '../../src/util/waiting.ts';

const never = () => new Promise<never>(() => {});

describe('a deadline', () => {
  it('passes on what the work returns in time', async () => {
    expect(await within(Promise.resolve('done'), 60_000)).toBe('done');
  });

  it('passes on why the work failed in time', async () => {
    await expect(within(Promise.reject(new Error('broken')), 60_000)).rejects.toThrow('broken');
  });

  it('says so when it is over before the work', async () => {
    expect(await within(never(), 5)).toBe(late);
    expect(await within(never(), 5, { keepAlive: true })).toBe(late);
  });

  it('ignores a failure of the work after it', async () => {
    let fail: (error: Error) => void = () => {};
    const work = new Promise<never>((_, reject) => {
      fail = reject;
    });
    expect(await within(work, 1)).toBe(late);
    fail(new Error('too late to matter'));
    await new Promise((resolve) => setImmediate(resolve));
  });

  it('leaves no timer behind when the work is done', async () => {
    const before = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    await within(Promise.resolve(), 3_600_000);
    expect(process.getActiveResourcesInfo().filter((name) => name === 'Timeout')).toHaveLength(before);
  });
});

describe('work until a signal', () => {
  it('returns its result while the signal is quiet, and removes its listener', async () => {
    const { signal } = new AbortController();
    expect(await untilAborted(Promise.resolve(7), signal)).toBe(7);
  });

  it('passes on its own failure while the signal is quiet', async () => {
    const { signal } = new AbortController();
    await expect(untilAborted(Promise.reject(new Error('broken')), signal)).rejects.toThrow('broken');
  });

  it.each([['before'], ['during']])(
    'rejects with the reason of a signal that aborts %s the work',
    async (when) => {
      const closing = new AbortController();
      const reason = new Error('closed');
      if (when === 'before') closing.abort(reason);
      const waiting = untilAborted(never(), closing.signal);
      if (when === 'during') closing.abort(reason);
      await expect(waiting).rejects.toBe(reason);
    },
  );

  it('rejects with the reason of the signal, and not with the failure that the signal caused', async () => {
    const closing = new AbortController();
    const work = new Promise<never>((_, reject) => {
      closing.signal.addEventListener('abort', () => reject(new Error('socket closed')));
    });
    const waiting = untilAborted(work, closing.signal);
    closing.abort(new Error('closed'));
    await expect(waiting).rejects.toThrow(/^closed$/);
  });
});
