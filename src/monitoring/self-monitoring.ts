import type { Config } from '../config/schema/schema.ts';
import { messageOf } from '../errors.ts';
import type { Millis, Notification, Output, OutputKey } from '../model.ts';
import type { Results } from '../readers/results.ts';
import type { OwnAlertStatus } from '../telemetry/api/status.ts';
import type { SelfMonitoringTelemetry } from '../telemetry/components/self-monitoring.ts';
import type { Vitals } from '../telemetry/components/vitals.ts';
import type { Snapshot } from '../util/snapshot.ts';
import { OwnAlertBook, type OwnAlertState } from './own-alert-book.ts';
import type { OwnAlert } from './own-alerts.ts';

/** What is watched, and how often it is looked at. */
export interface Watched {
  alerts: OwnAlert[];
  every: Millis;
}

interface SelfMonitoringOptions extends Watched {
  /** Keeps what it puts out until the publisher took it, and its state. */
  results: Results;
  vitals: (now: Millis) => Promise<Vitals>;
  /** Puts a message into the outbox; one that was put before is not taken again. */
  notify: (notification: Notification) => Promise<void>;
  /** There is something new to publish, and someone to tell. */
  onOutputs: () => void;
  telemetry: SelfMonitoringTelemetry;
  now?: () => Millis;
}

interface State {
  books: [name: string, snapshot: Snapshot<OwnAlertState>][];
  /** What the look put out that led to this state: a crash may have kept it from the disk. */
  outputs: Output[];
}

export interface SelfMonitoring {
  open(): OwnAlertStatus[];
  /** Goes by another configuration from now on; what is open stays open, unless its alert is switched off. */
  reload(config: Config): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Watches logboom itself, by the clock and on the main thread: not through the journal, which may be full, and not
 * through Elasticsearch, which may be down. Messages go to the outbox like any other, documents wait on disk for the
 * publisher.
 *
 * State and outputs are written down together before anyone is told. After a crash the same outputs are handed on
 * again, under the same ids, so nobody is told twice and no alert begins a second time.
 */
export class OwnAlerts {
  readonly #options: SelfMonitoringOptions;
  #books: OwnAlertBook[];
  #every: Millis;
  readonly #now: () => Millis;
  #before: Vitals | undefined;
  /** The last look's place in the order of outputs; it grows even where the clock is set back. */
  #place: Millis = 0;
  #unkept: { place: Millis; state: State } | undefined;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> = Promise.resolve();

  constructor(options: SelfMonitoringOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#every = options.every;
    this.#books = booksOf(options.alerts);
    const saved = options.results.checkpoint() as { position: Millis; state: State } | undefined;
    if (!saved) return;
    this.#place = saved.position;
    this.#restore(saved.state.books);
    this.#unkept = { place: saved.position, state: saved.state };
  }

  open(): OwnAlertStatus[] {
    return this.#books.flatMap(({ open }) => open);
  }

  start(): void {
    clearTimeout(this.#timer);
    const timer = setTimeout(async () => {
      await this.look();
      if (this.#timer === timer) this.start();
    }, this.#every);
    this.#timer = timer;
  }

  /** Watches something else from now on. What is open goes on, and what is switched off ends at once. */
  change({ alerts, every }: Watched): Promise<void> {
    return this.#inTurn(async () => {
      const saved = this.#snapshot();
      this.#every = every;
      this.#books = booksOf(alerts);
      this.#restore(saved);
      if (this.#timer !== undefined) this.start();
      await this.#lookNow();
    });
  }

  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#looking;
    await this.#options.results.close();
  }

  /** Takes the figures and judges them. What the disk does not take is tried again with the next look. */
  look(): Promise<void> {
    return this.#inTurn(() => this.#lookNow());
  }

  /** One after the other: a look judges by the books that it began with. */
  #inTurn(act: () => Promise<void>): Promise<void> {
    this.#looking = this.#looking.then(act);
    return this.#looking;
  }

  async #lookNow(): Promise<void> {
    const { telemetry } = this.#options;
    try {
      await this.#keep();
      if (this.#books.every(({ rests }) => rests)) return;
      const now = this.#now();
      await this.#judge(await this.#options.vitals(now), now);
      telemetry.looked(this.open().length);
    } catch (error) {
      telemetry.failed(messageOf(error));
    }
  }

  async #judge(vitals: Vitals, now: Millis): Promise<void> {
    const saved = this.#snapshot();
    const outputs: Output[] = [];
    for (const book of this.#books) book.look([vitals, this.#before], now, outputs);
    if (outputs.length > 0) {
      const place = Math.max(now, this.#place + 1);
      const state: State = { books: this.#snapshot(), outputs };
      try {
        await this.#options.results.saveCheckpoint({ position: place, state });
      } catch (error) {
        // As if it had not been looked: the next look comes to the same.
        this.#restore(saved);
        throw error;
      }
      this.#place = place;
      this.#unkept = { place, state };
      this.#tell(outputs);
    }
    this.#before = vitals;
    await this.#keep();
  }

  #tell(outputs: Output[]): void {
    for (const output of outputs)
      if (output.kind === 'transition') this.#options.telemetry.transition(output.transition);
  }

  /** Hands on what the last look put out. Doing so again changes nothing. */
  async #keep(): Promise<void> {
    if (!this.#unkept) return;
    const { place, state } = this.#unkept;
    const { results, notify, onOutputs } = this.#options;
    for (const output of state.outputs) if (output.kind === 'notification') await notify(output.notification);
    const keyed = state.outputs.map((output, i) => ({ key: [place, i + 1] satisfies OutputKey, output }));
    await results.append(keyed);
    this.#unkept = undefined;
    onOutputs();
  }

  #snapshot(): State['books'] {
    return this.#books.map((book) => [book.name, book.snapshot()]);
  }

  #restore(books: State['books']): void {
    const saved = new Map(books);
    for (const book of this.#books) book.restore(saved.get(book.name));
  }
}

const booksOf = (alerts: OwnAlert[]) => alerts.map((alert) => new OwnAlertBook(alert));
