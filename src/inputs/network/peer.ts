import type { Socket } from 'node:net';
import { hostname } from 'node:os';
import { isLoopback } from '../../listeners/guard.ts';

/** The other side of a connection or a datagram. */
export interface Peer {
  /** For the log. */
  name: string;
  /** `address:port`; absent for a Unix socket. */
  address?: string;
  ip?: string;
  /** `host.name` of its events where they name none: its address, or the name of this machine. */
  host: string;
  /** Whether it is on this machine. */
  isLocal: boolean;
}

/** A process on this machine that has no address. */
export const localPeer = (name: string): Peer => ({ name, host: hostname(), isLocal: true });

/** A dual-stack socket writes IPv4 addresses as IPv6; people know them as IPv4. A zone is of no use elsewhere. */
const plain = (address: string) => address.replace(/^::ffff:(?=\d)/, '').replace(/%.*$/, '');

export function peerAt(remote: string, port: number): Peer {
  const ip = plain(remote);
  const isLocal = isLoopback(ip);
  const address = `${ip.includes(':') ? `[${ip}]` : ip}:${port}`;
  return { name: address, address, ip, host: isLocal ? hostname() : ip, isLocal };
}

/** `path` is the Unix socket that it connected to, where it is one. */
export function peerOf(socket: Socket, path: string | undefined): Peer {
  if (path !== undefined) return localPeer(path);
  return peerAt(socket.remoteAddress ?? 'unknown', socket.remotePort ?? 0);
}
