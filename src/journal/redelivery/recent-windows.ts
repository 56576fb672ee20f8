import type { Millis, Origin, Position } from '../../model.ts';
import type { JournalReader } from '../reader.ts';
import type { EventIdentity } from './memory.ts';

/** A window as it is noted while its connection lives: where it is, not what it says. */
export interface RecentWindow {
  /** Its place in the journal, once it is on disk; undefined where nothing of it had to be kept. */
  stored: Promise<Position> | undefined;
  /** Whether all of it is on disk, so that it may have its ACK. A window that the disk refused never has one. */
  kept: boolean;
  /** Those of its events that had been sent before: they may come once more. */
  repeated: EventIdentity[];
  /** Whether its events are in the memory of what may be sent again. */
  remembered: boolean;
}

interface Connection {
  connection: string;
  address: string;
  /** The last ones, the oldest first. */
  windows: RecentWindow[];
  /** How many further windows are to be remembered at once. */
  doubted: number;
  /** Whether it was opened and has sent nothing yet. */
  silent: boolean;
}

/** So many connections from one address are no sender that connects anew: a proxy stands in front of many. */
const mostSiblings = 16;

/** The last windows of each open connection. */
export class RecentWindows {
  readonly #most: number;
  readonly #senders = new Map<string, Connection>();

  constructor(most: number) {
    this.#most = most;
  }

  /** A new connection. It is nobody's successor until it sends something: many are but probes of the port. */
  connectionOpened(origin: Origin): void {
    this.#of(origin).silent = true;
  }

  /**
   * Notes a window, and tells whether it is to be remembered at once, and whose windows of before are to be remembered
   * first, where it is the first one of a new connection.
   */
  add(origin: Origin): { window: RecentWindow; doubted: boolean; doubtful: Connection[] } {
    const window: RecentWindow = { stored: undefined, kept: false, repeated: [], remembered: false };
    const sender = this.#of(origin);
    const doubtful = sender.silent ? this.#doubt(sender) : [];
    sender.windows.push(window);
    // What is not on disk has no ACK: however many these are, they are among the last.
    if (sender.windows.length > this.#most && sender.windows[0]!.kept) sender.windows.shift();
    const doubted = sender.doubted > 0;
    if (doubted) sender.doubted -= 1;
    return { window, doubted, doubtful };
  }

  /** Forgets a connection and returns its last windows. */
  connectionClosed(connection: string): RecentWindow[] {
    const windows = this.#senders.get(connection)?.windows ?? [];
    this.#senders.delete(connection);
    return windows;
  }

  /**
   * Others from the address of a new sender may be dead without our knowing, and what their sender had on the way may
   * still come out of them, and out of the new one: so the next windows of all of them are doubted. Returns those others.
   */
  #doubt(sender: Connection): Connection[] {
    sender.silent = false;
    const siblings = [...this.#senders.values()].filter(
      (other) => other !== sender && other.address === sender.address,
    );
    if (siblings.length === 0 || siblings.length > mostSiblings) return [];
    for (const doubtful of [sender, ...siblings]) doubtful.doubted = this.#most;
    return siblings;
  }

  #of({ connection, address }: Origin): Connection {
    let sender = this.#senders.get(connection);
    if (!sender) {
      sender = { connection, address, windows: [], doubted: 0, silent: false };
      this.#senders.set(connection, sender);
    }
    return sender;
  }
}

interface TailOptions {
  journal: JournalReader;
  /** How many windows of a connection are its last ones. */
  windows: number;
  /** How old a window may be, seen from the journal's last record: downtime does not count. */
  remember: Millis;
}

/** Headers alone are read, some 300,000 a second; a start is not to take longer than that. */
const mostRecords = 200_000;
const recordsAtOnce = 5_000;

/** Where the last windows are of each connection that was heard of near the journal's end, the oldest first. */
export async function lastWindowsInJournal({ journal, windows, remember }: TailOptions): Promise<Position[]> {
  const { newest } = journal;
  const lasts = new Map<string, { position: Position; receivedAt: Millis }[]>();
  // Of the last record, not the greatest: where the clock was ahead for a while, all others would seem old.
  let latest = Number.NEGATIVE_INFINITY;
  for (let after = Math.max(0, newest - mostRecords); after < newest; ) {
    const records = journal.read(after, Number.MAX_SAFE_INTEGER, recordsAtOnce, () => true);
    if (records.length === 0) break;
    for (const record of records) {
      latest = record.receivedAt;
      if (record.kind !== 'events' || record.encoding !== 'lumberjack') continue;
      const { connection } = record.origin;
      const last = lasts.get(connection) ?? [];
      lasts.set(connection, last);
      last.push(record);
      if (last.length > windows) last.shift();
    }
    after = records.at(-1)!.position;
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
  return [...lasts.values()]
    .flat()
    .filter(({ receivedAt }) => !(latest - receivedAt > remember))
    .map(({ position }) => position)
    .sort((a, b) => a - b);
}
