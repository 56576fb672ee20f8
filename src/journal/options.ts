import type { JournalConfig } from '../config/schema/journal.ts';
import type { Millis } from '../model.ts';
import type { Instruments } from '../telemetry/instruments.ts';

/** Who reads a journal, and what is kept for them. */
export interface JournalReaders {
  /** Readers by the slowest of which room and trimming go. */
  readers: string[];
  /**
   * Readers that hold nobody, and how many bytes are kept for each beyond `keepAge` and `keepSize` while it lags.
   * What is older is trimmed, read or not.
   */
  lagging?: Record<string, number>;
}

export interface JournalOptions extends JournalReaders {
  config: JournalConfig;
  instruments: Instruments;
  /** Wall clock, for the age of records. */
  now?: () => Millis;
}

/** Address space, not disk: what the settings allow with room to spare. lmdb grows it where that is not enough. */
export const mapSizeOf = ({ config: { maxSize, keepSize }, lagging = {} }: JournalOptions): number =>
  2 * Math.max(maxSize + keepSize, ...Object.values(lagging)) + 2 ** 28;
