import { describe, expect, it } from 'vitest';
import { FailureLog } from '../../src/telemetry/log-limits.ts';

function announcements() {
  let now = 0;
  const told = new FailureLog(() => now);
  return { told, wait: (millis: number) => (now += millis) };
}

describe('of many failures', () => {
  it('the first is told', () => {
    expect(announcements().told.failed('503')).toBe(0);
  });

  it('the same one is not told again within a minute, and then with the number left out', () => {
    const { told, wait } = announcements();
    told.failed('503');
    for (let i = 0; i < 5; i++) expect(told.failed('503')).toBeUndefined();
    wait(60_000);
    expect(told.failed('503')).toBe(5);
  });

  it('another reason, or a longer pause, is told at once', () => {
    const { told } = announcements();
    told.failed('503', 1);
    expect(told.failed('401', 1)).toBeDefined();
    expect(told.failed('401', 2)).toBeDefined();
    expect(told.failed('401', 2)).toBeUndefined();
  });

  it('the end is told where the beginning was', () => {
    const { told } = announcements();
    expect(told.ended()).toBe(false);
    told.failed('503');
    expect(told.ended()).toBe(true);
    expect(told.ended()).toBe(false);
  });

  it('a flapping server fills the log with two lines in ten seconds, not two in each', () => {
    const { told, wait } = announcements();
    let lines = 0;
    for (let i = 0; i < 100; i++) {
      if (told.failed('503') !== undefined) lines += 1;
      if (told.ended()) lines += 1;
      wait(100);
    }
    expect(lines).toBe(2);
  });
});
