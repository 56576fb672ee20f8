import type { Socket } from 'node:net';
import type { Millis } from '../../model.ts';
import { within } from '../../util/waiting.ts';
import type { Peer } from './peer.ts';
import { StreamConnection, type StreamParts } from './stream-connection.ts';

/** Memory of incomplete lines, over all streams of an input. At this limit lines are cut. */
const mostHeld = 64 * 2 ** 20;

/** The open streams of one input. They share the outlet and the memory of incomplete lines. */
export class StreamSet {
  readonly #parts: StreamParts;
  readonly #open = new Set<StreamConnection>();
  #held = 0;

  constructor(parts: Omit<StreamParts, 'hold'>) {
    const hold = (change: number) => {
      this.#held += change;
      return this.#held < mostHeld;
    };
    this.#parts = { ...parts, hold };
  }

  get size(): number {
    return this.#open.size;
  }

  add(socket: Socket, peer: Peer): StreamConnection {
    const connection = new StreamConnection(socket, peer, this.#parts);
    this.#open.add(connection);
    void connection.closed.then(() => this.#open.delete(connection));
    return connection;
  }

  /** Ends all streams, and waits until they are closed, for `timeout` at the most. */
  async finish(timeout: Millis): Promise<void> {
    const open = [...this.#open];
    for (const connection of open) connection.finish();
    await within(Promise.all(open.map((connection) => connection.closed)), timeout);
  }
}
