import type { JournalReader } from '../../journal/reader.ts';
import type { Position } from '../../model.ts';
import type { LogstashOutput } from '../../sinks/logstash/output.ts';
import type { Window } from '../../sinks/logstash/window.ts';
import { Signal } from '../../util/waiting.ts';
import { Deliveries } from '../deliveries.ts';
import type { ForwardWindows } from './forward-windows.ts';

interface ForwarderOptions {
  journal: JournalReader;
  output: Pick<LogstashOutput, 'deliver' | 'room'>;
  windows: ForwardWindows;
  /** The cursor: records up to here are acknowledged. */
  from: Position;
  reached: (position: Position) => void;
  /** Records that the journal no longer holds, and the first of them. */
  skipped: (records: number, first: Position) => void;
}

/**
 * Reads the journal in order and sends its windows to Logstash, a bounded number of them concurrently. A position is reached when
 * all windows up to it are acknowledged. After a crash the forwarder goes on from there, so delivery is at least
 * once. The journal does not wait for it by default: records that were trimmed before it read them are skipped and counted.
 */
export class Forwarder {
  readonly #options: ForwarderOptions;
  readonly #deliveries: Deliveries<Position, Window[]>;
  readonly #news = new Signal();
  #stopping = false;
  /** The last record that was read. The journal may have trimmed it since. */
  read: Position;

  constructor(options: ForwarderOptions) {
    this.#options = options;
    this.read = options.from;
    this.#deliveries = new Deliveries<Position, Window[]>(
      options.output,
      options.output.room,
      options.reached,
    );
  }

  wake(): void {
    this.#news.raise();
  }

  /** Ends when `stop` was called. */
  async run(): Promise<void> {
    while (!this.#stopping) {
      const records = this.#options.journal.read(this.read, 4 * 2 ** 20);
      const first = records[0]?.position;
      if (first === undefined) {
        await this.#news.wait();
        continue;
      }
      if (first > this.read + 1) this.#options.skipped(first - this.read - 1, this.read + 1);
      for (const { windows, upTo } of this.#options.windows.of(records)) {
        if (this.#stopping) return;
        await this.#deliveries.start(windows, upTo);
        this.read = upTo;
      }
    }
  }

  /** Reads no further records. Windows in flight end with the output, and still report their position. */
  stop(): void {
    this.#stopping = true;
    this.#news.raise();
  }
}
