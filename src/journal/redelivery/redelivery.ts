import { Identifier } from '../../events/index.ts';
import { encodeFrames } from '../../lumberjack/encoder.ts';
import { readPayload } from '../../lumberjack/payload.ts';
import type { Batch, EventBlock, Millis, Origin, Position } from '../../model.ts';
import type { RedeliveryTelemetry } from '../../telemetry/redelivery.ts';
import type { JournalReader } from '../reader.ts';
import type { EventIdentity, RedeliveryMemory } from './memory.ts';
import { lastWindowsInJournal, type RecentWindow, RecentWindows } from './recent-windows.ts';

export interface RedeliveryOptions {
  memory: RedeliveryMemory;
  /** How many windows of a connection are its last ones. */
  windows: number;
  /** How far from the journal's end a start looks for windows that may be sent again. */
  remember: Millis;
  /** Where windows are read again. It is closed by `close`. */
  journal: JournalReader;
  /** Puts a window into the journal. */
  append: (batch: Batch, block: EventBlock) => Promise<Position>;
  /** Inflates a record's payload. */
  open: (batch: Batch) => EventBlock;
  telemetry: RedeliveryTelemetry;
  /** Secret, and the same for all who share a memory. */
  seed: number;
  /** By what clock it remembers; the default runs evenly, for one that jumps ahead would make everything forgotten. */
  now?: () => Millis;
}

/**
 * Stands before the journal and keeps out what is there already.
 *
 * A sender that lost an ACK sends the window again, encoded anew, perhaps cut anew and on another connection. So when
 * a connection ends, the events of its last windows are remembered, and what comes from then on is held against them:
 * by its timestamp first, which tells nearly everything that is new apart for next to nothing. As long as no
 * connection ended, there is nothing to be held against, and a window is only noted by its position.
 */
