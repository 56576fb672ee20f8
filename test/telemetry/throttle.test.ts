import { describe, expect, it } from 'vitest';
import { Throttle } from '../../src/telemetry/throttle.ts';

function aThrottle() {
  const clock = { now: 5 };
  return { clock, throttle: new Throttle(() => clock.now) };
}

describe('a throttle', () => {
  it('lets the first be told, and the next of the same kind after a minute, with how many went untold', () => {
    const { clock, throttle } = aThrottle();
    expect(throttle.tell('a')).toBe(0);
    expect([1, 2, 3].map(() => throttle.tell('a'))).toEqual([undefined, undefined, undefined]);
    clock.now += 59_999;
    expect(throttle.tell('a')).toBeUndefined();
    clock.now += 1;
    expect(throttle.tell('a')).toBe(4);
    clock.now += 60_000;
    expect(throttle.tell('a')).toBe(0);
  });

  it('tells of each kind for itself', () => {
    const { throttle } = aThrottle();
    expect(['a', 'b', 'a', 'b'].map((key) => throttle.tell(key))).toEqual([0, 0, undefined, undefined]);
  });

  it('remembers a thousand kinds, and of more those that were told last', () => {
    const { throttle } = aThrottle();
    for (let i = 0; i <= 1_000; i++) throttle.tell(`${i}`);
    expect(throttle.tell('1')).toBeUndefined();
    expect(throttle.tell('0')).toBe(0);
  });
});
