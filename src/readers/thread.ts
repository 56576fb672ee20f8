import { type ResourceLimits, Worker } from 'node:worker_threads';
import { fromThread, messageOf } from '../errors.ts';
import type { BulkItem, EventBlock, Millis, Position, Transition } from '../model.ts';
import type { Instruments } from '../telemetry/instruments.ts';
import { longestPause } from '../util/backoff.ts';
import { late, within } from '../util/deadline.ts';

/** What the main thread says to a reader. */
export type ToReader =
  | { kind: 'news'; newest: Position }
  /** `payloadBytes`: what the window takes in the journal. */
  | { kind: 'block'; position: Position; block: EventBlock; payloadBytes: number }
  | { kind: 'outputs' }
  /** From which level on it logs. */
  | { kind: 'level'; level: string }
  /** A document for the sink that is in no journal. */
  | { kind: 'document'; item: BulkItem }
  | { kind: 'call'; id: number; name: string; argument?: unknown }
  | { kind: 'stop' };

/** What a reader says to the main thread. */
export type FromReader =
  | { kind: 'ready' }
  /** Everything up to `position` was read; a restart begins after `committed`. */
  | { kind: 'progress'; position: Position; committed: Position; waiting: boolean }
  | { kind: 'transition'; transition: Transition }
  | { kind: 'outputs' }
  /** A record was found whose bytes are not those that were written. */
  | { kind: 'damaged' }
  | { kind: 'answer'; id: number; value: unknown };

interface ThreadOptions {
  name: string;
  file: string;
  workerData: unknown;
  /** What the thread's garbage collector goes by; default: Node's own, which lets garbage lie while there is memory. */
  resourceLimits?: ResourceLimits;
  instruments: Instruments;
  onMessage: (message: FromReader) => void;
  /** Before the first restart; the next ones double up to a minute. */
  firstPause?: Millis;
}

const shortestPause: Millis = 1_000;
const maxPause: Millis = 60_000;

/**
 * A reader in a worker thread. A reader that dies is started again, for all that it knows is on disk; the pauses
 * double while it keeps dying. Everything else goes on meanwhile, and `alive` tells the health check.
 */
export class ReaderThread {
  readonly name: string;
  readonly #options: ThreadOptions;
  /** What it is given when it is started again. */
  workerData: unknown;
  readonly #firstPause: Millis;
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
    this.#firstPause = options.firstPause ?? shortestPause;
  }

  get alive(): boolean {
    return this.#readyAt !== undefined;
  }

  /** Resolves when the reader is ready. Rejects with the cause where it cannot even start; it is then left alone. */
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

  /** Asks the reader; undefined where it is gone or does not answer in time. */
  async call<T>(name: string, timeout: Millis, argument?: unknown): Promise<T | undefined> {
    if (!this.#worker) return undefined;
    const id = this.#nextCall++;
    const answer = new Promise<unknown>((resolve) => this.#calls.set(id, resolve));
    this.post({ kind: 'call', id, name, argument });
    const value = await within(answer, timeout);
    this.#calls.delete(id);
    return value === late ? undefined : (value as T);
  }

  /** Lets the reader finish what it has in hand, then ends it, at the latest after `timeout`. */
  async stop(timeout: Millis): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#restart);
    const worker = this.#worker;
    if (!worker) return;
    this.post({ kind: 'stop' });
    const cut = setTimeout(() => void worker.terminate(), timeout);
    await this.#exited;
    clearTimeout(cut);
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
    const worker = new Worker(file, {
      workerData: this.workerData,
      name: this.name,
      ...(resourceLimits && { resourceLimits }),
    });
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
      this.#exited = new Promise((done) => worker.once('exit', (code) => done(this.#left(code))));
      void this.#exited.then(() => reject(new Error(`the ${this.name} ended before it was ready`)));
    });
    this.#readyAt = performance.now();
  }

  #left(code: number): void {
    // One that served for long has earned a quick restart.
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

  /** One that does not start has ended as well, and with that its next attempt is planned. */
  async #startAgain(): Promise<void> {
    await this.#launch().catch((error) => {
      const line = `the ${this.name} does not start: ${messageOf(error)}`;
      this.#options.instruments.log.error({ thread: this.name }, line);
    });
  }
}
