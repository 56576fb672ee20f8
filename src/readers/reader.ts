import type { ResourceLimits } from 'node:worker_threads';
import type { Journal } from '../journal/journal.ts';
import type { Batch, BulkItem, EventBlock, Millis, Position, Transition } from '../model.ts';
import type { Instruments } from '../telemetry/metrics.ts';
import { workerFile } from '../util/files.ts';
import type { LoadingThread } from '../util/loading-thread.ts';
import { releaseBuffer } from '../util/release-buffer.ts';
import type { ReaderData } from './reader-port.ts';
import { type FromReader, ReaderThread } from './thread.ts';

export interface ReaderOptions {
  name: string;
  file: string;
  workerData: unknown;
  resourceLimits?: ResourceLimits;
  loading?: LoadingThread | undefined;
  journal: Journal;
  instruments: Instruments;
  hooks?: ReaderHooks;
  now?: () => Millis;
  /** Pause before the first restart after the thread ended; the following ones double. */
  firstPause?: Millis;
}

/** What the main thread does about messages of a reader. */
interface ReaderHooks {
  onTransition?: (transition: Transition) => void;
  /** New notifications or changed alerts are on disk in the outbox. */
  onNotifications?: () => void;
  /** New outputs are on disk. */
  onOutputs?: () => void;
}

/** Bytes of inflated windows that may be in flight to a reader; beyond that it reads them from the journal. */
const offeredBytes = 16 * 2 ** 20;

/** How long a reload waits for the reader's answer. A reader that is busy for longer applies the reload later. */
const reloadWithin: Millis = 20_000;

export interface ReaderReload {
  /** The reader has not applied it yet. */
  pending: boolean;
  /** Why the reader refused it; it continues as before. */
  problem?: string;
}

/**
 * The main thread's side of a reader: its position, its progress, and the messages to and from its thread. It commits the reader's
 * cursor to the journal as the thread reports it.
 */
export class Reader {
  readonly name: string;
  position: Position = 0;
  /** Wall time at which `position` last moved, or the reader had nothing to read. */
  movedAt: Millis;
  /** Whether a window waits for time to pass, so that ticks are needed. */
  waitsForTime = false;
  /** Records that it found damaged since the start. */
  damaged = 0;
  readonly #journal: Journal;
  readonly #thread: ReaderThread;
  readonly #now: () => Millis;
  readonly #hooks: ReaderHooks;
  readonly #unsubscribe: () => void;
  #offered: { position: Position; bytes: number }[] = [];
  #offeredNow = 0;
  #newsDue = false;
  #level: string | undefined;

  constructor(options: ReaderOptions) {
    this.name = options.name;
    this.#journal = options.journal;
    this.#hooks = options.hooks ?? {};
    this.#now = options.now ?? Date.now;
    this.movedAt = this.#now();
    this.#thread = new ReaderThread({ ...options, onMessage: (message) => this.#receive(message) });
    this.#unsubscribe = this.#journal.onAppend((newest) => this.#appended(newest));
  }

  get alive(): boolean {
    return this.#thread.alive;
  }

  /** Since when the reader has had records to read and made no progress; undefined while it is up to date. */
  get stuckSince(): Millis | undefined {
    return this.position >= this.#journal.fill.newest ? undefined : this.movedAt;
  }

  async start(): Promise<void> {
    try {
      await this.#thread.start();
    } catch (error) {
      this.#unsubscribe();
      throw error;
    }
  }

  stop(timeout: Millis): Promise<void> {
    this.#unsubscribe();
    return this.#thread.stop(timeout);
  }

  /** Sets the log level, also for later restarts of the thread. */
  logFrom(level: string): void {
    this.#level = level;
    this.#thread.post({ kind: 'level', level });
  }

  /** Tells the reader that there are new outputs of the analyser to publish. */
  wakePublishers(): void {
    this.#thread.post({ kind: 'outputs' });
  }

  /**
   * Replaces the data with which the thread runs and is restarted. A thread that is down applies it when it is back, and one that
   * is busy when it is done.
   */
  async reload(workerData: unknown): Promise<ReaderReload> {
    const before = this.#thread.workerData;
    this.#thread.workerData = workerData;
    const answer = await this.#thread.call<{ problem?: string }>('reload', reloadWithin, workerData);
    if (answer?.problem !== undefined) this.#thread.workerData = before;
    return { pending: answer === undefined, ...answer };
  }

