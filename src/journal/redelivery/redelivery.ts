import type { Batch, EventBlock, Millis, Origin, Position } from '../../model.ts';
import type { RedeliveryTelemetry } from '../../telemetry/components/journal.ts';
import type { JournalReader } from '../reader.ts';
import { every, placedOnly, timed, type Which } from './marked-windows.ts';
import type { RedeliveryMemory } from './memory.ts';
import { lastWindowsInJournal, type RecentWindow, RecentWindows, without } from './recent-windows.ts';
import { type IdentifiedEvent, StoredWindows } from './stored-windows.ts';
import { WindowMarks } from './window-marks.ts';

export interface RedeliveryOptions {
  memory: RedeliveryMemory;
  /** How many sender windows of a connection are its last ones. */
  windows: number;
  /** How far before the end of the journal a start looks for windows that may be sent again. */
  remember: Millis;
  /** Windows are read again from here. `close` closes it. */
  journal: JournalReader;
  /** Appends a window to the journal. Resolves when it is on disk; with undefined where no event of it is taken. */
  append: (batch: Batch, block: EventBlock) => Promise<Position | undefined>;
  /** Decodes the payload of a record. */
  open: (batch: Batch) => EventBlock;
  telemetry: RedeliveryTelemetry;
  /** Windows of more events are remembered by marks. The default is 64. */
  markAbove?: number;
  /** Secret, and the same for all nodes that share a memory. */
  seed: number;
  /** Clock of the memory. The default is monotonic: if the wall clock jumped ahead, everything would be forgotten. */
  now?: () => Millis;
}

const beforeTheStart = 'the time before the start';

/**
 * Recognises redelivered events and keeps them out of the journal.
 *
 * A sender that did not see an ACK sends the window again: encoded again, perhaps divided differently and on another
 * connection. So when a connection ends, the events of its last windows are remembered, and later windows are compared
 * with them: first by timestamp, which rules out nearly all new events at low cost, then by identity. While the memory is
 * empty, nothing is compared, and a window is noted by its position alone.
 *
 * `deliver` has the errors of `Journal.append`. Windows are compared, and connections are remembered, strictly in the
 * order of the calls.
 */
