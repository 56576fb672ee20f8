import { describe, expect, it } from 'vitest';
import {
  type EventIdentity,
  type MarkedWindow,
  timed,
} from '../../../src/journal/redelivery/marked-windows.ts';
import { RedeliveryMemory } from '../../../src/journal/redelivery/memory.ts';

/** The window that holds the events, where there is one only. */
const HOLDER = 1;
const OTHER = 2;

const windowAt = (position: number): MarkedWindow => ({
  ...{ source: 'test', holder: HOLDER, position, which: timed, identified: [], reads: 0 },
  marks: Uint32Array.of(position),
});

const identities = (from: number, to: number): EventIdentity[] =>
  Array.from({ length: to - from }, (_, i) => ({
    identity: from + i,
    mark: from + i + 1_000_000,
    placed: true,
  }));

function aMemory(changes: { remember?: number; maxEvents?: number } = {}) {
  const forgotten: number[] = [];
  const config = { remember: 1_000, windows: 8, maxEvents: 1_000, ...changes };
  return { memory: new RedeliveryMemory(config, (events) => forgotten.push(events)), forgotten };
}

describe('the memory of events that may be sent again', () => {
  it('knows an event as often as it was remembered', async () => {
    const { memory } = aMemory();
    const [one] = identities(1, 2);
    await memory.remember([one!, one!], HOLDER, 0);
    expect(await memory.take([one!, one!, one!], 0)).toEqual([true, true, false]);
  });

  it('rules events out by their mark alone', async () => {
    const { memory } = aMemory();
    await memory.remember(identities(1, 2), HOLDER, 0);
    expect(memory.mayContain(1_000_001)).toBe(true);
    expect(memory.mayContain(1_000_002)).toBe(false);
  });

  it.each([
    [999, true],
    [1_000, true],
    [1_001, false],
  ])('knows an event %i ms later: %s', async (later, known) => {
    const { memory } = aMemory();
    await memory.remember(identities(1, 2), HOLDER, 0);
    expect(await memory.take(identities(1, 2), later)).toEqual([known]);
  });

  it('is empty, and asked nothing, when all came or their time is over', async () => {
    const { memory } = aMemory();
    await memory.remember(identities(0, 10), HOLDER, 0);
    expect(memory.size).toBe(10);
    await memory.take(identities(0, 4), 0);
    expect(memory.size).toBe(6);
    await memory.take([], 1_001);
    expect(memory.size).toBe(0);
  });

  it('holds no more than it may, forgets the oldest first, and says so', async () => {
    const { memory, forgotten } = aMemory();
    for (let n = 0; n < 40; n += 1) {
      await memory.remember(identities(100 * n, 100 * n + 100), HOLDER, 0);
      expect(memory.size).toBeLessThanOrEqual(1_000);
    }
    expect(forgotten.reduce((sum, events) => sum + events, 0)).toBe(4_000 - memory.size);
    expect(await memory.take(identities(3_500, 4_000), 0)).toEqual(Array(500).fill(true));
    expect(await memory.take(identities(0, 100), 0)).toEqual(Array(100).fill(false));
  });

  it('forgets what its sender has the ACK of, once for each time, and no more', async () => {
    const { memory } = aMemory();
    const [one, other] = identities(1, 3);
    await memory.remember([one!, one!], HOLDER, 0);
    await memory.forget([one!, other!], HOLDER);
    expect(memory.size).toBe(1);
    expect(await memory.take([one!, one!, other!], 0)).toEqual([true, false, false]);
  });

  it('still knows what another window holds when one is confirmed', async () => {
    const { memory } = aMemory();
    const [one] = identities(1, 2);
    await memory.remember([one!], HOLDER, 0);
    expect(await memory.take([one!], 0)).toEqual([true]);
    await memory.remember([one!], OTHER, 0);
    await memory.forget([one!], HOLDER);
    expect(memory.size).toBe(1);
    await memory.forget([one!], OTHER);
    expect(memory.size).toBe(0);
  });

  it('gives only windows before a position, each until all its identities are known', () => {
    const { memory } = aMemory();
    const windows = [30, 10, 20, 10].map(windowAt);
    for (const window of windows) memory.mark(window, 0);
    expect(memory.markedBefore(10)).toEqual([]);
    expect(memory.markedBefore(21)).toEqual([windows[1], windows[3], windows[2]]);
    memory.identify(windows[1]!, undefined, () => []);
    memory.unmark(windows[2]!);
    expect(memory.markedBefore(31)).toEqual([windows[3], windows[0]]);
  });

  it('stays within its size while windows are remembered and confirmed for ever', async () => {
    const { memory, forgotten } = aMemory();
    for (let n = 0; n < 200; n += 1) {
      await memory.remember(identities(100 * n, 100 * n + 100), HOLDER, 0);
      if (n >= 5) await memory.forget(identities(100 * (n - 5), 100 * (n - 5) + 100), HOLDER);
    }
    expect(memory.size).toBe(500);
    expect(forgotten).toEqual([]);
    expect(await memory.take(identities(19_500, 20_000), 0)).toEqual(Array(500).fill(true));
  });
});
