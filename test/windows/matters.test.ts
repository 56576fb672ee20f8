import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Millis, WindowValue } from '../../src/model.ts';
import type { WindowOptions } from '../../src/windows/options.ts';
import { closing, open } from './support.ts';

const fromThree = (_: number | undefined, count: number) => count >= 3;

describe('where only some values matter, a group', () => {
  it('is visited where its value does', () => {
    const windows = open({ over: 30, every: 10, matters: fromThree });
    for (const time of [1, 11, 12, 21]) windows.add(time, 'a', undefined);
    windows.add(12, 'b', undefined);
    expect(closing(windows, 1000)).toEqual(['a [-10, 20) 3', 'a [0, 30) 4', 'a [10, 40) 3']);
  });

  it('is visited always while it is pinned', () => {
    const windows = open({ over: 20, every: 10, matters: fromThree });
    windows.add(1, 'a', undefined);
    windows.pin('a', true);
    expect(closing(windows, 100)).toEqual(['a [-10, 10) 1', 'a [10, 30) 0']);
  });

  it('is visited when it was asked for', () => {
    const windows = open({ over: 20, every: 10, matters: fromThree });
    windows.add(1, 'a', undefined);
    windows.schedule('a', 20);
    expect(closing(windows, 100)).toEqual(['a [0, 20) 1']);
  });

  it('is visited where a tile of its timeline ends', () => {
    const hopping = open({ over: 20, every: 10, matters: fromThree, recordEvery: 20 });
    const tumbling = open({ over: 20, every: 20, matters: fromThree, recordEvery: 20 });
    for (const windows of [hopping, tumbling]) windows.add(1, 'a', undefined);
    expect(closing(hopping, 100)).toEqual(['a [0, 20) 1']);
    expect(closing(tumbling, 100)[0]).toBe('a [0, 20) 1');
  });

  it('is forgotten when it is empty though nobody looked', () => {
    const windows = open({ matters: () => false });
    windows.add(1, 'a', undefined);
    expect(closing(windows, 5000)).toEqual([]);
    expect([windows.groups, windows.waiting]).toEqual([0, false]);
  });

  it('is visited as if all mattered, but for what does not', () => {
    const event = fc.record({
      after: fc.integer({ min: 0, max: 15 }),
      group: fc.constantFrom('a', 'b', 'c', 'd'),
      advances: fc.boolean(),
    });
    const lengths = fc.constantFrom<[Millis, Millis]>([10, 10], [60, 10], [60, 25]);
    fc.assert(
      fc.property(fc.array(event, { minLength: 1, maxLength: 80 }), lengths, (events, [over, every]) => {
        const play = (options: Partial<WindowOptions>) => {
          const windows = open({ over, every, ...options });
          const [closed, moved]: [WindowValue[], number[]] = [[], []];
          const advance = (to: Millis) => moved.push(windows.advance(to, (value) => closed.push(value)));
          let time = 0;
          for (const { after, group, advances } of events) {
            time += after;
            windows.add(time, group, undefined);
            if (advances) advance(time - 10);
          }
          advance(time + 1000);
          expect(windows.groups).toBe(0);
          return { closed, moved };
        };
        const all = play({});
        const filtered = play({ matters: fromThree });
        expect(filtered.closed).toEqual(all.closed.filter(({ value, count }) => fromThree(value, count)));
        expect(filtered.moved).toEqual(all.moved);
      }),
    );
  });
});
