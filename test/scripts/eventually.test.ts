import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { eventually } from '../support/eventually.ts';

describe('waiting for a check', () => {
  it('returns what the check returned, as soon as it throws no more', async () => {
    let asked = 0;
    const answer = await eventually(async () => {
      asked += 1;
      if (asked < 4) throw new Error('not yet');
      return asked;
    });
    expect(answer).toBe(4);
  });

  it('throws the last error of the check when time is over', async () => {
    let asked = 0;
    const check = () => {
      asked += 1;
      throw new Error(`asked ${asked} times`);
    };
    await expect(eventually(check, { timeout: 30, interval: 1 })).rejects.toThrow(/asked \d+ times/);
    expect(asked).toBeGreaterThan(1);
  });

  it('asks less and less often', async () => {
    const times: number[] = [];
    await eventually(() => {
      times.push(performance.now());
      if (times.length < 9) throw new Error('not yet');
    });
    const [first, last] = [times[1]! - times[0]!, times.at(-1)! - times.at(-2)!];
    expect(last).toBeGreaterThan(first);
    // 5 ms and half as much again each time: 246 ms for eight pauses, where pauses of 100 ms would take 800.
    expect(times.at(-1)! - times[0]!).toBeGreaterThan(200);
  });

  it('moves a fake clock on', async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    let rang = false;
    setTimeout(() => {
      rang = true;
    }, 60);
    await eventually(() => expect(rang).toBe(true));
    expect(rang).toBe(true);
  });
});
