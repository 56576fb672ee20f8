import { LogboomError } from '../errors.ts';
import type { Batch, InputState, Millis, Position } from '../model.ts';
import { type JournalTelemetry, journalTelemetry } from '../telemetry/components/journal.ts';
import { AppendQueue, type PendingAppend, pendingAppend, pendingStates } from './append-queue.ts';
import { Committer } from './committer.ts';
import { Cursors } from './cursors.ts';
import type { JournalFill, JournalOptions, JournalReaders } from './layout.ts';
import { cursorsOf, mapSizeOf, openForWriting, statesOf } from './layout.ts';
import { type Lock, lockJournal } from './lock.ts';
import { RecordLog } from './record-log.ts';
import { Retention } from './retention.ts';

/** Cursors are saved and records are trimmed at least this often, in milliseconds. Appends do both on the way. */
const CHORES_EVERY: Millis = 500;

/**
 * Opens the journal in its own folder, and creates both if they do not exist. Throws `JOURNAL_LOCKED` if another
 * process has the journal open, `JOURNAL_VERSION` if a newer logboom created it, `JOURNAL_BROKEN` if it cannot be read
 * or written.
 */
export async function openJournal(folder: string, options: JournalOptions): Promise<Journal> {
  const lock = lockJournal(folder);
  try {
    return new Journal(folder, lock, options);
  } catch (error) {
    lock.release();
    throw error;
  }
}

/**
 * The durable log of batches and ticks between inputs and readers, for its one writer. Other threads and processes read
 * it by `JournalReader`.
 *
 * - **Durability.** A promise of `append`, `tick` or `saveStates` resolves when the data is on disk; from then on it
 *   survives a crash of the process and of the machine. The promise is what an input acknowledges to its sender.
 * - **Ordering.** Positions are given in the order of the calls of `append`. Ticks and states do not wait for room and may
 *   overtake waiting appends.
 * - **Back-pressure.** While the slowest required reader has `config.maxSize` bytes or more to commit, appends wait, first
 *   come first served.
 * - **Errors.** A rejected call left nothing on disk, and the caller still owns the batch: `JOURNAL_CLOSED` after `close`
 *   or `rejectWaiting`, `JOURNAL_BROKEN` if the disk refused the write. A later append may succeed.
 * - **Ownership.** The payload of a batch belongs to the journal until the promise settles. The journal holds its lock
 *   until it is closed.
 */
export class Journal {
  readonly #folder: string;
  readonly #lock: Lock;
  readonly #telemetry: JournalTelemetry;
  readonly #log: RecordLog;
  readonly #cursors: Cursors;
  readonly #queue: AppendQueue;
  readonly #retention: Retention;
  readonly #committer: Committer;
  readonly #chores: NodeJS.Timeout;
  readonly #listeners = new Set<(newest: Position) => void>();
  readonly #trimListeners = new Set<(position: Position) => void>();
  #closed: Promise<void> | undefined;

  /** For `openJournal`. The folder is locked already. */
  constructor(folder: string, lock: Lock, options: JournalOptions) {
    this.#folder = folder;
    this.#lock = lock;
    this.#telemetry = journalTelemetry(options.instruments);
    this.#log = new RecordLog(openForWriting(folder, mapSizeOf(options)), folder);
    this.#cursors = new Cursors(options.readers, cursorsOf(this.#log.layout));
    this.#queue = new AppendQueue(options.config.maxSize);
    this.#retention = new Retention(this.#log, this.#cursors, options);
    this.#committer = new Committer({
      folder,
      log: this.#log,
      queue: this.#queue,
      cursors: this.#cursors,
      retention: this.#retention,
      telemetry: this.#telemetry,
      onAppended: (newest) => {
        for (const listener of this.#listeners) listener(newest);
      },
      beforeTrim: (position) => {
        for (const listener of this.#trimListeners) listener(position);
      },
    });
    this.#chores = setInterval(() => this.#committer.request(), CHORES_EVERY).unref();
    this.#telemetry.opened(folder, this.#log.oldest, this.#log.newest);
  }

  /** A random id, made when the journal was created. Document ids contain it. */
  get id(): string {
    return this.#log.layout.id;
  }

