import type { JournalReader } from '../../journal/reader.ts';
import type { Position } from '../../model.ts';
import type { LogstashOutput } from '../../sinks/logstash/output.ts';
import type { Window } from '../../sinks/logstash/window.ts';
import { Signal } from '../../util/signal.ts';
import { Deliveries } from '../deliveries.ts';
import type { ForwardWindows } from './forward-windows.ts';

interface ForwarderOptions {
  journal: JournalReader;
  output: Pick<LogstashOutput, 'deliver' | 'room'>;
  windows: ForwardWindows;
  /** What lies up to here is done with. */
  from: Position;
  reached: (position: Position) => void;
  /** Records that the journal no longer holds, and the first of them. */
  skipped: (records: number, first: Position) => void;
}

/**
 * Reads the journal and passes its windows on to Logstash, in order, a bounded number at once. A place is reached when
 * all windows up to it are acknowledged; after a crash it goes on from there, so that Logstash has everything at least
 * once. It holds nobody: what it is too late for, it skips and says so.
 */
export class Forwarder {
  readonly #options: ForwarderOptions;
  readonly #deliveries: Deliveries<Position, Window>;
  readonly #news = new Signal();
  #stopping = false;
  /** The last record that was read. What was read is in hand, though the journal may have trimmed it since. */
  read: Position;

  constructor(options: ForwarderOptions) {
    this.#options = options;
    this.read = options.from;
    this.#deliveries = new Deliveries<Position, Window>(options.output, options.output.room, options.reached);
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

  /** Reads on no further. What is under way is the output's to end, and still tells its place. */
  stop(): void {
    this.#stopping = true;
    this.#news.raise();
  }
}
