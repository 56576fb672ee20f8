import { describe, expect, it } from 'vitest';
import { run } from '../../support/rules/alert-states.ts';

/** Raises at each of these minutes past ten, and recovers ten seconds later. */
function told(settings: object, ...minutes: number[]): number[] {
  const looks = minutes.flatMap((after) => [
    { after: after * 60, count: 9 },
    { after: after * 60 + 10, count: 0 },
  ]);
  const { decisions } = run({ when: '>= 5', ...settings }, ...looks);
  return minutes.filter((_, place) => decisions[2 * place]!.notify.send);
}

const doubling = { cooldown: '10m', cooldownGrowth: 2, cooldownMax: '1h' };

describe('a growing cooldown', () => {
  it('is longer each time that the alert returns soon after it', () => {
    // Told at 0; 10 min later again, then after 20, after 40, and from then on after 60.
    const everyFive = Array.from({ length: 60 }, (_, n) => 5 * n);
    expect(told(doubling, ...everyFive)).toEqual([0, 10, 30, 70, 130, 190, 250]);
  });

  it('is as it was again after a cooldown of peace', () => {
    expect(told(doubling, 0, 10, 30, 110, 115, 120, 130)).toEqual([0, 10, 30, 110, 120]);
  });

  it('does not grow unless that is asked for', () => {
    const everyFive = Array.from({ length: 10 }, (_, n) => 5 * n);
    expect(told({ cooldown: '10m' }, ...everyFive)).toEqual([0, 10, 20, 30, 40]);
  });

  it('is told in the reason with the length that it has', () => {
    const { last } = run(
      doubling,
      { after: 0, count: 9 },
      { after: 10, count: 0 },
      { after: 600, count: 9 },
      { after: 610, count: 0 },
      { after: 1200, count: 9 },
    );
    expect(last.notify.reason).toBe('not notified: cooldown of 20m since 10:10:00 has 10m left');
  });
});
