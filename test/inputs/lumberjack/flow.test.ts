import { describe, expect, it } from 'vitest';
import { MemoryBudget, type Reader } from '../../../src/inputs/lumberjack/flow.ts';

function flowOf(ceiling: number) {
  const told: boolean[] = [];
  return { flow: new MemoryBudget(ceiling, (paused) => told.push(paused)), told };
}

function join(
  flow: MemoryBudget,
  windowBegan?: number,
): Reader & { asked: number; windowBegan: number | undefined } {
  const reader = {
    windowBegan,
    asked: 0,
    regulate: () => {
      reader.asked += 1;
    },
  };
  flow.join(reader);
  return reader;
}

describe('the flow', () => {
  it('lets everybody read below the ceiling and nobody at it', () => {
    const { flow, told } = flowOf(100);
    const [a, b] = [join(flow), join(flow)];
    flow.change(99, 1);
    expect([flow.mayRead(a), flow.mayRead(b)]).toEqual([true, true]);
    flow.change(1, 1);
    expect([flow.mayRead(a), flow.mayRead(b)]).toEqual([false, false]);
    expect([a.asked, b.asked, told]).toEqual([1, 1, [true]]);
  });

  it('lets read again when there is enough room, not at once', () => {
    const { flow, told } = flowOf(100);
    const reader = join(flow);
    flow.change(100, 2);
    flow.change(-20, -1);
    expect(flow.mayRead(reader)).toBe(false);
    flow.change(-10);
    expect(flow.mayRead(reader)).toBe(true);
    expect(told).toEqual([true, false]);
  });

  it('favours the window that began first when only incomplete windows fill it', () => {
    const { flow } = flowOf(100);
    const [idle, late, early] = [join(flow), join(flow, 20), join(flow, 10)];
    flow.change(100);
    expect([idle, late, early].map((reader) => flow.mayRead(reader))).toEqual([false, false, true]);
  });

  it('favours nobody while a window waits for the disk', () => {
    const { flow } = flowOf(100);
    const reader = join(flow, 10);
    flow.change(100, 1);
    expect(flow.mayRead(reader)).toBe(false);
    flow.change(0, -1);
    expect(flow.mayRead(reader)).toBe(true);
  });

  it('favours the next one when the first one leaves', () => {
    const { flow } = flowOf(100);
    const [first, second] = [join(flow, 10), join(flow, 20)];
    flow.change(150);
    first.windowBegan = undefined;
    flow.leave(first);
    expect(flow.mayRead(second)).toBe(true);
  });
});
