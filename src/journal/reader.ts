import type { JournalRecord, Position } from '../model.ts';
import { cursorOf, type Layout, oldestOf, openForReading, tailOf } from './layout.ts';
import { decodeHeader, decodeRecord, decodeWithoutPayload } from './record.ts';

const NO_BYTES = Buffer.alloc(0);

/** Opens a journal for reading, whether or not a writer has it open. Throws `JOURNAL_BROKEN` or `JOURNAL_VERSION`. */
export function openJournalReader(folder: string): JournalReader {
  return new JournalReader(openForReading(folder));
}

/**
 * Reads a journal, in any thread or process. All methods are synchronous and see what is on disk at that moment: each uses
 * its own read transaction. An older one would not show new records, and one that is kept open stops LMDB from
 * reusing pages.
 */
export class JournalReader {
  readonly #layout: Layout;
  #closed: Promise<void> | undefined;

  constructor(layout: Layout) {
    this.#layout = layout;
  }

  get journalId(): string {
    return this.#layout.id;
  }

  get newest(): Position {
    return this.#fresh(() => tailOf(this.#layout).position);
  }

  get oldest(): Position {
    return this.#fresh(() => oldestOf(this.#layout));
  }

  /** The cursor on disk: up to about a second behind what the writer knows. */
  committed(reader: string): Position {
    return this.#fresh(() => cursorOf(this.#layout, reader));
  }

  /**
   * Records after a position, in order; empty if there is none. It stops before the records exceed `maxBytes`, but returns
   * one record if there is any. If the records asked for were trimmed, it begins with `oldest`. The payload of a record
   * that the caller `has` already is neither read nor checked; it is empty. A damaged record is returned as a batch with
   * the encoding `damaged`.
   */
  read(
    after: Position,
    maxBytes: number,
    maxRecords = Number.POSITIVE_INFINITY,
    has: (position: Position) => boolean = () => false,
  ): JournalRecord[] {
    return this.#fresh(() => {
      const records: JournalRecord[] = [];
      const newest = tailOf(this.#layout).position;
      let position = Math.max(after + 1, oldestOf(this.#layout));
      for (let bytes = 0; position <= newest && records.length < maxRecords; position++) {
        const header = this.#layout.headers.getBinary(position) ?? NO_BYTES;
        bytes += decodeHeader(header)?.size ?? header.length;
        if (bytes > maxBytes && records.length > 0) break;
        records.push(has(position) ? decodeWithoutPayload(position, header) : this.#record(position, header));
      }
      return records;
    });
  }

  close(): Promise<void> {
    this.#closed ??= this.#layout.root.close();
    return this.#closed;
  }

  /** Both buffers are copies of the mapped memory, so they stay valid. */
  #record(position: Position, header: Buffer): JournalRecord {
    return decodeRecord(position, header, this.#layout.payloads.getBinary(position) ?? NO_BYTES);
  }

  #fresh<T>(ask: () => T): T {
    this.#layout.root.resetReadTxn();
    try {
      return ask();
    } finally {
      this.#layout.root.resetReadTxn();
    }
  }
}
