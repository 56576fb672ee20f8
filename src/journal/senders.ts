import type { Origin, Position } from '../model.ts';
import type { EventIdentity } from './redelivery-memory.ts';

/** A window as it is noted while its connection lives: where it is, not what it says. */
export interface SentWindow {
  /** Its place in the journal, once it is on disk; undefined where nothing of it had to be kept. */
  stored: Promise<Position> | undefined;
  /** Whether that has happened, or has failed. */
  settled: boolean;
  /** Those of its events that had been sent before: they may come once more. */
  repeated: EventIdentity[];
  /** Whether its events are in the memory of what may be sent again. */
  remembered: boolean;
}

interface Sender {
  connection: string;
  address: string;
  /** The last ones, the oldest first. */
  windows: SentWindow[];
  /** How many further windows are to be remembered at once. */
  doubted: number;
}

/** So many connections from one address are no sender that connects anew: a proxy stands in front of many. */
const mostSiblings = 16;

/** The last windows of each open connection. */
export class Senders {
  private readonly most: number;
  private readonly senders = new Map<string, Sender>();

  constructor(most: number) {
    this.most = most;
  }

  /**
   * A new connection. Others from its address may be dead without our knowing, and what their sender had on the way
   * may still come out of them, and out of the new one: so the next windows of all of them are doubted. Returns those
   * others.
   */
  open(origin: Origin): Sender[] {
    const siblings = [...this.senders.values()].filter(({ address }) => address === origin.address);
    const sender = this.of(origin);
    if (siblings.length === 0 || siblings.length > mostSiblings) return [];
    for (const doubtful of [sender, ...siblings]) doubtful.doubted = this.most;
    return siblings;
  }

  /** Notes a window, and tells whether it is to be remembered at once. */
  add(origin: Origin): { window: SentWindow; doubted: boolean } {
    const window: SentWindow = { stored: undefined, settled: false, repeated: [], remembered: false };
    const sender = this.of(origin);
    sender.windows.push(window);
    // What is not on disk has no ACK: however many these are, they are among the last.
    if (sender.windows.length > this.most && sender.windows[0]!.settled) sender.windows.shift();
    const doubted = sender.doubted > 0;
    if (doubted) sender.doubted -= 1;
    return { window, doubted };
  }

  /** Forgets a connection and returns its last windows. */
  close(connection: string): SentWindow[] {
    const windows = this.senders.get(connection)?.windows ?? [];
    this.senders.delete(connection);
    return windows;
  }

  private of({ connection, address }: Origin): Sender {
    let sender = this.senders.get(connection);
    if (!sender) {
      sender = { connection, address, windows: [], doubted: 0 };
      this.senders.set(connection, sender);
    }
    return sender;
  }
}