  /** Passes on a document for the sink that is not in the journal. */
  sendDocument(item: BulkItem): void {
    this.#thread.post({ kind: 'document', item });
  }

  call<T>(name: string, timeout: Millis = 1_000, argument?: unknown): Promise<T | undefined> {
    return this.#thread.call<T>(name, timeout, argument);
  }

  /** Whether the thread answers in time. A thread that is down or hangs does not. */
  async answers(within: Millis): Promise<boolean> {
    return (await this.call<boolean>('ping', within)) === true;
  }

  /**
   * Transfers a window that is on disk and still inflated, so that the reader need not read and inflate it again. Ownership of
   * the block's memory passes to the reader, and with it the payload where both share memory. A window is not transferred while too
   * many bytes are in flight, or where it is small: it may lie in the pool that Node's buffers share. The reader then reads it from
   * the journal.
   */
  offer(position: Position, { payload }: Batch, block: EventBlock): void {
    const bytes = block.bytes.byteLength + block.spans.byteLength;
    const { buffer } = block.bytes;
    if (buffer.byteLength <= Buffer.poolSize) return;
    if (this.#offeredNow + bytes > offeredBytes) {
      releaseBuffer(block.bytes);
      return;
    }
    this.#offered.push({ position, bytes });
    this.#offeredNow += bytes;
    const message = { kind: 'block', position, block, payloadBytes: payload.length } as const;
    this.#thread.post(message, [buffer as ArrayBuffer, block.spans.buffer as ArrayBuffer]);
  }

  #appended(newest: Position): void {
    // A reader that was up to date has had something to read only from now on.
    if (this.position === newest - 1) this.movedAt = this.#now();
    this.#announce();
  }

  #announce(): void {
    if (this.#newsDue) return;
    this.#newsDue = true;
    // Appends that share a commit are announced together, and after their windows were offered.
    setImmediate(() => {
      this.#newsDue = false;
      this.#thread.post({ kind: 'news', newest: this.#journal.fill.newest });
    });
  }

  #receive(message: FromReader): void {
    if (message.kind === 'transition') this.#hooks.onTransition?.(message.transition);
    else if (message.kind === 'notifications') this.#hooks.onNotifications?.();
    else if (message.kind === 'outputs') this.#hooks.onOutputs?.();
    else if (message.kind === 'damaged') this.damaged += 1;
    else if (message.kind === 'progress') this.#progress(message);
    else if (message.kind === 'ready') this.#begin();
  }

  #begin(): void {
    if (this.#level !== undefined) this.logFrom(this.#level);
    // Appends during the start were announced to no thread.
    this.#announce();
  }

  #progress({ position, committed, waiting }: FromReader & { kind: 'progress' }): void {
    if (position > this.position) this.movedAt = this.#now();
    this.position = position;
    this.waitsForTime = waiting;
    this.#journal.commit(this.name, committed);
    while (this.#offered[0] && this.#offered[0].position <= position)
      this.#offeredNow -= this.#offered.shift()!.bytes;
  }
}

/**
 * Limits of the heap in megabytes. Readers make much garbage and hold little, so a small young generation, and a bounded old one for
 * the indexer and the forwarder, make Node collect garbage instead of growing the heap. The analyser's old generation is not bounded,
 * for a rule may have many groups.
 */
export const readerHeaps = {
  indexer: { maxYoungGenerationSizeMb: 16, maxOldGenerationSizeMb: 512 },
  analyser: { maxYoungGenerationSizeMb: 16 },
  forwarder: { maxYoungGenerationSizeMb: 16, maxOldGenerationSizeMb: 256 },
} as const;

export type ReaderName = keyof typeof readerHeaps;

export const readerFile = (name: ReaderName): string => workerFile(`readers/${name}/worker`);

/**
 * Starts a reader in a thread of its own, which may have been loading. Resolves when it is ready; rejects with the cause where it
 * cannot start.
 */
export async function startReader(
  name: ReaderName,
  workerData: ReaderData,
  journal: Journal,
  instruments: Instruments,
  { loading, ...hooks }: ReaderHooks & { loading?: LoadingThread | undefined } = {},
): Promise<Reader> {
  const place = { name, file: readerFile(name), resourceLimits: readerHeaps[name], loading };
  const reader = new Reader({ ...place, workerData, journal, instruments, hooks });
  await reader.start();
  return reader;
}
