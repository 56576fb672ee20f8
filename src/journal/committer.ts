import type { LogboomError } from '../errors.ts';
import type { Position } from '../model.ts';
import type { JournalTelemetry } from '../telemetry/components/journal.ts';
import { type AppendQueue, acknowledge, hasEvents, type PendingAppend } from './append-queue.ts';
import type { Cursors } from './cursors.ts';
import { type RecordLog, refusesAllWrites, writeFailure } from './record-log.ts';
import type { Retention } from './retention.ts';

/** Limits of one transaction, so that under load the first append of a group does not wait for a large group. */
const GROUP_RECORDS = 512;
const GROUP_BYTES = 8 * 2 ** 20;

interface CommitterParts {
  folder: string;
  log: RecordLog;
  queue: AppendQueue;
  cursors: Cursors;
  retention: Retention;
  telemetry: JournalTelemetry;
  /** Called after a transaction that added records. */
  onAppended: (newest: Position) => void;
  /** Called before a transaction that removes the records before `position`. */
  beforeTrim: (position: Position) => void;
}

/**
 * Group commit: writes admitted appends to disk in groups, one transaction at a time, in the order of admission. Cursors
 * and trimming are part of the same transactions and cost no flush of their own.
 *
 * Between a request and its cycle lies one turn of the event loop. What arrives in that turn, or while a cycle runs,
 * shares the next transaction.
 */
export class Committer {
  readonly #parts: CommitterParts;
  #requested = false;
  #running: Promise<void> | undefined;
  #broken: LogboomError | undefined;
  #lastWriteError: LogboomError | undefined;

  constructor(parts: CommitterParts) {
    this.#parts = parts;
  }

  /** Set once LMDB refuses every write. Then the process has to be restarted. */
  get broken(): LogboomError | undefined {
    return this.#broken;
  }

  /** Why the last group with events was refused; undefined after one was written. */
  get lastWriteError(): LogboomError | undefined {
    return this.#lastWriteError;
  }

  /** Asks for a cycle. Cycles never overlap. */
  request(): void {
    this.#requested = true;
    this.#running ??= this.#run();
  }

  /** Admits waiting appends as far as there is room, and asks for a cycle if any append is admitted. */
  admit(): void {
    const { queue, retention } = this.#parts;
    queue.admit(retention.unread);
    if (queue.admitted > 0) this.request();
  }

  /** Resolves when no requested cycle is left. */
  async idle(): Promise<void> {
    while (this.#running) await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#requested) {
      await new Promise(setImmediate);
      this.#requested = false;
      await this.#cycle();
    }
    this.#running = undefined;
  }

  /** Does not reject. */
  async #cycle(): Promise<void> {
    if (this.#broken) return;
    const { queue, retention, telemetry } = this.#parts;
    const group = queue.takeGroup(GROUP_RECORDS, GROUP_BYTES);
    try {
      if (group.length > 0 || this.#hasChores()) await this.#write(group);
    } catch (error) {
      await this.#refuse(group, error);
    }
    this.admit();
    telemetry.filled(retention.unread + queue.admittedBytes, queue.waiting);
  }

  #hasChores(): boolean {
    const { cursors, retention, log } = this.#parts;
    return cursors.unsaved().length > 0 || retention.firstKept() > log.oldest;
  }

  async #write(group: PendingAppend[]): Promise<void> {
    const { log, cursors, retention, telemetry, beforeTrim } = this.#parts;
    const { oldest } = log;
    const keepFrom = retention.firstKept();
    if (keepFrom > oldest) beforeTrim(keepFrom);
    const unsaved = cursors.unsaved();
    const started = performance.now();
    const first = await log.write(group, keepFrom, unsaved);
    cursors.saved(unsaved);
    if (hasEvents(group)) this.#lastWriteError = undefined;
    if (keepFrom > oldest) {
      telemetry.trimmed(keepFrom - oldest);
      this.request();
    }
    if (group.length > 0) this.#acknowledge(group, first, (performance.now() - started) / 1000);
  }

  #acknowledge(group: PendingAppend[], first: Position, seconds: number): void {
    const { queue, log, telemetry, onAppended } = this.#parts;
    queue.release(group);
    const { records, bytes } = acknowledge(group, first);
    telemetry.appended(records, bytes, seconds);
    if (records > 0) onAppended(log.newest);
  }

  /**
   * Rejects the group, so that its senders keep it. LMDB reuses trimmed pages only after a later transaction; the small
   * write that follows makes them free, so that a full disk can recover.
   */
  async #refuse(group: PendingAppend[], cause: unknown): Promise<void> {
    const { queue, log, telemetry, folder } = this.#parts;
    const failure = writeFailure(folder, cause);
    if (hasEvents(group)) this.#lastWriteError = failure;
    // Cursors and trimming alone are tried again and again. On a full disk the appends have logged the failure already.
    if (group.length > 0) telemetry.refused(failure, group.length);
    else telemetry.choresPutOff(failure);
    queue.release(group);
    for (const append of group) append.reject(failure);
    if (refusesAllWrites(log.layout)) this.#breakDown(failure);
    else if (group.length > 0) await this.#write([]).catch(() => undefined);
  }

  #breakDown(failure: LogboomError): void {
    this.#broken = failure;
    this.#parts.queue.rejectAll(failure);
  }
}
