import { encodeFrames } from '../../lumberjack/encoder.ts';
import { readPayload } from '../../lumberjack/payload.ts';
import type { Batch, EventBlock, JournalRecord, Millis, Origin, Position } from '../../model.ts';
import type { JournalReader } from '../reader.ts';
import type { EventIdentity, MarkedWindow } from './marked-windows.ts';

/** A sender window of an open connection, or a part of a large one: where it is stored, without its events. */
export interface RecentWindow {
  /** Whether further parts of the same sender window follow. */
  continued: boolean;
  /** Resolves with its position when it is on disk; undefined if no event of it had to be stored. */
  stored: Promise<Position | undefined> | undefined;
  /** Whether all its events are on disk, so that it may be acknowledged. A window that the disk refused never is. */
  kept: boolean;
  /** Those of its events that were redelivered. They may be sent once more. */
  redelivered: EventIdentity[];
  /** The number under which the redelivery memory holds its events; 0 until it is to remember them. */
  holder: number;
  /** Those of its events that are in the memory by their identity; undefined until they are. */
  held: EventIdentity[] | undefined;
  /** Those of its events that are in the memory by their marks. */
  marked: MarkedWindow | undefined;
  /** Marks of all its events that were stored, where they were computed when it came. */
  marks: Uint32Array | undefined;
  /** Until when another connection of its sender may deliver it once more, in milliseconds of the caller's clock; 0 if none may. */
  suspectUntil: Millis;
}

/**
 * How long the bytes of a connection that its sender gave up may still arrive, in milliseconds. The sender sends them on a new connection
 * at once, and may have sent many windows more there before they arrive. Filebeat gives up a connection after 30 seconds without an ACK.
 */
const SUSPECT_FOR = 30_000;

interface Connection {
  connection: string;
  address: string;
  /** Its last windows, the oldest first. */
  windows: RecentWindow[];
  /** How many of its next windows are remembered on arrival. */
  rememberNext: number;
  /** Whether it was opened and has sent no window yet. */
  isNew: boolean;
}

interface Added {
  window: RecentWindow;
  /** Whether its events are to be remembered on arrival. */
  rememberNow: boolean;
  /** Other connections from the address, where this is the first window of a new one. */
  siblings: Connection[];
  /** Windows that are not sent again: their sender sent more windows since than it keeps in flight. */
  confirmed: RecentWindow[];
}

/** The last `most` windows of each open connection, and all that are not on disk yet. */
export class RecentWindows {
  readonly #most: number;
  readonly #connections = new Map<string, Connection>();
  /** Windows whose sender has the ACK, and that another connection may still deliver. */
  #suspect: RecentWindow[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  /** A new connection counts as a reconnect only once it sends a window: many merely probe the port. */
  connectionOpened(origin: Origin): void {
    this.#of(origin).isNew = true;
  }

  /** Adds a window. The windows of `siblings` are to be remembered before it. `now` is in milliseconds. */
  add(origin: Origin, now: Millis): Added {
    const window: RecentWindow = {
      continued: origin.continued === true,
      stored: undefined,
      kept: false,
      redelivered: [],
      holder: 0,
      held: undefined,
      marked: undefined,
      marks: undefined,
      suspectUntil: 0,
    };
    const connection = this.#of(origin);
    const siblings = connection.isNew ? this.#suspectSiblings(connection) : [];
    connection.windows.push(window);
    const confirmed = this.#certain(window.continued ? [] : this.#confirmed(connection), now);
    const rememberNow = connection.rememberNext > 0;
    if (rememberNow) window.suspectUntil = now + SUSPECT_FOR;
    if (rememberNow && !window.continued) connection.rememberNext -= 1;
    return { window, rememberNow, siblings, confirmed };
  }

  /**
   * Removes the oldest windows, of which the sender has the ACK. A window that is not on disk has none, so it counts among
   * the last windows however many there are.
   */
  #confirmed({ windows }: Connection): RecentWindow[] {
    const complete = windows.filter(({ continued }) => !continued).length;
    if (complete <= this.#most) return [];
    const oldest = windows.slice(0, windows.findIndex(({ continued }) => !continued) + 1);
    return oldest.every(({ kept }) => kept) ? windows.splice(0, oldest.length) : [];
  }

