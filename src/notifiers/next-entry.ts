import type { Millis } from '../model.ts';
import { type BackoffLimits, pauseWithEqualJitter } from '../util/waiting.ts';
import type { OutboxEntry } from './outbox-entry.ts';

export interface NextEntry {
  entry?: OutboxEntry;
  /** Wall time at which the next attempt is due; infinite where none waits. */
  at: Millis;
}

/** Upper limit of `Retry-After`: a peer that asks for a longer pause gets the next attempt after an hour. */
export const longestPostponed: Millis = 3_600_000;
/** Entries that are looked at for one that is due. */
export const mostLookedAt = 500;
const none: ReadonlySet<string> = new Set();

/** The first entry that is due and whose episode has no earlier one that waits. `entries` are in order, and read only as far as needed. */
export function nextOf(
  entries: Iterable<{ value: OutboxEntry }>,
  now: Millis,
  busy: ReadonlySet<string> = none,
): NextEntry {
  const waiting = new Set(busy);
  let at = Number.POSITIVE_INFINITY;
  for (const { value } of entries) {
    const { episode } = value.notification.transition;
    if (waiting.has(episode)) continue;
    // A time that no failure leads to comes from a wrong clock.
    if (value.notBefore <= now || value.notBefore > now + longestPostponed) return { entry: value, at: now };
    waiting.add(episode);
    at = Math.min(at, value.notBefore);
  }
  return { at };
}

/** The pause of a peer that takes no message, whichever it is: no new message waits for longer. */
const backoff: BackoffLimits = { init: 1_000, max: 5_000 };

/**
 * When a peer may be sent something again. A first failure may be one of the message alone, so the next message is tried at once. Where
 * that fails too, the peer is left alone for a while, as it is for as long as it asks.
 */
export class PeerPause {
  until: Millis = 0;
  #failures = 0;

  succeeded(): void {
    this.until = 0;
    this.#failures = 0;
  }

  /** `asked`: the pause that the peer asked for. */
  failed(now: Millis, asked: Millis, random: () => number): void {
    this.#failures += 1;
    const own = this.#failures < 2 ? 0 : pauseWithEqualJitter(this.#failures - 1, backoff, random);
    this.until = now + Math.max(asked, own);
  }
}
