import type { ResourceLimits, Worker } from 'node:worker_threads';
import { fromThread, messageOf } from '../errors.ts';
import type { BulkItem, EventBlock, Millis, Position, Transition } from '../model.ts';
import type { Instruments } from '../telemetry/metrics.ts';
import { type LoadingThread, startThread } from '../util/loading-thread.ts';
import { late, longestPause, within } from '../util/waiting.ts';

/** Messages of the main thread to a reader's thread. */
export type ToReader =
  | { kind: 'news'; newest: Position }
  /** An inflated window whose memory is transferred. `payloadBytes` is its size in the journal. */
  | { kind: 'block'; position: Position; block: EventBlock; payloadBytes: number }
  | { kind: 'outputs' }
  /** Sets the log level. */
  | { kind: 'level'; level: string }
  /** A document for the sink that is not in the journal. */
  | { kind: 'document'; item: BulkItem }
  | { kind: 'call'; id: number; name: string; argument?: unknown }
  | { kind: 'stop' };

/** Messages of a reader's thread to the main thread. */
export type FromReader =
  | { kind: 'ready' }
  /** Everything up to `position` was read; after a restart the reader begins after `committed`. */
  | { kind: 'progress'; position: Position; committed: Position; waiting: boolean }
  | { kind: 'transition'; transition: Transition }
  /** New notifications or changed alerts are on disk in the outbox. */
  | { kind: 'notifications' }
  | { kind: 'outputs' }
  /** A record was found damaged: its checksum does not match. */
  | { kind: 'damaged' }
  | { kind: 'answer'; id: number; value: unknown };

interface ThreadOptions {
  name: string;
  file: string;
  workerData: unknown;
  /** Heap limits of the thread; default: those of Node, which collects garbage late while there is memory. */
  resourceLimits?: ResourceLimits;
  /** The thread for the first start, which has been loading. */
  loading?: LoadingThread | undefined;
  instruments: Instruments;
  onMessage: (message: FromReader) => void;
  /** Before the first restart; the next ones double up to a minute. */
  firstPause?: Millis;
}

const shortestPause: Millis = 1_000;
const maxPause: Millis = 60_000;

/**
 * A reader in a worker thread. A thread that ends unexpectedly is restarted, for all its state is on disk; the pauses double while it
 * keeps ending. Other threads go on meanwhile, and `alive` shows the state to the health check.
 */
export class ReaderThread {
  readonly name: string;
  readonly #options: ThreadOptions;
  /** The `workerData` of the next restart. */
  workerData: unknown;
  readonly #firstPause: Millis;
  #loading: LoadingThread | undefined;
  #worker: Worker | undefined;
  #readyAt: Millis | undefined;
  /** Ends in a row since it last ran for long. */
  #failures = 0;
  #stopping = false;
  #restart: NodeJS.Timeout | undefined;
  #calls = new Map<number, (value: unknown) => void>();
  #nextCall = 1;
  #exited: Promise<void> = Promise.resolve();

  constructor(options: ThreadOptions) {
    this.name = options.name;
    this.#options = options;
    this.workerData = options.workerData;
    this.#loading = options.loading;
    this.#firstPause = options.firstPause ?? shortestPause;
  }

  get alive(): boolean {
    return this.#readyAt !== undefined;
  }

  /** Resolves when the reader is ready. Rejects with the cause where it cannot start; it is not restarted then. */
  async start(): Promise<void> {
    try {
      await this.#launch();
    } catch (error) {
      this.#stopping = true;
      clearTimeout(this.#restart);
      throw error;
    }
  }

  post(message: ToReader, transfer: ArrayBuffer[] = []): void {
    this.#worker?.postMessage(message, transfer);
  }

  /** Calls a function of the reader by name; undefined where it is down or does not answer in time. */
  async call<T>(name: string, timeout: Millis, argument?: unknown): Promise<T | undefined> {
    if (!this.#worker) return undefined;
    const id = this.#nextCall++;
    const answer = new Promise<unknown>((resolve) => this.#calls.set(id, resolve));
    this.post({ kind: 'call', id, name, argument });
    const value = await within(answer, timeout);
    this.#calls.delete(id);
    return value === late ? undefined : (value as T);
  }

  /** Lets the reader finish its present work, then ends the thread; after `timeout` it is terminated. */
  async stop(timeout: Millis): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#restart);
    const worker = this.#worker;
    if (!worker) return;
    this.post({ kind: 'stop' });
    const termination = setTimeout(() => void worker.terminate(), timeout);
    await this.#exited;
    clearTimeout(termination);
  }

  #receive(message: FromReader): void {
    if (message.kind === 'answer') this.#answered(message.id, message.value);
    else this.#options.onMessage(message);
  }

  #answered(id: number, value: unknown): void {
    this.#calls.get(id)?.(value);
    this.#calls.delete(id);
  }

  async #launch(): Promise<void> {
    const { file, resourceLimits } = this.#options;
    const options = {
      workerData: this.workerData,
      name: this.name,
      ...(resourceLimits && { resourceLimits }),
    };
    const worker = startThread(file, options, this.#loading);
    this.#loading = undefined;
    this.#worker = worker;
    await new Promise<void>((resolve, reject) => {
      worker.on('message', (message: FromReader) => {
        if (message.kind === 'ready') resolve();
        this.#receive(message);
      });
      worker.once('error', (error) => {
        this.#options.instruments.log.error({ err: error, thread: this.name }, `the ${this.name} failed`);
        reject(fromThread(error));
      });
      this.#exited = new Promise((done) => worker.once('exit', (code) => done(this.#exitedWith(code))));
      void this.#exited.then(() => reject(new Error(`the ${this.name} ended before it was ready`)));
    });
    this.#readyAt = performance.now();
  }

  #exitedWith(code: number): void {
    // A thread that ran for long is restarted after the first pause again.
    if (this.#readyAt !== undefined && performance.now() - this.#readyAt > maxPause) this.#failures = 0;
    this.#worker = undefined;
    this.#readyAt = undefined;
    for (const id of [...this.#calls.keys()]) this.#answered(id, undefined);
    if (this.#stopping) return;
    const { log } = this.#options.instruments;
    const pause = longestPause(++this.#failures, { init: this.#firstPause, max: maxPause });
    log.error({ thread: this.name, code, pause }, `the ${this.name} ended; it is started again`);
    this.#restart = setTimeout(() => void this.#startAgain(), pause);
  }

  /** A thread that does not start ends, too, and its exit schedules the next attempt. */
  async #startAgain(): Promise<void> {
    await this.#launch().catch((error) => {
      const line = `the ${this.name} does not start: ${messageOf(error)}`;
      this.#options.instruments.log.error({ thread: this.name }, line);
    });
  }
}
