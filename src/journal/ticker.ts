import type { Millis } from '../model.ts';
import type { Journal } from './journal.ts';

interface TickerOptions {
  /** After this much time without an append, a tick is written. */
  every: Millis;
  /** Whether any reader waits for time to pass. If none does, no tick is written. */
  wanted: () => boolean;
  now?: () => Millis;
}

/**
 * Appends a tick whenever nothing was appended for a while and a reader waits for time to pass. Readers learn the wall
 * time from the journal alone, so that a replay sees the same times. It runs from its creation until it is stopped.
 */
export class Ticker {
  readonly #journal: Journal;
  readonly #options: Required<TickerOptions>;
  readonly #removeListener: () => void;
  #lastAppend: Millis;
  #timer: NodeJS.Timeout | undefined;
  #appending: Promise<void> | undefined;
  #stopped = false;

  constructor(journal: Journal, options: TickerOptions) {
    this.#journal = journal;
    this.#options = { now: Date.now, ...options };
    this.#lastAppend = this.#options.now();
    this.#removeListener = journal.onAppend(() => {
      this.#lastAppend = this.#options.now();
    });
    this.#schedule(this.#options.every);
  }

  /** Resolves when no tick is being appended any more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#removeListener();
    clearTimeout(this.#timer);
    await this.#appending;
  }

  #schedule(delay: Millis): void {
    if (!this.#stopped) this.#timer = setTimeout(() => this.#check(), delay).unref();
  }

  #check(): void {
    const { every, now, wanted } = this.#options;
    const elapsed = now() - this.#lastAppend;
    // A clock that was set back makes the elapsed time negative; the wait never exceeds one period.
    if (elapsed < every) this.#schedule(Math.min(every - elapsed, every));
    else if (wanted()) this.#appending = this.#append(now());
    else this.#schedule(every);
  }

  /** A refused tick is ignored: the journal reports the failure, and the next tick carries a later time. */
  async #append(at: Millis): Promise<void> {
    await this.#journal.tick(at).catch(() => undefined);
    this.#appending = undefined;
    this.#schedule(this.#options.every);
  }
}
