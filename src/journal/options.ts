import type { JournalConfig } from '../config/schema/journal.ts';
import type { Millis, Position } from '../model.ts';
import type { Instruments } from '../telemetry/instruments.ts';

/** The readers of a journal, and what the journal keeps for them. */
export interface JournalReaders {
  /** Required readers. The slowest of them decides about back-pressure and trimming. */
  readers: string[];
  /**
   * Readers that cause no back-pressure, each with the number of bytes that the journal keeps for it beyond `keepAge` and
   * `keepSize` while it lags. Older records are trimmed, read or not.
   */
  lagging?: Record<string, number>;
}

export interface JournalOptions extends JournalReaders {
  config: JournalConfig;
  instruments: Instruments;
  /** Wall clock. The age of records is judged by it. */
  now?: () => Millis;
}

/** How full a journal is, as health pages and dashboards show it. */
export interface JournalFill {
  /** Bytes of records that the slowest required reader has yet to commit, and of admitted appends. */
  bytes: number;
  /** From this many bytes on, appends wait. */
  limit: number;
  /** Number of appends that wait for room. */
  waiting: number;
  /** Position of the first record that the journal holds; `newest + 1` if it holds none. */
  oldest: Position;
  newest: Position;
  /** The committed position of each reader; 0 if it never committed. */
  readers: Record<string, Position>;
}
