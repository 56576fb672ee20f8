import type { ResourceLimits } from 'node:worker_threads';
import type { Journal } from '../journal/journal.ts';
import type { Batch, BulkItem, EventBlock, Millis, Position, Transition } from '../model.ts';
import type { Instruments } from '../telemetry/instruments.ts';
import { releaseBuffer } from '../util/release-buffer.ts';
import { type FromReader, ReaderThread } from './thread.ts';

export interface ReaderOptions {
  name: string;
  file: string;
  workerData: unknown;
  resourceLimits?: ResourceLimits;
  journal: Journal;
  instruments: Instruments;
  now?: () => Millis;
  firstPause?: Millis;
}

/** Bytes of inflated windows that may be under way to a reader; beyond that it reads them from the journal. */
const offeredBytes = 32 * 2 ** 20;

/** A reader first finishes what it has in hand; one that takes longer than this still does what it was told. */
const reloadWithin: Millis = 20_000;

export interface ReaderReload {
  /** It has yet to take it up. */
  pending: boolean;
  /** Why it refused; then it is as it was. */
  problem?: string;
}

/** A reader of the journal as the main thread knows it: where it is, and when it last got on. */
export class Reader {
  onTransition: (transition: Transition) => void = () => {};
  onOutputs: () => void = () => {};
  readonly name: string;
  position: Position = 0;
  /** When `position` last moved, or the reader had nothing to read. */
  movedAt: Millis;
  /** Whether the passing of time alone can still change something for it. */
  waitsForTime = false;
  /** Records that it found damaged since the start. */
  damaged = 0;
  readonly #journal: Journal;
  readonly #thread: ReaderThread;
  readonly #now: () => Millis;
  readonly #forget: () => void;
  #offered: { position: Position; bytes: number }[] = [];
  #offeredNow = 0;
  #newsDue = false;
  #level: string | undefined;

  constructor(options: ReaderOptions) {
    this.name = options.name;
    this.#journal = options.journal;
    this.#now = options.now ?? Date.now;
    this.movedAt = this.#now();
    this.#thread = new ReaderThread({ ...options, onMessage: (message) => this.#receive(message) });
    this.#forget = this.#journal.onAppend((newest) => this.#hear(newest));
  }

  get alive(): boolean {
    return this.#thread.alive;
  }

  /** Since when the reader has had something to read without getting on; undefined where it is up to date. */
  get stuckSince(): Millis | undefined {
    return this.position >= this.#journal.fill.newest ? undefined : this.movedAt;
  }

  async start(): Promise<void> {
    try {
      await this.#thread.start();
    } catch (error) {
      this.#forget();
      throw error;
    }
  }

  stop(timeout: Millis): Promise<void> {
    this.#forget();
    return this.#thread.stop(timeout);
  }

  /** Logs from this level on, and when it is started again as well. */
  logFrom(level: string): void {
    this.#level = level;
    this.#thread.post({ kind: 'level', level });
  }

  say(kind: 'outputs'): void {
    this.#thread.post({ kind });
  }

  /**
   * Lets it go on by something else than what it was started with, and start by that from then on. One that is gone
   * takes it up when it is back, and one that is busy when it is done.
   */
  async reload(workerData: unknown): Promise<ReaderReload> {
    const before = this.#thread.workerData;
    this.#thread.workerData = workerData;
    const answer = await this.#thread.call<{ problem?: string }>('reload', reloadWithin, workerData);
    if (answer?.problem !== undefined) this.#thread.workerData = before;
    return { pending: answer === undefined, ...answer };
  }

  /** Hands over a document for the sink that is in no journal. */
  hand(item: BulkItem): void {
    this.#thread.post({ kind: 'document', item });
  }

  call<T>(name: string, timeout: Millis = 1_000, argument?: unknown): Promise<T | undefined> {
    return this.#thread.call<T>(name, timeout, argument);
  }

  /** Whether its thread gets round to an answer; one that is gone does not, and one that hangs does not either. */
  async answers(within: Millis): Promise<boolean> {
    return (await this.call<boolean>('ping', within)) === true;
  }

  /**
   * Takes over a window that is on disk and still inflated, so that it need not be read and inflated again. Its
   * memory goes with it, and its payload's where that is the same: the caller has neither any more. Where too much is
   * under way already the reader finds it in the journal, and so it does with a small one: that may lie in the pool
   * that Node's buffers share, which cannot go.
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

  #hear(newest: Position): void {
    // A reader that was up to date began to wait only now.
    if (this.position === newest - 1) this.movedAt = this.#now();
    this.#announce();
  }

  #announce(): void {
    if (this.#newsDue) return;
    this.#newsDue = true;
    // Appends that share a commit are told together, and after their windows were offered.
    setImmediate(() => {
      this.#newsDue = false;
      this.#thread.post({ kind: 'news', newest: this.#journal.fill.newest });
    });
  }

  #receive(message: FromReader): void {
    if (message.kind === 'transition') this.onTransition(message.transition);
    else if (message.kind === 'outputs') this.onOutputs();
    else if (message.kind === 'damaged') this.damaged += 1;
    else if (message.kind === 'progress') this.#progress(message);
    else if (message.kind === 'ready') this.#begin();
  }

  #begin(): void {
    if (this.#level !== undefined) this.logFrom(this.#level);
    // What was appended while it started was told to nobody.
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
