import type { Config } from '../config/schema/schema.ts';
import { messageOf } from '../errors.ts';
import type { Millis, Notification, Output, OutputKey } from '../model.ts';
import { streamName } from '../notifiers/streams/streams.ts';
import type { Folders } from '../readers/reader-port.ts';
import { ofNoJournal, Results } from '../readers/results.ts';
import { streamedOutputs } from '../readers/streamed-outputs.ts';
import type { OwnAlertStatus } from '../telemetry/api/status.ts';
import {
  type SelfMonitoringTelemetry,
  selfMonitoringTelemetry,
} from '../telemetry/components/self-monitoring.ts';
import type { Vitals } from '../telemetry/components/vitals.ts';
import type { Instruments } from '../telemetry/metrics.ts';
import type { Snapshot } from '../util/snapshot.ts';
import { MemoryAlerts, OwnAlertBook, type OwnAlertState } from './own-alert-book.ts';
import { type OwnAlert, ownAlerts } from './own-alerts.ts';
import { type Monitored, notifierNames, vitalsOf } from './vitals.ts';

/** What is watched, and how often it is evaluated. */
export interface Watched {
  alerts: OwnAlert[];
  every: Millis;
}

interface SelfMonitoringOptions extends Watched {
  /** Keeps the state, and the outputs until they are published. */
  results: Results;
  vitals: (now: Millis) => Promise<Vitals>;
  /** Puts a message into the outbox; one that was put before is not taken again. */
  notify: (notification: Notification) => Promise<void>;
  /** Puts outputs into the log of the streams; those that were put before are not taken again. */
  stream: (outputs: readonly { key: OutputKey; output: Output }[]) => Promise<void>;
  /** Sends a message at once, without the disk. */
  sendNow: (notification: Notification) => Promise<void>;
  /** Called when there are outputs to publish and messages to deliver. */
  onOutputs: () => void;
  telemetry: SelfMonitoringTelemetry;
  now?: () => Millis;
}

interface State {
  books: [name: string, snapshot: Snapshot<OwnAlertState>][];
  /** The outputs of the evaluation that led to this state; after a crash they may not be in the results yet. */
  outputs: Output[];
}

export interface SelfMonitoring {
  open(): OwnAlertStatus[];
  /** Applies another configuration. Open alerts stay open unless they are switched off. */
  reload(config: Config): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Alerts about logboom itself. They are evaluated by the wall clock on the main thread: not through the journal, which may be full,
 * and not through Elasticsearch, which may be down. Messages go to the outbox like any other; documents wait on disk for the
 * publisher.
 *
 * State and outputs are written together, before a notification is sent. After a crash the same outputs are passed on again under
 * the same ids, so that no notification is sent twice and no alert begins a second time.
 */
export class OwnAlerts {
  readonly #options: SelfMonitoringOptions;
  #books: OwnAlertBook[];
  readonly #memory: MemoryAlerts;
  #every: Millis;
  readonly #now: () => Millis;
  #before: Vitals | undefined;
  /** The position of the last evaluation in the order of outputs; it grows even where the clock is set back. */
  #place: Millis = 0;
  #unpublished: { place: Millis; state: State } | undefined;
  /** Why the last evaluation could not be written. */
  #refusal: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #turns: Promise<void> = Promise.resolve();

  constructor(options: SelfMonitoringOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#every = options.every;
    this.#books = booksOf(options.alerts);
    this.#memory = new MemoryAlerts(options);
    const saved = options.results.checkpoint() as { position: Millis; state: State } | undefined;
    if (!saved) return;
    this.#place = saved.position;
    this.#restore(saved.state.books);
    this.#unpublished = { place: saved.position, state: saved.state };
  }

