import { describe, expect, it } from 'vitest';
import { Signal } from '../../src/util/waiting.ts';

const isPending = async (wait: Promise<void>): Promise<boolean> => {
  const pending = Symbol('pending');
  const first = await Promise.race([wait, new Promise((resolve) => setImmediate(() => resolve(pending)))]);
  return first === pending;
};

describe('a signal', () => {
  it('wakes who waits', async () => {
    const signal = new Signal();
    const wait = signal.wait();
    expect(await isPending(wait)).toBe(true);
    signal.raise();
    expect(await isPending(wait)).toBe(false);
  });

  it('that was raised before the wait is not lost', async () => {
    const signal = new Signal();
    signal.raise();
    expect(await isPending(signal.wait())).toBe(false);
  });

  it('that was raised several times wakes once', async () => {
    const signal = new Signal();
    for (let i = 0; i < 3; i++) signal.raise();
    await signal.wait();
    expect(await isPending(signal.wait())).toBe(true);
  });
});
