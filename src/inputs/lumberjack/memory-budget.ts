import type { Millis } from '../../model.ts';

/** A connection as the memory budget sees it. */
export interface BudgetedConnection {
  /** When its incomplete window began; undefined if it has none. */
  readonly windowBegan: Millis | undefined;
  /** Makes it read or pause, as `mayRead` now says. */
  regulate(): void;
}

/** Reading resumes below this share of the limit, so that it does not start and stop with every window. */
const RESUME_BELOW = 0.75;

/**
 * Bounds the bytes that are received and not yet on disk, over all connections of one input. At the limit no socket is
 * read, and TCP holds the senders back.
 *
 * If incomplete windows alone reach the limit, nothing would ever be released. Then the connection whose window began
 * first is read alone until that window is complete or timed out.
 */
export class MemoryBudget {
  bytes = 0;
  /** Windows that are delivered and not yet on disk. */
  windows = 0;
  #full = false;
  #favoured: BudgetedConnection | undefined;
  readonly #limit: number;
  readonly #connections = new Set<BudgetedConnection>();
  readonly #onPaused: (paused: boolean) => void;

  /** `limit` is in bytes. `onPaused` is called whenever reading stops or resumes. */
  constructor(limit: number, onPaused: (paused: boolean) => void) {
    this.#limit = limit;
    this.#onPaused = onPaused;
  }

  mayRead(connection: BudgetedConnection): boolean {
    return !this.#full || connection === this.#favoured;
  }

  join(connection: BudgetedConnection): void {
    this.#connections.add(connection);
  }

  leave(connection: BudgetedConnection): void {
    this.#connections.delete(connection);
    this.change(0);
  }

  /** Adds bytes and windows; negative numbers release them. */
  change(bytes: number, windows = 0): void {
    this.bytes += bytes;
    this.windows += windows;
    const full = this.bytes >= (this.#full ? this.#limit * RESUME_BELOW : this.#limit);
    const favoured = full && this.windows === 0 ? this.#oldestIncomplete() : undefined;
    if (full === this.#full && favoured === this.#favoured) return;
    if (full !== this.#full) this.#onPaused(full);
    this.#full = full;
    this.#favoured = favoured;
    for (const connection of this.#connections) connection.regulate();
  }

  #oldestIncomplete(): BudgetedConnection | undefined {
    let oldest: BudgetedConnection | undefined;
    for (const connection of this.#connections)
      if ((connection.windowBegan ?? Infinity) < (oldest?.windowBegan ?? Infinity)) oldest = connection;
    return oldest;
  }
}
