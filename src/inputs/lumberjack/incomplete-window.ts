import type { Decoder } from '../../lumberjack/decoder.ts';
import type { Millis } from '../../model.ts';
import { formatDuration } from '../../util/text.ts';
import type { Shared } from './shared.ts';

/**
 * The window of a connection that has begun to arrive and is not complete: its bytes are counted in the memory budget,
 * and it has to be complete within `timeout`. Time during which we hold the sender back does not count.
 */
export class IncompleteWindow {
  /** When it began; undefined if there is none. */
  began: Millis | undefined;
  readonly #decoder: Decoder;
  readonly #shared: Shared;
  readonly #address: string;
  readonly #finish: (reason: string) => void;
  /** Its bytes that are counted in the budget. */
  #heldBytes = 0;
  #timer: NodeJS.Timeout | undefined;

  /** `finish` ends the connection, with the reason. */
  constructor(decoder: Decoder, shared: Shared, address: string, finish: (reason: string) => void) {
    this.#decoder = decoder;
    this.#shared = shared;
    this.#address = address;
    this.#finish = finish;
  }

  /** To be called after the decoder took or released bytes. `another`: a window was completed since the last call. */
  update(another: boolean, now: Millis, timed: boolean): void {
    const { incomplete } = this.#decoder;
    if (!incomplete) this.began = undefined;
    else if (another || this.began === undefined) this.began = now;
    this.updateTimer(another, timed);
    const held = incomplete ? this.#decoder.heldBytes : 0;
    const change = held - this.#heldBytes;
    this.#heldBytes = held;
    this.#shared.budget.change(change);
  }

  /** Starts, restarts or stops the timeout. `timed`: the sender is read, so it has to send. */
  updateTimer(restart: boolean, timed: boolean): void {
    const running = this.#decoder.incomplete && timed;
    if (restart || !running) {
      clearTimeout(this.#timer);
      this.#timer = undefined;
    }
    if (running) this.#timer ??= setTimeout(() => this.#timedOut(), this.#shared.config.windowTimeout);
  }

  #timedOut(): void {
    const { config, refused } = this.#shared;
    const reason = `a window was not complete after ${formatDuration(config.windowTimeout)} (windowTimeout).`;
    refused.add(this.#address, reason);
    this.#finish(reason);
  }
}
