import { expect } from 'vitest';
import type { Balance } from '../../scripts/soak/run.mjs';

/** Everything that was sent is there once, is counted once, and was told of as it should be. */
export function expectBalanced(balance: Balance): void {
  const { sent, acknowledged, keptUnacknowledged, resent } = balance;
  expect(balance).toMatchObject({
    lost: 0,
    duplicate: 0,
    indexed: sent,
    // The last line closes the windows before its own, which nothing closes.
    counted: sent - 1,
    wrongWindows: [],
    wrongEpisodes: [],
    wrongTransitions: [],
    wrongNotifications: [],
    unequal: 0,
    errors: [],
    exitCode: 0,
  });
  expect(acknowledged).toBe(sent);
  expect(balance.journaled).toBe(sent);
  expect(balance.delivered).toBe(balance.notified);
  // What was on disk already when it was sent again is part of all that was sent again.
  expect(resent).toBeGreaterThanOrEqual(keptUnacknowledged);
  expect(balance.transitions).toBe(2 * balance.episodes);
  expect(balance.notified).toBe(balance.transitions);
}
