import type { Millis } from '../../model.ts';

/** A connection as the flow sees it. */
export interface Reader {
  /** When its incomplete window began; undefined if it has none. */
  readonly windowBegan: Millis | undefined;
  /** Asks it to read or to stop reading, as `mayRead` now says. */
  regulate(): void;
}

/** Below this share of the ceiling reading starts again, so that it does not start and stop with every window. */
const enoughRoom = 0.75;

/**
 * Bytes received and not yet on disk, over all connections. Above the ceiling no socket is read, and the senders'
 * own back-pressure sets in.
 *
 * If only incomplete windows filled it, nothing would ever leave: then the connection whose window began first is
 * read alone until that window is complete, or timed out.
 */
export class MemoryBudget {
  bytes = 0;
  /** Windows handed on and not yet on disk. */
  windows = 0;
  #full = false;
  #favoured: Reader | undefined;
  readonly #ceiling: number;
  readonly #readers = new Set<Reader>();
  readonly #tell: (paused: boolean) => void;

  constructor(ceiling: number, tell: (paused: boolean) => void) {
    this.#ceiling = ceiling;
    this.#tell = tell;
  }

  mayRead(reader: Reader): boolean {
    return !this.#full || reader === this.#favoured;
  }

  join(reader: Reader): void {
    this.#readers.add(reader);
  }

  leave(reader: Reader): void {
    this.#readers.delete(reader);
    this.change(0);
  }

  /** Counts bytes, and windows handed on, in or (negative) out. */
  change(bytes: number, windows = 0): void {
    this.bytes += bytes;
    this.windows += windows;
    const full = this.bytes >= (this.#full ? this.#ceiling * enoughRoom : this.#ceiling);
    const favoured = full && this.windows === 0 ? this.#favourite() : undefined;
    if (full === this.#full && favoured === this.#favoured) return;
    if (full !== this.#full) this.#tell(full);
    this.#full = full;
    this.#favoured = favoured;
    for (const reader of this.#readers) reader.regulate();
  }

  #favourite(): Reader | undefined {
    let oldest: Reader | undefined;
    for (const reader of this.#readers)
      if ((reader.windowBegan ?? Infinity) < (oldest?.windowBegan ?? Infinity)) oldest = reader;
    return oldest;
  }
}