  open(): OwnAlertStatus[] {
    return [...this.#memory.open, ...this.#books.flatMap(({ open }) => open)];
  }

  start(): void {
    clearTimeout(this.#timer);
    const timer = setTimeout(async () => {
      await this.evaluate();
      if (this.#timer === timer) this.start();
    }, this.#every);
    this.#timer = timer;
  }

  /** Watches other alerts from now on. Open alerts go on, and those that are switched off end at once. */
  change({ alerts, every }: Watched): Promise<void> {
    return this.#inTurn(async () => {
      const saved = this.#snapshot();
      this.#every = every;
      this.#books = booksOf(alerts);
      this.#memory.change(alerts);
      this.#restore(saved);
      if (this.#timer !== undefined) this.start();
      await this.#evaluateNow();
    });
  }

  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#turns;
    await this.#options.results.close();
  }

  /** Reads the vitals and evaluates all alerts. What the disk does not accept is tried again at the next evaluation. */
  evaluate(): Promise<void> {
    return this.#inTurn(() => this.#evaluateNow());
  }

  /** One at a time: an evaluation ends with the books that it began with. */
  #inTurn(act: () => Promise<void>): Promise<void> {
    this.#turns = this.#turns.then(act);
    return this.#turns;
  }

  async #evaluateNow(): Promise<void> {
    const { telemetry } = this.#options;
    try {
      if (this.#books.every(({ idle }) => idle)) return await this.#publish();
      const now = this.#now();
      const vitals = await this.#options.vitals(now);
      this.#memory.evaluate({ ...vitals, ...(this.#refusal !== undefined && { disk: this.#refusal }) }, now);
      await this.#tryDisk();
      await this.#publish();
      await this.#update(vitals, now);
      this.#refusal = undefined;
      telemetry.evaluated(this.open().length);
    } catch (error) {
      this.#refusal = messageOf(error);
      telemetry.failed(this.#refusal);
    }
  }

  /** After a refusal, writes the present state once more: without outputs there is nothing else to write. */
  async #tryDisk(): Promise<void> {
    if (this.#refusal === undefined || this.#unpublished) return;
    const state: State = { books: this.#snapshot(), outputs: [] };
    await this.#options.results.saveCheckpoint({ position: this.#place, state });
  }

  async #update(vitals: Vitals, now: Millis): Promise<void> {
    const saved = this.#snapshot();
    const outputs: Output[] = [];
    for (const book of this.#books) book.evaluate([vitals, this.#before], now, outputs);
    if (outputs.length > 0) {
      const place = Math.max(now, this.#place + 1);
      const state: State = { books: this.#snapshot(), outputs };
      try {
        await this.#options.results.saveCheckpoint({ position: place, state });
      } catch (error) {
        // As if nothing was evaluated: the next evaluation has the same result.
        this.#restore(saved);
        throw error;
      }
      this.#place = place;
      this.#unpublished = { place, state };
      this.#log(outputs);
    }
    this.#before = vitals;
    await this.#publish();
  }

  #log(outputs: Output[]): void {
    for (const output of outputs)
      if (output.kind === 'transition') this.#options.telemetry.transition(output.transition);
  }

  /** Passes on the outputs of the last evaluation. To do so again changes nothing. */
  async #publish(): Promise<void> {
    if (!this.#unpublished) return;
    const { place, state } = this.#unpublished;
    const { results, notify, stream, onOutputs } = this.#options;
    for (const output of state.outputs) if (output.kind === 'notification') await notify(output.notification);
    const keyed = state.outputs.map((output, i) => ({ key: [place, i + 1] satisfies OutputKey, output }));
    await stream(keyed);
    await results.append(keyed);
    this.#unpublished = undefined;
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

const booksOf = (alerts: OwnAlert[]) =>
  alerts.filter(({ inMemory }) => !inMemory).map((alert) => new OwnAlertBook(alert));

/** Starts to watch a pipeline. While it is switched off, it ends what is still open, and waits to be switched on by a reload. */
export function startSelfMonitoring(
  parts: Monitored,
  config: Config,
  folders: Folders,
  instruments: Instruments,
): SelfMonitoring {
  let inForce = config;
  const watch = new OwnAlerts({
    ...watchedBy(config),
    results: new Results(folders.ownAlerts, ofNoJournal),
    vitals: (now) => vitalsOf(parts, inForce, now),
    notify: (notification) => parts.delivery.put(notification),
    stream: (outputs) => parts.streams.putOwn(streamedOutputs(outputs, inForce), inForce),
    sendNow: (notification) => parts.delivery.sendNow(notification),
    onOutputs: () => {
      parts.indexer.wakePublishers();
      parts.delivery.wake();
    },
    telemetry: selfMonitoringTelemetry(instruments),
    now: parts.clock.now,
  });
  watch.start();
  return {
    open: () => watch.open(),
    reload(next) {
      inForce = next;
      return watch.change(watchedBy(next));
    },
    stop: () => watch.stop(),
  };
}

function watchedBy(config: Config): Watched {
  const { selfMonitoring } = config;
  const streams = Object.keys(config.streams).map(streamName);
  return { alerts: ownAlerts(selfMonitoring, notifierNames(config), streams), every: selfMonitoring.every };
}
