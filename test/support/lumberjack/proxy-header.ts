import { isIPv6 } from 'node:net';

/** A header of the PROXY protocol, version 2; of the balancer's own connection where there is no peer. */
export function proxyV2(peer: { address: string; port: number } | undefined, extensions = 0): Buffer {
  const start = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');
  if (!peer) return Buffer.concat([start, Buffer.from([0x20, 0, 0, 0])]);
  const address = isIPv6(peer.address)
    ? sixteen(peer.address)
    : Buffer.from(peer.address.split('.').map(Number));
  const ports = Buffer.alloc(4);
  ports.writeUInt16BE(peer.port);
  const following = Buffer.concat([address, address, ports, Buffer.alloc(extensions)]);
  const head = Buffer.from([0x21, address.length === 4 ? 0x11 : 0x21, 0, 0]);
  head.writeUInt16BE(following.length, 2);
  return Buffer.concat([start, head, following]);
}

/** The bytes of an IPv6 address, which may leave out zeros once. */
function sixteen(address: string): Buffer {
  const [before = '', after = ''] = address.split('::');
  const groups = (text: string) =>
    text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
  const [left, right] = [groups(before), groups(after)];
  const bytes = Buffer.alloc(16);
  for (const [i, group] of left.entries()) bytes.writeUInt16BE(group, 2 * i);
  for (const [i, group] of right.entries()) bytes.writeUInt16BE(group, 2 * (8 - right.length + i));
  return bytes;
}
