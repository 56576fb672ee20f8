import { messageOf } from '../../errors.ts';
import type { Batch, EventBlock, JournalRecord, Position } from '../../model.ts';
import { documentsOf, receivedWindow, type Window, windowOf } from '../../sinks/logstash/window.ts';

interface ForwardWindowsOptions {
  /** Maximum of events in a window; 0 for no maximum. */
  bulkMaxSize: number;
  compressionLevel: number;
  /** Inflates a record's payload. */
  open: (batch: Batch) => EventBlock;
  unreadable: (position: Position, reason: string) => void;
}

/** Windows, and the position up to which the journal is complete with them. */
interface Load {
  windows: Window[];
  upTo: Position;
}

type Events = Batch & { position: Position };

/** Smaller windows that wait together are merged, for each window needs a round trip to Logstash. */
const usual = 2048;
const mostTogetherBytes = 4 * 2 ** 20;

/**
 * Turns records into windows for Logstash. A window that was received with enough events is sent as it is; small
 * windows that wait together are merged, and those with more than `bulkMaxSize` events are cut.
 */
export class ForwardWindows {
  readonly #options: ForwardWindowsOptions;
  readonly #most: number;
  readonly #together: number;
  #small: Events[] = [];
  #smallEvents = 0;
  #smallBytes = 0;

  constructor(options: ForwardWindowsOptions) {
    this.#options = options;
    this.#most = options.bulkMaxSize === 0 ? Number.POSITIVE_INFINITY : options.bulkMaxSize;
    this.#together = Math.min(this.#most, usual);
  }

  *of(records: readonly JournalRecord[]): Generator<Load> {
    let upTo = 0;
    for (const record of records) {
      if (record.kind === 'events' && this.#isSmall(record)) {
        if (!this.#fits(record)) yield { windows: this.#gathered(), upTo };
        this.#gather(record);
      } else if (record.kind === 'events') {
        if (this.#small.length > 0) yield { windows: this.#gathered(), upTo };
        yield { windows: this.#windowsOf(record), upTo: record.position };
      }
      upTo = record.position;
    }
    if (records.length > 0) yield { windows: this.#gathered(), upTo };
  }

  #isSmall({ count, payload }: Events): boolean {
    return count * 4 < this.#together && payload.length * 4 < mostTogetherBytes;
  }

  #fits({ count, payload }: Events): boolean {
    if (this.#small.length === 0) return true;
    return (
      this.#smallEvents + count <= this.#together && this.#smallBytes + payload.length <= mostTogetherBytes
    );
  }

  #gather(record: Events): void {
    this.#small.push(record);
    this.#smallEvents += record.count;
    this.#smallBytes += record.payload.length;
  }

  #gathered(): Window[] {
    const small = this.#small;
    this.#small = [];
    this.#smallEvents = 0;
    this.#smallBytes = 0;
    if (small.length === 1) return this.#windowsOf(small[0]!);
    return this.#cut(small.flatMap((record) => this.#opened(record)));
  }

  #windowsOf(record: Events): Window[] {
    const fits = record.count <= this.#most;
    const received = fits ? receivedWindow(record, this.#options.compressionLevel) : undefined;
    return received ? [received] : this.#cut(this.#opened(record));
  }

  #opened(record: Events): Buffer[] {
    try {
      return documentsOf(this.#options.open(record));
    } catch (error) {
      this.#options.unreadable(record.position, messageOf(error));
      return [];
    }
  }

  #cut(documents: Buffer[]): Window[] {
    const windows: Window[] = [];
    for (let from = 0; from < documents.length; from += this.#most)
      windows.push(windowOf(documents.slice(from, from + this.#most), this.#options.compressionLevel));
    return windows;
  }
}
