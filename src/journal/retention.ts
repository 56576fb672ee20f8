import type { JournalConfig } from '../config/schema/time.ts';
import type { Millis, Position } from '../model.ts';
import type { Cursors } from './cursors.ts';
import type { JournalOptions, JournalReaders } from './layout.ts';
import { headerAt } from './layout.ts';
import type { RecordLog } from './record-log.ts';

/** At most this many records are deleted in one transaction, so that no append waits long for a deletion. */
export const TRIM_BATCH = 128;

/** The limits of one look for records to trim. Running sizes count bytes since the journal was created. */
interface Limits {
  /** Records after this position stay: a required reader has yet to commit them. */
  committed: Position;
  /** Running size at the end of the journal. No record begins beyond it. */
  total: number;
  /** Records that begin before this running size exceed `keepSize`. */
  fromTotal: number;
  /** Records received before this time exceed `keepAge`. */
  since: Millis;
  /** Records that a lagging reader has yet to commit stay from this running size on. */
  lagging: { committed: Position; fromTotal: number }[];
}

/**
 * Knows what the readers have yet to read, and decides which records may be trimmed: those that every required reader has
 * committed, that exceed `keepSize` or `keepAge`, and that no lagging reader is entitled to. Records are trimmed in order
 * of position, so the first record to keep says it all.
 */
export class Retention {
  readonly #log: RecordLog;
  readonly #cursors: Cursors;
  readonly #config: JournalConfig;
  readonly #now: () => Millis;
  #lagging: [reader: string, bytes: number][];
  /** Running size up to the slowest required reader. It is looked up only when that reader moves. */
  #readTotal: number;

  constructor(log: RecordLog, cursors: Cursors, { config, lagging = {}, now = Date.now }: JournalOptions) {
    this.#log = log;
    this.#cursors = cursors;
    this.#config = config;
    this.#now = now;
    this.#lagging = Object.entries(lagging);
    this.#readTotal = log.totalUpTo(this.slowest);
  }

  /** Position of the slowest required reader. */
  get slowest(): Position {
    return this.#cursors.slowest(this.#log.newest);
  }

  /** Bytes on disk that the slowest required reader has yet to commit. */
  get unread(): number {
    return this.slowest === this.#log.newest ? 0 : this.#log.total - this.#readTotal;
  }

  /** To be called whenever the slowest required reader moved or is another one. */
  measure(): void {
    this.#readTotal = this.#log.totalUpTo(this.slowest);
  }

  setLagging(lagging: JournalReaders['lagging'] = {}): void {
    this.#lagging = Object.entries(lagging);
  }

  /** The first record to keep; `oldest` if there is nothing to trim. At most `TRIM_BATCH` beyond `oldest`. */
  firstKept(): Position {
    const { oldest } = this.#log;
    const limits = this.#limits();
    const last = Math.min(limits.committed, oldest + TRIM_BATCH - 1);
    let position = oldest;
    while (position <= last && this.#exceeds(position, limits)) position += 1;
    return position;
  }

  #limits(): Limits {
    const { total } = this.#log;
    return {
      committed: this.slowest,
      total,
      fromTotal: total - this.unread - this.#config.keepSize,
      since: this.#now() - this.#config.keepAge,
      lagging: this.#lagging.map(([reader, bytes]) => ({
        committed: this.#cursors.of(reader),
        fromTotal: total - bytes,
      })),
    };
  }

  #exceeds(position: Position, { total, fromTotal, since, lagging }: Limits): boolean {
    const header = headerAt(this.#log.layout, position);
    // The size and age in a damaged header may be any number; they must not keep all records that follow.
    if (header === undefined || !(header.before <= total)) return true;
    if (lagging.some((reader) => position > reader.committed && header.before >= reader.fromTotal))
      return false;
    return header.before < fromTotal || header.receivedAt < since;
  }
}