export class Redelivery {
  readonly #options: RedeliveryOptions;
  readonly #stored: StoredWindows;
  readonly #marks: WindowMarks;
  readonly #recent: RecentWindows;
  readonly #now: () => Millis;
  /** Tail of the chain of tasks: comparing and remembering run one after the other. */
  #tasks: Promise<unknown> = Promise.resolve();
  #pendingTasks = 0;
  #lastHolder = 0;
  #closed = false;
  #stopWaiting: () => void = () => {};
  readonly #stopped = new Promise<undefined>((resolve) => {
    this.#stopWaiting = () => resolve(undefined);
  });

  constructor(options: RedeliveryOptions) {
    this.#options = options;
    this.#stored = new StoredWindows(options);
    this.#marks = new WindowMarks({ markAbove: 64, ...options, stored: this.#stored });
    this.#recent = new RecentWindows(options.windows);
    this.#now = options.now ?? (() => performance.now());
  }

  /** Resolves when every event of the window is in the journal, whether it was appended now or earlier. */
  deliver(batch: Batch, block: EventBlock): Promise<void> {
    const { window, rememberNow, siblings, confirmed } = this.#recent.add(batch.origin, this.#now());
    this.#forget(confirmed, every);
    // Before this window is compared: the first window of a new connection may repeat what an old one had in transit.
    for (const { connection, windows } of siblings) this.#remember(connection, windows, () => timed);
    const nothingToCompare = this.#pendingTasks === 0 && this.#options.memory.size === 0;
    const kept = nothingToCompare
      ? this.#keep(window, batch, block)
      : this.#enqueue(() => this.#keepNew(window, batch, block)).then((appended) => appended.kept);
    if (rememberNow) this.#remember(batch.origin.connection, [window], () => timed);
    return kept;
  }

  /**
   * A sender that reconnects may have given up a connection that still looks alive here: the close was lost, or we are not
   * reading from it at the moment. So its first window also makes us remember the latest windows from its address.
   */
  connectionOpened(origin: Origin): void {
    this.#recent.connectionOpened(origin);
  }

  /**
   * `clean`: the sender closed the connection itself, and the ACKs of all its windows had been sent. Then only events that
   * tell where their line lies are remembered: they may be sent again, because an ACK can be lost all the same, but an
   * equal event without a place is rather a new one.
   */
  connectionClosed(connection: string, clean = false): void {
    const windows = this.#recent.connectionClosed(connection);
    if (clean) this.#forget(windows, ({ placed }) => !placed);
    // A window that was not on disk when the connection ended has no ACK for certain, and will be sent again.
    this.#remember(connection, windows, ({ kept }) => (kept ? (clean ? placedOnly : timed) : every));
  }

  /** Remembers the windows that were in transit when the server ended, as found at the end of the journal. */
  async rememberLastWindows(): Promise<void> {
    const { memory, telemetry } = this.#options;
    let events = 0;
    let unreadable = 0;
    for (const position of await this.#lastPositions()) {
      const window = {
        source: beforeTheStart,
        holder: this.#nextHolder(),
        position,
        which: timed,
        marks: undefined,
      };
      const found = await this.#marks.remember(window, this.#now());
      events += found?.events ?? 0;
      unreadable += found ? 0 : 1;
    }
    telemetry.remembered(beforeTheStart, events, unreadable, memory.size);
  }

  /** A damaged journal is reported by its readers; it does not stop a server from starting. */
  async #lastPositions(): Promise<Position[]> {
    try {
      return await lastWindowsInJournal(this.#options);
    } catch (error) {
      this.#options.telemetry.failed(error);
      return [];
    }
  }

  /** To be called before the journal removes the records before `position`: what may be sent again is read from them. */
  beforeTrim(position: Position): void {
    if (!this.#closed) this.#marks.beforeTrim(position);
  }

  /** Finishes pending tasks, but does not wait for windows that wait for a full journal. Closing twice is harmless. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#stopWaiting();
    await this.#tasks;
    await this.#options.journal.close();
  }

  #enqueue<T>(task: () => Promise<T>): Promise<T> {
    this.#pendingTasks += 1;
    const result = this.#tasks.then(task).finally(() => {
      this.#pendingTasks -= 1;
    });
    this.#tasks = result.catch(() => undefined);
    return result;
  }

  /** `marks`: those of the block, where they are known. */
  async #keep(window: RecentWindow, batch: Batch, block: EventBlock, marks?: Uint32Array): Promise<void> {
    // Such a window is remembered as soon as it is on disk.
    if (window.suspectUntil > 0) window.marks = marks ?? this.#stored.marksOf(block);
    window.stored = this.#options.append(batch, block);
    await window.stored;
    window.kept = true;
  }

  /** Appends the events that are not redelivered. Resolves once the append has begun; `kept` resolves on disk. */
  async #keepNew(window: RecentWindow, batch: Batch, block: EventBlock): Promise<{ kept: Promise<void> }> {
    const marks = this.#stored.marksOf(block);
    const redelivered = await this.#findRedelivered(block, marks);
    const events = [...redelivered.values()];
    window.redelivered = events;
    if (events.length === 0) return { kept: this.#keep(window, batch, block, marks) };
    this.#options.telemetry.recognised(batch.origin, events.length, block.count, this.#options.memory.size);
    if (events.length === block.count) {
      window.kept = true;
      return { kept: Promise.resolve() };
    }
    const rest = without(block, redelivered);
    return { kept: this.#keep(window, { ...batch, ...rest, encoding: 'lumberjack' }, rest.block) };
  }

  /** The remembered events of a block, by index. */
  async #findRedelivered(block: EventBlock, marks: Uint32Array): Promise<Map<number, IdentifiedEvent>> {
    await this.#marks.identify(marks);
    const candidates = this.#stored.identify(block, marks, (mark) => this.#options.memory.mayContain(mark));
    const redelivered = new Map<number, IdentifiedEvent>();
    const answers = await this.#options.memory.take(candidates, this.#now());
    candidates.forEach((candidate, i) => {
      if (answers[i]) redelivered.set(candidate.index, candidate);
    });
    return redelivered;
  }

  /**
   * Remembers the events of windows. An event of an acknowledged window may or may not be sent again, and an equal event
   * may be a new one. So `which` selects the events of a window that are remembered.
   */
  #remember(connection: string, windows: RecentWindow[], which: (window: RecentWindow) => Which): void {
    const added = windows
      .filter(({ holder }) => holder === 0)
      .map((window) => ({ window, which: which(window) }));
    if (added.length === 0 || this.#closed) return;
    for (const { window } of added) window.holder = this.#nextHolder();
    void this.#enqueue(() => this.#rememberAll(connection, added)).catch(this.#options.telemetry.failed);
  }

  async #rememberAll(connection: string, windows: { window: RecentWindow; which: Which }[]): Promise<void> {
    const { memory, telemetry } = this.#options;
    let events = 0;
    let unreadable = 0;
    for (const { window, which } of windows) {
      // A window that never reached the disk cannot be in the journal twice.
      const stored = window.stored?.catch(() => undefined);
      const position = await Promise.race([stored, this.#stopped]);
      if (this.#closed) return;
      const { marks, holder } = window;
      window.marks = undefined;
      const kept =
        position === undefined
          ? { held: [], events: 0 }
          : await this.#marks.remember({ source: connection, holder, position, which, marks }, this.#now());
      const again = window.redelivered.filter(which);
      await memory.remember(again, holder, this.#now());
      window.held = [...(kept?.held ?? []), ...again];
      window.marked = kept?.marked;
      events += (kept?.events ?? 0) + again.length;
      unreadable += kept ? 0 : 1;
    }
    telemetry.remembered(connection, events, unreadable, memory.size);
  }

  /** Numbers begin again after 2^32 - 1: by then, nothing of the first ones is remembered. */
  #nextHolder(): number {
    this.#lastHolder = (this.#lastHolder + 1) >>> 0 || 1;
    return this.#lastHolder;
  }

  /** Forgets events of windows that were remembered, in their turn. */
  #forget(windows: RecentWindow[], which: Which): void {
    const remembered = windows.filter(({ holder }) => holder !== 0);
    if (remembered.length === 0 || this.#closed) return;
    void this.#enqueue(async () => {
      for (const window of remembered) {
        await this.#options.memory.forget((window.held ?? []).filter(which), window.holder);
        if (window.marked) window.marked = await this.#marks.forget(window.marked, which, this.#now());
      }
      this.#options.telemetry.confirmed(this.#options.memory.size);
    }).catch(this.#options.telemetry.failed);
  }
}
