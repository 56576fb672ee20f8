import type { JournalConfig } from '../config/schema/journal.ts';
import { LogboomError } from '../errors.ts';
import type { Batch, InputState, Millis, Position } from '../model.ts';
import { type JournalTelemetry, journalTelemetry } from '../telemetry/journal.ts';
import {
  AppendQueue,
  acknowledge,
  hasEvents,
  type PendingAppend,
  pendingAppend,
  pendingStates,
} from './append-queue.ts';
import { CommitLoop } from './commit-loop.ts';
import { Cursors } from './cursors.ts';
import type { Journal, JournalFill } from './journal.ts';
import { cursorsOf, openForWriting, statesOf } from './layout.ts';
import type { Lock } from './lock.ts';
import { type JournalOptions, type JournalReaders, mapSizeOf } from './options.ts';
import { RecordLog, refusesAllWrites, writeFailure } from './record-log.ts';
import { firstKept } from './retention.ts';

/** One transaction takes this much at the most, so that the first of a great crowd does not wait for the last. */
const GROUP_RECORDS = 512;
const GROUP_BYTES = 32 * 2 ** 20;
/** How often cursors are saved and the old is trimmed where no append gives the occasion. */
const CHORES_EVERY = 500;

/** A journal in a folder that is locked already. It gives the lock back when it is closed. */
export class JournalWriter implements Journal {
  readonly #folder: string;
  readonly #lock: Lock;
  readonly #config: JournalConfig;
  readonly #now: () => Millis;
  readonly #telemetry: JournalTelemetry;
  readonly #shelf: RecordLog;
  readonly #cursors: Cursors;
  readonly #room: AppendQueue;
  #lagging: [reader: string, bytes: number][];
  readonly #loop = new CommitLoop(() => this.#cycle());
  readonly #chores: NodeJS.Timeout;
  readonly #listeners = new Set<(newest: Position) => void>();
  /** Running size up to the slowest reader; what lies beyond is unread. */
  #readTotal: number;
  #broken: LogboomError | undefined;
  #refusing: LogboomError | undefined;
  #closed: Promise<void> | undefined;

  constructor(folder: string, lock: Lock, options: JournalOptions) {
    const { config, readers, lagging, instruments, now } = options;
    this.#folder = folder;
    this.#lock = lock;
    this.#config = config;
    this.#now = now ?? Date.now;
    this.#telemetry = journalTelemetry(instruments);
    this.#lagging = Object.entries(lagging ?? {});
    this.#shelf = new RecordLog(openForWriting(folder, mapSizeOf(options)));
    this.#cursors = new Cursors(readers, cursorsOf(this.#shelf.layout));
    this.#room = new AppendQueue(config.maxSize);
    this.#readTotal = this.#shelf.totalUpTo(this.#slowest);
    this.#chores = setInterval(() => this.#loop.request(), CHORES_EVERY).unref();
    this.#telemetry.opened(folder, this.#shelf.oldest, this.#shelf.newest);
  }

  get id(): string {
    return this.#shelf.layout.id;
  }

  get fill(): JournalFill {
    const { oldest, newest } = this.#shelf;
    const { limit, waiting, admittedBytes } = this.#room;
    return {
      bytes: this.#unread + admittedBytes,
      limit,
      waiting,
      oldest,
      newest,
      readers: this.#cursors.all,
    };
  }

  get broken(): string | undefined {
    return this.#broken?.message;
  }

  get lastWriteError(): string | undefined {
    return this.#refusing?.message;
  }

  bytesAfter(position: Position): number {
    return this.#shelf.total - this.#shelf.totalUpTo(position);
  }

  append(batch: Batch, states?: readonly InputState[]): Promise<Position> {
    return new Promise((resolve, reject) => {
      if (this.#refuses(reject)) return;
      const wasFull = this.#room.waiting > 0;
      this.#room.enqueue(pendingAppend(batch, resolve, reject, states));
      this.#admit();
      if (!wasFull && this.#room.waiting > 0) this.#telemetry.full(this.fill.bytes, this.#room.limit);
    });
  }

  tick(receivedAt: Millis): Promise<Position> {
    return this.#enter((resolve, reject) => pendingAppend({ kind: 'tick', receivedAt }, resolve, reject));
  }

  saveStates(states: readonly InputState[]): Promise<void> {
    return this.#enter((resolve, reject) => pendingStates(states, resolve, reject));
  }

  states(prefix: string): InputState[] {
    return statesOf(this.#shelf.layout, prefix);
  }

  commit(reader: string, position: Position): void {
    const before = this.#slowest;
    this.#cursors.move(reader, Math.min(position, this.#shelf.newest));
    if (this.#slowest !== before) this.#measure();
  }

  setReaders({ readers, lagging = {} }: JournalReaders): void {
    this.#cursors.setRequired(readers);
    this.#lagging = Object.entries(lagging);
    this.#measure();
  }

  committed(reader: string): Position {
    return this.#cursors.of(reader);
  }

  onAppend(listener: (newest: Position) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  rejectWaiting(): void {
    this.#room.rejectWaiting(this.#isClosed);
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  get #isClosed(): LogboomError {
    return new LogboomError('JOURNAL_CLOSED', `The journal in ${this.#folder} is closed.`);
  }

  get #slowest(): Position {
    return this.#cursors.slowest(this.#shelf.newest);
  }

  get #unread(): number {
    return this.#slowest === this.#shelf.newest ? 0 : this.#shelf.total - this.#readTotal;
  }

  /** Puts an entry among those for the next group, whatever room there is. */
  #enter<T>(
    entry: (resolve: (value: T) => void, reject: (error: Error) => void) => PendingAppend,
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#refuses(reject)) return;
      this.#room.enqueueAdmitted(entry(resolve, reject));
      this.#loop.request();
    });
  }

