import { isIP, type Socket } from 'node:net';
import type { Millis } from '../model.ts';

/**
 * The header of the PROXY protocol, by which a load balancer names the client before the client's own bytes. Source: "The
 * PROXY protocol, Versions 1 & 2" of HAProxy.
 *
 *     v1   `PROXY TCP4|TCP6 source destination source-port destination-port\r\n`, or `PROXY UNKNOWN …\r\n`; at most 107 bytes
 *     v2    0  12 bytes signature
 *          12  u8   version 2 (high half), command: 0 local, 1 proxied
 *          13  u8   family: 0x11 TCP over IPv4, 0x21 TCP over IPv6, others
 *          14  u16  length of what follows: addresses, ports, extensions
 *          16  …    source address, destination address, source port, destination port
 */
const signature = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');
const textStart = Buffer.from('PROXY ', 'latin1');
const LONGEST_TEXT = 107;
const FIXED = 16;
/** Extensions of a header: certificates of the balancer's client are the largest. */
const MOST_FOLLOWING = 4_096;

interface ProxiedPeer {
  address: string;
  port: number;
}

type ProxyHeader =
  | { kind: 'incomplete' }
  | { kind: 'invalid'; reason: string }
  /** `length`: of the header in bytes. Without `peer` the connection is the balancer's own, such as a health check. */
  | { kind: 'header'; length: number; peer?: ProxiedPeer };

const incomplete: ProxyHeader = { kind: 'incomplete' };
const invalid = (reason: string): ProxyHeader => ({ kind: 'invalid', reason });

/** Reads the header at the beginning of a connection's bytes. */
export function readProxyHeader(bytes: Buffer): ProxyHeader {
  if (startsAs(bytes, signature)) return bytes.length < FIXED ? incomplete : readBinary(bytes);
  if (startsAs(bytes, textStart)) return readText(bytes);
  return invalid('the connection does not begin with a header of the PROXY protocol');
}

/** Whether the bytes are the beginning, or a part of it. */
const startsAs = (bytes: Buffer, beginning: Buffer) => {
  const length = Math.min(bytes.length, beginning.length);
  return bytes.subarray(0, length).equals(beginning.subarray(0, length));
};

function readText(bytes: Buffer): ProxyHeader {
  const end = bytes.subarray(0, LONGEST_TEXT).indexOf('\r\n');
  if (end === -1)
    return bytes.length < LONGEST_TEXT ? incomplete : invalid('its PROXY header is longer than 107 bytes');
  const [, family, source, , port] = bytes.toString('latin1', 0, end).split(' ');
  const length = end + 2;
  if (family === 'UNKNOWN') return { kind: 'header', length };
  const version = family === 'TCP4' ? 4 : family === 'TCP6' ? 6 : 0;
  if (version === 0 || isIP(source ?? '') !== version || !/^\d{1,5}$/.test(port ?? ''))
    return invalid('its PROXY header names no address');
  return { kind: 'header', length, peer: { address: source!, port: Number(port) } };
}

function readBinary(bytes: Buffer): ProxyHeader {
  const [version, command] = [bytes[12]! >> 4, bytes[12]! & 0x0f];
  const following = bytes.readUInt16BE(14);
  const length = FIXED + following;
  if (version !== 2 || command > 1) return invalid('its PROXY header has an unknown version or command');
  if (following > MOST_FOLLOWING) return invalid(`its PROXY header announces ${following} bytes`);
  if (bytes.length < length) return incomplete;
  const addressLength = { 17: 4, 33: 16 }[bytes[13]!];
  if (command === 0 || addressLength === undefined) return { kind: 'header', length };
  if (following < 2 * addressLength + 4) return invalid('its PROXY header is too short for its addresses');
  const address = addressText(bytes.subarray(FIXED, FIXED + addressLength));
  return { kind: 'header', length, peer: { address, port: bytes.readUInt16BE(FIXED + 2 * addressLength) } };
}

function addressText(bytes: Buffer): string {
  if (bytes.length === 4) return bytes.join('.');
  const groups = Array.from({ length: 8 }, (_, i) => bytes.readUInt16BE(2 * i).toString(16));
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
}

/** Where a connection comes from: the client that a PROXY header names, or else the other end of the socket. */
export type Peer = ProxiedPeer;

export interface ReceptionOptions {
  /** Whether connections begin with a header of the PROXY protocol. */
  proxyProtocol: boolean;
  /** Whether a connection of this peer may begin without a header. */
  mayBeBare?: (peer: Peer) => boolean;
  /** Whether a connection is taken over when its header was read, and not when the client's own first bytes came. */
  mayBeSilent?: boolean;
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
      const isBare = header.kind === 'invalid' && options.mayBeBare?.(peer) === true;
      if (header.kind === 'invalid' && !isBare) return end(() => options.refused(peer, header.reason));
      known = true;
      if (header.kind === 'header') {
        peer = header.peer ?? peer;
        received = received.subarray(header.length);
      }
    }
    if (!known || (received.length === 0 && !options.mayBeSilent)) return;
    leave();
    if (received.length > 0) socket.unshift(received);
    // The socket leaves the mode of `readable` in the tick before.
    process.nextTick(() => options.accept(socket, peer));
  };
  socket.on('readable', onReadable).on('end', onEnd).on('close', onEnd).on('error', onEnd);
}
