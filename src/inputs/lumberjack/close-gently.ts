import type { Socket } from 'node:net';
import type { Millis } from '../../model.ts';

/**
 * How long a connection that we have closed is still read and the bytes discarded. Closing a socket with unread bytes makes
 * the kernel send RST, and an RST can overtake the last ACK.
 */
const LINGER: Millis = 1_000;

/** Closes with FIN behind what was written. */
export function closeGently(socket: Socket): void {
  if (socket.writableEnded || socket.destroyed) return;
  socket.end();
  socket.resume();
  setTimeout(() => socket.destroy(), LINGER).unref();
}