  get fill(): JournalFill {
    const { oldest, newest, events } = this.#log;
    const { limit, waiting } = this.#queue;
    return { bytes: this.#unread, limit, waiting, oldest, newest, events, readers: this.#cursors.all };
  }

  /** Why the journal accepts nothing until the process is restarted; undefined while it works. */
  get broken(): string | undefined {
    return this.#committer.broken?.message;
  }

  /** Why the disk refused the last group of events; undefined after it accepted one. */
  get lastWriteError(): string | undefined {
    return this.#committer.lastWriteError?.message;
  }

  /** Bytes of the records after a position. */
  bytesAfter(position: Position): number {
    return this.#log.total - this.#log.totalUpTo(position);
  }

  /**
   * Appends a batch. `states` are written in the same transaction: after a crash either the batch and the states are
   * there, or neither is.
   */
  append(batch: Batch, states?: readonly InputState[]): Promise<Position> {
    return new Promise((resolve, reject) => {
      if (this.#refuses(reject)) return;
      const wasFull = this.#queue.waiting > 0;
      this.#queue.enqueue(pendingAppend(batch, resolve, reject, states));
      this.#committer.admit();
      if (!wasFull && this.#queue.waiting > 0) this.#telemetry.full(this.#unread, this.#queue.limit);
    });
  }

  /** Appends a tick. It never waits for room: ticks are small, and a reader may need one to make progress. */
  tick(receivedAt: Millis): Promise<Position> {
    return this.#appendAtOnce((resolve, reject) =>
      pendingAppend({ kind: 'tick', receivedAt }, resolve, reject),
    );
  }

  /** Writes states without a batch. It never waits for room. */
  saveStates(states: readonly InputState[]): Promise<void> {
    return this.#appendAtOnce((resolve, reject) => pendingStates(states, resolve, reject));
  }

  /** The states on disk whose keys begin with `prefix`, in the order of their keys. */
  states(prefix: string): InputState[] {
    return statesOf(this.#log.layout, prefix);
  }

  /**
   * Says that a reader is done with all records up to and including `position`. A cursor never moves back. It is on disk
   * within about a second; a crash before that makes the reader read those records again.
   */
  commit(reader: string, position: Position): void {
    const before = this.#retention.slowest;
    this.#cursors.move(reader, Math.min(position, this.#log.newest));
    if (this.#retention.slowest !== before) this.#readersMoved();
  }

  committed(reader: string): Position {
    return this.#cursors.of(reader);
  }

  /** Replaces the readers that decide about back-pressure and trimming. The cursors of other readers stay on disk. */
  setReaders({ readers, lagging }: JournalReaders): void {
    this.#cursors.setRequired(readers);
    this.#retention.setLagging(lagging);
    this.#readersMoved();
  }

  /** Calls the listener after each transaction that added records. Returns a function that removes the listener. */
  onAppend(listener: (newest: Position) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Calls the listener before each transaction that removes the records before `position`. Returns a function that removes the listener. */
  onTrim(listener: (position: Position) => void): () => void {
    this.#trimListeners.add(listener);
    return () => this.#trimListeners.delete(listener);
  }

  /**
   * Rejects appends that wait for room, and every append that would have to wait from now on, with `JOURNAL_CLOSED`.
   * Otherwise a stop would take as long as the slowest reader is stuck.
   */
  rejectWaiting(): void {
    this.#queue.rejectWaiting(this.#closedError());
  }

  /** Finishes admitted appends, rejects waiting ones, and releases the lock. Closing twice is harmless. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  get #unread(): number {
    return this.#retention.unread + this.#queue.admittedBytes;
  }

  #appendAtOnce<T>(
    append: (resolve: (value: T) => void, reject: (error: Error) => void) => PendingAppend,
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#refuses(reject)) return;
      this.#queue.enqueueAdmitted(append(resolve, reject));
      this.#committer.request();
    });
  }

  #readersMoved(): void {
    if (this.#closed) return;
    this.#retention.measure();
    const wasFull = this.#queue.waiting > 0;
    this.#committer.admit();
    if (wasFull && this.#queue.waiting === 0) this.#telemetry.roomAgain(this.#unread, this.#queue.limit);
  }

  #refuses(reject: (error: Error) => void): boolean {
    const problem = this.#closed ? this.#closedError() : this.#committer.broken;
    if (problem) reject(problem);
    return problem !== undefined;
  }

  #closedError(): LogboomError {
    return new LogboomError('JOURNAL_CLOSED', `The journal in ${this.#folder} is closed.`);
  }

  async #close(): Promise<void> {
    clearInterval(this.#chores);
    this.rejectWaiting();
    this.#committer.request();
    await this.#committer.idle();
    await this.#log.layout.root.close();
    this.#lock.release();
    this.#telemetry.closed(this.#folder);
  }
}
