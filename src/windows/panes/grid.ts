import { LogboomError } from '../../errors.ts';
import type { Millis } from '../../model.ts';

/** The greatest length of which both lengths are multiples. */
function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}

/**
 * Where windows lie. A window is `[end − over, end)` and its end is a multiple of `every`; a pane is the longest
 * stretch that no window cuts in two, so every window is a run of whole panes. Pane `n` is `[n · pane, (n + 1) · pane)`.
 */
export class Grid {
  readonly over: Millis;
  readonly every: Millis;
  readonly pane: Millis;

  constructor(over: Millis, every: Millis) {
    const whole = Number.isSafeInteger(over) && Number.isSafeInteger(every);
    if (!whole || every < 1 || over < every)
      throw new LogboomError(
        'RULE_INVALID',
        `A window of ${over} ms every ${every} ms cannot be counted: both are whole milliseconds, at least 1, and "every" is not longer than "over", or events would fall between windows.`,
      );
    this.over = over;
    this.every = every;
    this.pane = gcd(over, every);
  }

  /** The first window end at or after a time. Adding 0 turns −0 into 0, which a `Map` would keep apart. */
  endFrom(time: Millis): Millis {
    return Math.ceil(time / this.every) * this.every + 0;
  }

  /** The last window end at or before a time. */
  endUpTo(time: Millis): Millis {
    return Math.floor(time / this.every) * this.every + 0;
  }

  paneOf(time: Millis): number {
    return Math.floor(time / this.pane);
  }

  /** End of the first window that holds the pane. */
  firstEnd(pane: number): Millis {
    return this.endFrom((pane + 1) * this.pane);
  }

  /** End of the first window after those that hold the pane. */
  endAfter(pane: number): Millis {
    return this.endFrom((pane + 1) * this.pane + this.over);
  }

  /** Number of the first pane of the window with that end. */
  firstPane(end: Millis): number {
    return (end - this.over) / this.pane;
  }
}

/**
 * Where the recorded windows lie; undefined where all windows are recorded, or none. A pane must not lie in two recorded
 * windows. Throws `RULE_INVALID`.
 */
export function recordedGrid(windows: Grid, recordEvery: Millis | undefined): Grid | undefined {
  if (recordEvery === undefined || recordEvery === windows.every) return undefined;
  if (recordEvery % windows.pane !== 0)
    throw new LogboomError(
      'RULE_INVALID',
      `Windows of ${windows.over} ms every ${windows.every} ms cannot be recorded every ${recordEvery} ms, which is no multiple of ${windows.pane} ms.`,
    );
  return new Grid(recordEvery, recordEvery);
}
