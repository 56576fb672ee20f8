import type { Millis } from '../model.ts';
import type { Journal } from './journal.ts';

interface TickerOptions {
  /** Length of silence after which time is written down. */
  every: Millis;
  /** Whether anything waits for time to pass. Where nothing does, silence stays silent. */
  wanted: () => boolean;
  now?: () => Millis;
}

interface Ticker {
  /** Resolves when no tick is under way any more. */
  stop(): Promise<void>;
}

/** Appends a tick whenever nothing was appended for a while: the only way for wall time to reach the readers. */
export function startTicker(journal: Journal, options: TickerOptions): Ticker {
  return new SilenceTicker(journal, options);
}

class SilenceTicker implements Ticker {
  readonly #journal: Journal;
  readonly #options: Required<TickerOptions>;
  readonly #forget: () => void;
  #lastAppend: Millis;
  #timer: NodeJS.Timeout | undefined;
  #underWay: Promise<void> | undefined;
  #stopped = false;

  constructor(journal: Journal, options: TickerOptions) {
    this.#journal = journal;
    this.#options = { now: Date.now, ...options };
    this.#lastAppend = this.#options.now();
    this.#forget = journal.onAppend(() => {
      this.#lastAppend = this.#options.now();
    });
    this.#wait(this.#options.every);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#forget();
    clearTimeout(this.#timer);
    await this.#underWay;
  }

  #wait(length: Millis): void {
    if (!this.#stopped) this.#timer = setTimeout(() => this.#look(), length).unref();
  }

  #look(): void {
    const { every, now, wanted } = this.#options;
    const silence = now() - this.#lastAppend;
    // A clock that was set back makes silence negative; then one waits no longer than a whole period.
    if (silence < every) this.#wait(Math.min(every - silence, every));
    else if (wanted()) this.#underWay = this.#tick(now());
    else this.#wait(every);
  }

  /** A tick that was refused is not missed: the journal has told of it, and the next one says all that it said. */
  async #tick(at: Millis): Promise<void> {
    await this.#journal.tick(at).catch(() => undefined);
    this.#underWay = undefined;
    this.#wait(this.#options.every);
  }
}
