import type { JournalRecord, Position } from '../model.ts';
import type { JournalReader } from './journal.ts';
import { cursorOf, type Layout, oldestOf, openForReading, tailOf } from './layout.ts';
import { decodeHeader, decodeRecord, decodeWithoutPayload } from './record.ts';

const NO_BYTES = Buffer.alloc(0);

/** Opens a journal for reading, in any thread or process, while it is written or while nobody does. */
export function openJournalReader(folder: string): JournalReader {
  return new LmdbJournalReader(openForReading(folder));
}

/**
 * Each question is asked of a snapshot of its own: an older one would not show what came since, and one that is
 * kept makes LMDB keep all pages that changed meanwhile.
 */
class LmdbJournalReader implements JournalReader {
  readonly #layout: Layout;
  #closed: Promise<void> | undefined;

  constructor(layout: Layout) {
    this.#layout = layout;
  }

  get journalId(): string {
    return this.#layout.id;
  }

  get newest(): Position {
    return this.#now(() => tailOf(this.#layout).position);
  }

  get oldest(): Position {
    return this.#now(() => oldestOf(this.#layout));
  }

  committed(reader: string): Position {
    return this.#now(() => cursorOf(this.#layout, reader));
  }

  read(
    after: Position,
    maxBytes: number,
    maxRecords = Number.POSITIVE_INFINITY,
    has: (position: Position) => boolean = () => false,
  ): JournalRecord[] {
    return this.#now(() => {
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

  /** Both buffers are copies out of the map and stay valid. */
  #record(position: Position, header: Buffer): JournalRecord {
    return decodeRecord(position, header, this.#layout.payloads.getBinary(position) ?? NO_BYTES);
  }

  #now<T>(ask: () => T): T {
    this.#layout.root.resetReadTxn();
    try {
      return ask();
    } finally {
      this.#layout.root.resetReadTxn();
    }
  }
}
