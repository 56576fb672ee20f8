import type { Socket } from 'node:net';
import type { Millis } from '../model.ts';
import { type ProxiedPeer, readProxyHeader } from './proxy-protocol.ts';

/** Where a connection comes from: the client that a PROXY header names, or else the other end of the socket. */
export type Peer = ProxiedPeer;

export interface ReceptionOptions {
  /** Whether connections begin with a header of the PROXY protocol. */
  proxyProtocol: boolean;
  /** Within which the first byte of a connection must arrive. */
  firstByteWithin: Millis;
  /** Takes over a connection whose first bytes have arrived. They are still to be read. */
  accept: (socket: Socket, peer: Peer) => void;
  /** A connection ended before its first byte, as those of load balancers that probe the port do. */
  probed: (peer: Peer) => void;
  /** A connection was closed because its first byte did not arrive in time. */
  silent: (peer: Peer) => void;
  /** A connection was closed because its PROXY header is not valid. */
  refused: (peer: Peer, reason: string) => void;
}

/** A dual-stack socket writes IPv4 addresses as IPv6; people know them as IPv4. The address is gone once the peer has reset. */
export const peerOfSocket = (socket: Socket): Peer => ({
  address: (socket.remoteAddress ?? 'unknown').replace(/^::ffff:(?=\d)/, ''),
  port: socket.remotePort ?? 0,
});

/**
 * Receives connections before anything of theirs is read: it notes the address of the peer, waits for the first byte, and
 * reads the PROXY header where there is one. A connection that ends before is a probe.
 */
export function receive(socket: Socket, options: ReceptionOptions): void {
  let peer = peerOfSocket(socket);
  let received: Buffer = Buffer.alloc(0);
  /** Whether the PROXY header, if any is expected, was read. */
  let known = !options.proxyProtocol;
  const timer = setTimeout(() => end(() => options.silent(peer)), options.firstByteWithin);
  const onEnd = () => end(() => options.probed(peer));
  const leave = () => {
    clearTimeout(timer);
    socket.off('readable', onReadable).off('end', onEnd).off('close', onEnd).off('error', onEnd);
  };
  const end = (report: () => void) => {
    leave();
    socket.on('error', () => {}).destroy();
    report();
  };
  const onReadable = () => {
    for (let chunk = socket.read() as Buffer | null; chunk !== null; chunk = socket.read() as Buffer | null)
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
    if (!known && received.length > 0) {
      const header = readProxyHeader(received);
      if (header.kind === 'incomplete') return;
      if (header.kind === 'invalid') return end(() => options.refused(peer, header.reason));
      known = true;
      peer = header.peer ?? peer;
      received = received.subarray(header.length);
    }
    if (received.length === 0) return;
    leave();
    socket.unshift(received);
    // The socket leaves the mode of `readable` in the tick before.
    process.nextTick(() => options.accept(socket, peer));
  };
  socket.on('readable', onReadable).on('end', onEnd).on('close', onEnd).on('error', onEnd);
}
