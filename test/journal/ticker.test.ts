import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Journal } from '../../src/journal/journal.ts';
import { Ticker } from '../../src/journal/ticker.ts';

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 });
});
afterEach(() => {
  vi.useRealTimers();
});

/** A journal that takes note of ticks, each of which takes `duration` to get to disk. */
function fakeJournal(duration = 0, fails = false) {
  const ticks: number[] = [];
  const listeners = new Set<(newest: number) => void>();
  const appended = () => {
    for (const listener of listeners) listener(ticks.length);
  };
  const journal = {
    async tick(receivedAt: number) {
      ticks.push(receivedAt - 1_000_000);
      if (duration > 0) await new Promise((resolve) => setTimeout(resolve, duration));
      if (fails) throw new Error('the disk is full');
      appended();
      return ticks.length;
    },
    onAppend(listener: (newest: number) => void) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  } as unknown as Journal;
  return { journal, ticks, appended, listeners };
}

const always = () => true;
const pass = (millis: number) => vi.advanceTimersByTimeAsync(millis);

describe('the ticker', () => {
  it('writes time down in silence', async () => {
    const { journal, ticks } = fakeJournal();
    new Ticker(journal, { every: 250, wanted: always });
    await pass(1_010);
    expect(ticks).toEqual([250, 500, 750, 1_000]);
  });

  it('is silent while batches come', async () => {
    const { journal, ticks, appended } = fakeJournal();
    new Ticker(journal, { every: 250, wanted: always });
    for (let i = 0; i < 20; i++) {
      await pass(100);
      appended();
    }
    expect(ticks).toEqual([]);
    await pass(260);
    expect(ticks).toEqual([2_250]);
  });

  it('is silent while nothing waits for time to pass', async () => {
    const { journal, ticks } = fakeJournal();
    let wanted = false;
    new Ticker(journal, { every: 250, wanted: () => wanted });
    await pass(2_000);
    expect(ticks).toEqual([]);
    wanted = true;
    await pass(250);
    expect(ticks).toHaveLength(1);
  });

  it('has one tick under way at the most, however slow the disk', async () => {
    const { journal, ticks } = fakeJournal(10_000);
    new Ticker(journal, { every: 250, wanted: always });
    await pass(9_000);
    expect(ticks).toEqual([250]);
  });

  it('goes on after a tick that was refused', async () => {
    const { journal, ticks } = fakeJournal(0, true);
    new Ticker(journal, { every: 250, wanted: always });
    await pass(760);
    expect(ticks.length).toBeGreaterThan(1);
  });

  it('stops, waiting for the tick under way', async () => {
    const { journal, ticks, listeners } = fakeJournal(100);
    const ticker = new Ticker(journal, { every: 250, wanted: always });
    await pass(300);
    let stopped = false;
    const stopping = ticker.stop().then(() => {
      stopped = true;
    });
    await pass(10);
    expect(stopped).toBe(false);
    await pass(1_000);
    await stopping;
    await ticker.stop();
    expect(ticks).toEqual([250]);
    expect(listeners.size).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('waits no longer than its period when the clock is set back', async () => {
    const { journal, ticks } = fakeJournal();
    let offset = 0;
    new Ticker(journal, { every: 250, wanted: always, now: () => Date.now() + offset });
    await pass(100);
    offset = -3_600_000;
    await pass(60_000);
    expect(ticks).toEqual([]);
    offset = 0;
    await pass(500);
    expect(ticks.length).toBeGreaterThan(0);
  });
});