  /** What waits for the slowest reader, and who gets the room. */
  #measure(): void {
    if (this.#closed) return;
    this.#readTotal = this.#shelf.totalUpTo(this.#slowest);
    const wasFull = this.#room.waiting > 0;
    this.#admit();
    if (wasFull && this.#room.waiting === 0) this.#telemetry.roomAgain(this.fill.bytes, this.#room.limit);
  }

  #refuses(reject: (error: Error) => void): boolean {
    const problem = this.#closed ? this.#isClosed : this.#broken;
    if (problem) reject(problem);
    return problem !== undefined;
  }

  #admit(): void {
    this.#room.admit(this.#unread);
    if (this.#room.admitted > 0) this.#loop.request();
  }

  /** Writes the next group; cursors and trimming ride along and cost no flush of their own. */
  async #cycle(): Promise<void> {
    if (this.#broken) return;
    const group = this.#room.takeGroup(GROUP_RECORDS, GROUP_BYTES);
    try {
      if (group.length > 0 || this.#hasChores()) await this.#write(group);
    } catch (error) {
      await this.#refuse(group, error);
    }
    this.#admit();
    this.#telemetry.filled(this.fill.bytes, this.#room.waiting);
  }

  #hasChores(): boolean {
    return this.#cursors.unsaved().length > 0 || this.#firstKept() > this.#shelf.oldest;
  }

  async #write(group: PendingAppend[]): Promise<void> {
    const { oldest } = this.#shelf;
    const keepFrom = this.#firstKept();
    const cursors = this.#cursors.unsaved();
    const started = performance.now();
    const first = await this.#shelf.write(group, keepFrom, cursors);
    this.#cursors.saved(cursors);
    if (hasEvents(group)) this.#refusing = undefined;
    if (keepFrom > oldest) {
      this.#telemetry.trimmed(keepFrom - oldest);
      this.#loop.request();
    }
    if (group.length > 0) this.#acknowledge(group, first, (performance.now() - started) / 1000);
  }

  #acknowledge(group: PendingAppend[], first: Position, seconds: number): void {
    this.#room.release(group);
    const { records, bytes } = acknowledge(group, first);
    this.#telemetry.appended(records, bytes, seconds);
    if (records > 0) for (const listener of this.#listeners) listener(this.#shelf.newest);
  }

  /**
   * A group that the disk refused is left to its owners. The small write that follows lets trimmed pages become
   * free again, which LMDB does only with a later transaction, so that a full disk can heal.
   */
  async #refuse(group: PendingAppend[], thrown: unknown): Promise<void> {
    const failure = writeFailure(this.#folder, thrown);
    // Chores alone are tried again and again, and on a full disk the appends have told of it already.
    if (hasEvents(group)) this.#refusing = failure;
    if (group.length > 0) this.#telemetry.refused(failure, group.length);
    else this.#telemetry.choresPutOff(failure);
    this.#room.release(group);
    for (const entry of group) entry.reject(failure);
    if (refusesAllWrites(this.#shelf.layout)) this.#giveUp(failure);
    else if (group.length > 0) await this.#write([]).catch(() => undefined);
  }

  #giveUp(failure: LogboomError): void {
    this.#broken = failure;
    this.#room.giveUp(failure);
  }

  #firstKept(): Position {
    return firstKept(this.#shelf.layout, this.#shelf.oldest, {
      committed: this.#slowest,
      total: this.#shelf.total,
      fromTotal: this.#shelf.total - this.#unread - this.#config.keepSize,
      since: this.#now() - this.#config.keepAge,
      lagging: this.#lagging.map(([reader, bytes]) => ({
        committed: this.#cursors.of(reader),
        fromTotal: this.#shelf.total - bytes,
      })),
    });
  }

  async #close(): Promise<void> {
    clearInterval(this.#chores);
    this.rejectWaiting();
    this.#loop.request();
    await this.#loop.idle();
    await this.#shelf.layout.root.close();
    this.#lock.release();
    this.#telemetry.closed(this.#folder);
  }
}