export class Redelivery {
  readonly #options: RedeliveryOptions;
  readonly #identifier: Identifier;
  readonly #senders: RecentWindows;
  readonly #now: () => Millis;
  /** Remembering and sifting, one after the other, in the order in which they were called for. */
  #turns: Promise<unknown> = Promise.resolve();
  #turnsAhead = 0;
  #closed = false;
  #endWaiting: () => void = () => {};
  readonly #end = new Promise<undefined>((resolve) => {
    this.#endWaiting = () => resolve(undefined);
  });

  constructor(options: RedeliveryOptions) {
    this.#options = options;
    this.#identifier = new Identifier(options.seed);
    this.#senders = new RecentWindows(options.windows);
    this.#now = options.now ?? (() => performance.now());
  }

  /** Resolves when every event of the window is in the journal: now, or since it was sent before. */
  deliver(batch: Batch, block: EventBlock): Promise<void> {
    const { window, doubted, doubtful } = this.#senders.add(batch.origin);
    // Before this window is judged: what comes first over a new connection may be what an old one had on its way.
    for (const { connection, windows } of doubtful) this.#remember(connection, windows);
    const undisturbed = this.#turnsAhead === 0 && this.#options.memory.size === 0;
    const kept = undisturbed
      ? this.#keep(window, batch, block)
      : this.#inTurn(() => this.#sift(window, batch, block)).then((sifted) => sifted.kept);
    if (doubted) this.#remember(batch.origin.connection, [window]);
    return kept;
  }

  /**
   * A sender that connects anew may have given up a connection that still looks alive from here: nobody told us, or
   * we do not read it at the moment. So with its first window, what came from its address lately is remembered, too.
   */
  connectionOpened(origin: Origin): void {
    this.#senders.connectionOpened(origin);
  }

  connectionClosed(connection: string): void {
    // What was not on disk when the connection ended, or was refused, has no ACK for certain, and will be sent again.
    this.#remember(connection, this.#senders.connectionClosed(connection), ({ kept }) => !kept);
  }

  /** Remembers what was on its way when the server ended: the journal's tail tells. */
  async rememberLastWindows(): Promise<void> {
    const { memory, telemetry } = this.#options;
    let events = 0;
    let unreadable = 0;
    for (const position of await this.#lastPositions()) {
      const found = await this.#eventsAt(position, false);
      if (found) await memory.remember(found, this.#now());
      events += found?.length ?? 0;
      unreadable += found ? 0 : 1;
    }
    telemetry.remembered('the time before the start', events, unreadable, memory.size);
  }

  /** A journal that is damaged there is for others to judge; it keeps no server from starting. */
  async #lastPositions(): Promise<Position[]> {
    try {
      return await lastWindowsInJournal(this.#options);
    } catch (error) {
      this.#options.telemetry.failed(error);
      return [];
    }
  }

  /** Ends what is under way; windows that wait for a full journal are not waited for. Closing twice is harmless. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#endWaiting();
    await this.#turns;
    await this.#options.journal.close();
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    this.#turnsAhead += 1;
    const turn = this.#turns.then(work).finally(() => {
      this.#turnsAhead -= 1;
    });
    this.#turns = turn.catch(() => undefined);
    return turn;
  }

  async #keep(window: RecentWindow, batch: Batch, block: EventBlock): Promise<void> {
    window.stored = this.#options.append(batch, block);
    await window.stored;
    window.kept = true;
  }

  /** Answers as soon as the window has its place in the order: the disk is not waited for. */
  async #sift(window: RecentWindow, batch: Batch, block: EventBlock): Promise<{ kept: Promise<void> }> {
    const known = await this.#known(block);
    const events = [...known.values()];
    window.repeated = events;
    if (events.length === 0) return { kept: this.#keep(window, batch, block) };
    this.#options.telemetry.recognised(batch.origin, events.length, block.count, this.#options.memory.size);
    if (events.length === block.count) {
      window.kept = true;
      return { kept: Promise.resolve() };
    }
    const rest = without(block, known);
    return { kept: this.#keep(window, { ...batch, ...rest, encoding: 'lumberjack' }, rest.block) };
  }

  /** Those events of a block that were remembered, by their places. */
  async #known(block: EventBlock): Promise<Map<number, EventIdentity>> {
    const suspects = this.#identify(block, (mark) => this.#options.memory.mayContain(mark));
    const known = new Map<number, EventIdentity>();
    const answers = await this.#options.memory.take(suspects, this.#now());
    suspects.forEach((suspect, i) => {
      if (answers[i]) known.set(suspect.index, suspect);
    });
    return known;
  }

  /**
   * An event of a window that has its ACK may be sent again, or may not: one that is equal to it, later, may be a new
   * one. It is remembered only if it tells its time, which makes the two one and the same. (`all`: regardless.)
   */
  #remember(
    connection: string,
    windows: RecentWindow[],
    all: (window: RecentWindow) => boolean = () => false,
  ): void {
    const news = windows
      .filter(({ remembered }) => !remembered)
      .map((window) => ({ window, all: all(window) }));
    if (news.length === 0 || this.#closed) return;
    for (const { window } of news) window.remembered = true;
    void this.#inTurn(() => this.#rememberAll(connection, news)).catch(this.#options.telemetry.failed);
  }

  async #rememberAll(connection: string, windows: { window: RecentWindow; all: boolean }[]): Promise<void> {
    const { memory, telemetry } = this.#options;
    let events = 0;
    let unreadable = 0;
    for (const { window, all } of windows) {
      // A window that never reached the disk is its sender's alone.
      const stored = window.stored?.catch(() => undefined);
      const position = await Promise.race([stored, this.#end]);
      if (this.#closed) return;
      const kept = position === undefined ? [] : await this.#eventsAt(position, all);
      const found = [...(kept ?? []), ...window.repeated.filter(({ mark }) => all || mark !== 0)];
      await memory.remember(found, this.#now());
      events += found.length;
      unreadable += kept ? 0 : 1;
    }
    telemetry.remembered(connection, events, unreadable, memory.size);
  }

  /** Undefined where the journal does not keep the window any longer, or cannot read it. */
  async #eventsAt(position: Position, all: boolean): Promise<EventIdentity[] | undefined> {
    // Others get their turn: a window takes some milliseconds.
    await new Promise<void>((resolve) => setImmediate(resolve));
    try {
      const [record] = this.#options.journal.read(position - 1, Number.MAX_SAFE_INTEGER, 1);
      if (record?.position !== position || record.kind !== 'events') return undefined;
      return this.#identify(this.#options.open(record), (mark) => all || mark !== 0);
    } catch {
      return undefined;
    }
  }

  #identify(block: EventBlock, wanted: (mark: number) => boolean): (EventIdentity & { index: number })[] {
    const found: (EventIdentity & { index: number })[] = [];
    this.#identifier.open(block);
    for (let index = 0; index < block.count; index += 1) {
      const mark = this.#identifier.markOf(index);
      if (wanted(mark)) found.push({ index, mark, identity: this.#identifier.of(index) });
    }
    this.#identifier.close();
    return found;
  }
}

/** A window of the other events alone, so that whoever reads the journal sees each event once. */
function without(block: EventBlock, known: Map<number, unknown>) {
  const documents: Buffer[] = [];
  for (let index = 0; index < block.count; index += 1)
    if (!known.has(index))
      documents.push(block.bytes.subarray(block.spans[2 * index], block.spans[2 * index + 1]));
  const payload = encodeFrames(documents, { version: 2, firstSequence: 1 });
  return { payload, count: documents.length, block: readPayload(payload) };
}
