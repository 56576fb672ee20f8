import { describe, expect, it } from 'vitest';
import { ConcurrencyLimit } from '../../../src/sinks/elasticsearch/delivery/circuit-breaker.ts';

describe('slots', () => {
  it('are given first come, first served', async () => {
    const slots = new ConcurrencyLimit(1);
    const order: string[] = [];
    const first = await slots.acquire();
    const later = ['a', 'b', 'c'].map(async (name) => {
      const release = await slots.acquire();
      order.push(name);
      release();
    });
    expect(slots.waiting).toBe(3);
    first();
    await Promise.all(later);
    expect(order).toEqual(['a', 'b', 'c']);
    expect(slots.inUse).toBe(0);
  });

  it('are given back once, however often that is said', async () => {
    const slots = new ConcurrencyLimit(2);
    const release = await slots.acquire();
    await slots.acquire();
    release();
    release();
    expect(slots.inUse).toBe(1);
  });

  it('become half as many with each overload, and never fewer than one', () => {
    const slots = new ConcurrencyLimit(8);
    const bounds = Array.from({ length: 5 }, () => {
      slots.overloaded();
      return slots.bound;
    });
    expect(bounds).toEqual([4, 2, 1, 1, 1]);
  });

  it('become one more with about as many successes as there are, up to the most', () => {
    const slots = new ConcurrencyLimit(4);
    for (let i = 0; i < 3; i++) slots.overloaded();
    const bounds = Array.from({ length: 12 }, () => {
      slots.succeeded();
      return slots.bound;
    });
    expect(bounds[0]).toBe(2);
    expect(bounds).toEqual([...bounds].sort());
    expect(bounds.at(-1)).toBe(4);
  });

  it('let a waiting caller in as soon as there is one more', async () => {
    const slots = new ConcurrencyLimit(2);
    slots.overloaded();
    await slots.acquire();
    const second = slots.acquire();
    expect(slots.waiting).toBe(1);
    slots.succeeded();
    await second;
    expect(slots.inUse).toBe(2);
  });
});
