import { describe, expect, it } from 'vitest';
import { Throttle } from '../../src/telemetry/log-limits.ts';

function aThrottle() {
  const clock = { now: 5 };
  const throttle = new Throttle(() => clock.now, 10);
  const tell = (stranger: string, times: number) =>
    Array.from({ length: times }, () => throttle.allow(stranger)).at(-1);
  return { clock, tell };
}

describe('a throttle', () => {
  it('lets ten be told in a minute, and in the next one how many went untold', () => {
    const { clock, tell } = aThrottle();
    expect(tell('a', 10)).toBe(0);
    expect(tell('a', 3)).toBeUndefined();
    clock.now += 59_999;
    expect(tell('a', 1)).toBeUndefined();
    clock.now += 1;
    expect(tell('a', 1)).toBe(4);
    expect(tell('a', 9)).toBe(0);
    expect(tell('a', 1)).toBeUndefined();
    clock.now += 60_000;
    expect(tell('a', 1)).toBe(1);
    clock.now += 60_000;
    expect(tell('a', 1)).toBe(0);
  });

  it('counts each stranger for itself', () => {
    const { tell } = aThrottle();
    expect([tell('a', 11), tell('b', 10), tell('b', 1)]).toEqual([undefined, 0, undefined]);
  });

  it('remembers a thousand, and of more those who were told of last', () => {
    const { tell } = aThrottle();
    for (let i = 0; i <= 1_000; i++) tell(`${i}`, 11);
    expect(tell('1', 1)).toBeUndefined();
    expect(tell('0', 1)).toBe(0);
  });
});
