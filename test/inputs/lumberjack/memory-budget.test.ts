import { describe, expect, it } from 'vitest';
import { type BudgetedConnection, MemoryBudget } from '../../../src/inputs/lumberjack/memory-budget.ts';

function budgetOf(ceiling: number) {
  const pauses: boolean[] = [];
  return { budget: new MemoryBudget(ceiling, (paused) => pauses.push(paused)), pauses };
}

function join(
  budget: MemoryBudget,
  windowBegan?: number,
): BudgetedConnection & { asked: number; windowBegan: number | undefined } {
  const connection = {
    windowBegan,
    asked: 0,
    regulate: () => {
      connection.asked += 1;
    },
  };
  budget.join(connection);
  return connection;
}

describe('the budget', () => {
  it('lets everybody read below the ceiling and nobody at it', () => {
    const { budget, pauses } = budgetOf(100);
    const [a, b] = [join(budget), join(budget)];
    budget.change(99, 1);
    expect([budget.mayRead(a), budget.mayRead(b)]).toEqual([true, true]);
    budget.change(1, 1);
    expect([budget.mayRead(a), budget.mayRead(b)]).toEqual([false, false]);
    expect([a.asked, b.asked, pauses]).toEqual([1, 1, [true]]);
  });

  it('lets read again when there is enough room, not at once', () => {
    const { budget, pauses } = budgetOf(100);
    const connection = join(budget);
    budget.change(100, 2);
    budget.change(-20, -1);
    expect(budget.mayRead(connection)).toBe(false);
    budget.change(-10);
    expect(budget.mayRead(connection)).toBe(true);
    expect(pauses).toEqual([true, false]);
  });

  it('favours the window that began first when only incomplete windows fill it', () => {
    const { budget } = budgetOf(100);
    const [idle, late, early] = [join(budget), join(budget, 20), join(budget, 10)];
    budget.change(100);
    expect([idle, late, early].map((connection) => budget.mayRead(connection))).toEqual([false, false, true]);
  });

  it('favours nobody while a window waits for the disk', () => {
    const { budget } = budgetOf(100);
    const connection = join(budget, 10);
    budget.change(100, 1);
    expect(budget.mayRead(connection)).toBe(false);
    budget.change(0, -1);
    expect(budget.mayRead(connection)).toBe(true);
  });

  it('favours the next one when the first one leaves', () => {
    const { budget } = budgetOf(100);
    const [first, second] = [join(budget, 10), join(budget, 20)];
    budget.change(150);
    first.windowBegan = undefined;
    budget.leave(first);
    expect(budget.mayRead(second)).toBe(true);
  });
});