  /** Those of the confirmed windows, and of earlier ones, that no other connection delivers any more. */
  #certain(confirmed: RecentWindow[], now: Millis): RecentWindow[] {
    if (confirmed.length === 0 && this.#suspect.length === 0) return confirmed;
    const all = [...this.#suspect, ...confirmed];
    this.#suspect = all.filter(({ suspectUntil }) => suspectUntil > now);
    return all.filter(({ suspectUntil }) => suspectUntil <= now);
  }

  /** Forgets a connection and returns its last windows. */
  connectionClosed(connection: string): RecentWindow[] {
    const windows = this.#connections.get(connection)?.windows ?? [];
    this.#connections.delete(connection);
    return windows;
  }

  /**
   * Other connections from the address of a new one may be dead without our knowledge. Windows that were in transit on them
   * may still arrive, on them and again on the new one. So the next windows of all of them are remembered on arrival.
   * Returns the other connections.
   */
  #suspectSiblings(connection: Connection): Connection[] {
    connection.isNew = false;
    const siblings = [...this.#connections.values()].filter(
      (other) => other !== connection && other.address === connection.address,
    );
    if (siblings.length === 0) return [];
    for (const suspect of [connection, ...siblings]) suspect.rememberNext = this.#most;
    return siblings;
  }

  #of({ connection: name, address }: Origin): Connection {
    let connection = this.#connections.get(name);
    if (!connection) {
      connection = { connection: name, address, windows: [], rememberNext: 0, isNew: false };
      this.#connections.set(name, connection);
    }
    return connection;
  }
}

interface SearchOptions {
  journal: JournalReader;
  /** How many windows of a connection are its last ones. */
  windows: number;
  /** Maximal age of a window, measured from the journal's last record, so that downtime does not count. */
  remember: Millis;
}

/** Only headers are read, about 300,000 a second. The limit keeps a start short. */
const MOST_RECORDS = 200_000;
const RECORDS_AT_ONCE = 5_000;

/** Over HTTP each request may have a connection of its own, so the last windows are those of a sender's address. */
const LAST_OF_ADDRESS = 64;

const isAcknowledged = ({ encoding, origin }: Batch) => encoding === 'lumberjack' || origin.acknowledged;
const senderOf = ({ origin: { input, connection, address, acknowledged } }: Batch) =>
  acknowledged ? `${input} ${address}` : connection;

/** Positions of the last windows of each connection (over HTTP: of each sender's address) near the end of the journal, in order. */
export async function lastWindowsInJournal({
  journal,
  windows,
  remember,
}: SearchOptions): Promise<Position[]> {
  const { newest } = journal;
  const lastBySender = new Map<string, JournalRecord[][]>();
  // The time of the last record, not the latest time: if the clock was ahead for a while, all others would seem old.
  let now = Number.NEGATIVE_INFINITY;
  for (let after = Math.max(0, newest - MOST_RECORDS); after < newest; ) {
    const records = journal.read(after, Number.MAX_SAFE_INTEGER, RECORDS_AT_ONCE, () => true);
    if (records.length === 0) break;
    for (const record of records) {
      now = record.receivedAt;
      if (record.kind !== 'events' || !isAcknowledged(record)) continue;
      const sender = senderOf(record);
      const last = lastBySender.get(sender) ?? [];
      lastBySender.set(sender, last);
      const before = last.at(-1)?.at(-1);
      if (before?.kind === 'events' && before.origin.continued) last.at(-1)!.push(record);
      else last.push([record]);
      if (last.length > (record.origin.acknowledged ? Math.max(windows, LAST_OF_ADDRESS) : windows))
        last.shift();
    }
    after = records.at(-1)!.position;
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
  return [...lastBySender.values()]
    .flat(2)
    .filter(({ receivedAt }) => !(now - receivedAt > remember))
    .map(({ position }) => position)
    .sort((a, b) => a - b);
}

/** A window of the other events alone, so that readers of the journal see each event once. */
export function without(block: EventBlock, redelivered: Map<number, unknown>) {
  const documents: Buffer[] = [];
  for (let index = 0; index < block.count; index += 1)
    if (!redelivered.has(index))
      documents.push(block.bytes.subarray(block.spans[2 * index], block.spans[2 * index + 1]));
  const payload = encodeFrames(documents, { version: 2, firstSequence: 1 });
  return { payload, count: documents.length, block: readPayload(payload) };
}
