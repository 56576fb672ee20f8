import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Budget } from '../../src/windows/options.ts';

describe('a budget', () => {
  it('is used up when all owners together keep as many as they may', () => {
    const budget = new Budget(3);
    const [one, other] = [budget.share(), budget.share()];
    one.add(2);
    expect([one.isUsedUp, other.isUsedUp]).toEqual([false, false]);
    other.add(1);
    expect([one.isUsedUp, other.isUsedUp]).toEqual([true, true]);
    one.add(-1);
    expect([one.isUsedUp, other.isUsedUp]).toEqual([false, false]);
  });

  it('counts what an owner keeps beyond the limit', () => {
    const budget = new Budget(1);
    budget.share().add(3);
    expect(budget.used).toBe(3);
  });

  it('leaves each owner what is reserved for it', () => {
    const budget = new Budget(3, 2);
    const [one, other] = [budget.share(), budget.share()];
    one.add(5);
    expect([one.isUsedUp, other.isUsedUp]).toEqual([true, false]);
    other.add(1);
    expect(other.isUsedUp).toBe(false);
    other.add(1);
    expect(other.isUsedUp).toBe(true);
  });

  it('is never used up without a limit', () => {
    const share = new Budget(Number.POSITIVE_INFINITY).share();
    share.add(1_000_000);
    expect(share.isUsedUp).toBe(false);
  });

  it('has back what an owner gives back, once', () => {
    const budget = new Budget(10);
    const [one, other] = [budget.share(), budget.share()];
    one.add(4);
    other.add(5);
    one.release();
    one.release();
    expect([budget.used, one.kept, other.kept]).toEqual([5, 0, 5]);
  });

  it('is the sum of what its owners keep', () =>
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(3), fc.oneof(fc.integer({ min: -5, max: 5 }), fc.constant('release')))),
        (steps) => {
          const budget = new Budget(20);
          const shares = Array.from({ length: 4 }, () => budget.share());
          for (const [owner, step] of steps)
            if (typeof step === 'string') shares[owner]!.release();
            else shares[owner]!.add(step);
          expect(budget.used).toBe(shares.reduce((sum, { kept }) => sum + kept, 0));
          expect(shares[0]!.isUsedUp).toBe(budget.used >= 20);
        },
      ),
    ));
});
