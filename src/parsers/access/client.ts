import { BlockList, isIP } from 'node:net';
import type { Line, LineFields } from '../line-fields.ts';
import {
  BACKSLASH,
  CLOSE_BRACKET,
  COLON,
  COMMA,
  DASH,
  DOT,
  isDigit,
  nextSpace,
  OPEN_BRACKET,
} from './line-parts.ts';

/** A client: an IP address, perhaps in brackets or with a port, a host name, or `-`. */
export function isClient(bytes: Buffer, start: number, end: number): boolean {
  return isIp(bytes, start, end) || isHostName(bytes, start, end);
}

/** Whether it is an IP address, perhaps in brackets or with a port. */
export function isIp(bytes: Buffer, start: number, end: number): boolean {
  if (
    !isDigit(bytes[start]) &&
    bytes[start] !== OPEN_BRACKET &&
    !isHex(bytes[start]!) &&
    bytes[start] !== COLON
  )
    return false;
  return isIpv4(bytes, start, end) || addressIn(bytes.toString('latin1', start, end)) !== undefined;
}

/** A name as a server may have it, perhaps with its port: letters, digits, dots, dashes and underscores; or `-`. */
export function isHostName(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at]!;
    if (isDigit(byte) || isLetter(byte) || byte === DOT || byte === DASH || byte === 0x5f || byte >= 0x80)
      continue;
    // A port, or the socket of `unix:`.
    if (byte !== COLON || at === start || !(at + 1 === end || isDigit(bytes[at + 1]))) return false;
  }
  return end > start;
}

/** Place of the first comma; -1 where there is none. */
export function commaIn(bytes: Buffer, start: number, end: number): number {
  const at = bytes.indexOf(COMMA, start);
  return at < end ? at : -1;
}

/** The end of a list of clients with or without blanks behind the commas; -1 where it holds anything else. */
export function clientsEnd(bytes: Buffer, start: number, end: number): number {
  let at = start;
  let to = nextSpace(bytes, at, end);
  while (bytes[to - 1] === COMMA) {
    if (!areClients(bytes, at, to - 1)) return -1;
    at = to + 1;
    to = nextSpace(bytes, at, end);
  }
  return areClients(bytes, at, to) ? to : -1;
}

/** Whether each part between commas may be a client, and one of several is an address: `a,b` are words. */
function areClients(bytes: Buffer, start: number, end: number): boolean {
  let at = start;
  let isSure = false;
  for (let comma = commaIn(bytes, at, end); comma !== -1; comma = commaIn(bytes, at, end)) {
    if (!isClient(bytes, at, comma)) return false;
    isSure ||= isIp(bytes, at, comma);
    at = comma + 1;
  }
  return isClient(bytes, at, end) && (at === start || isSure || isIp(bytes, at, end));
}

/** Whether the log has `-` or nothing. Apache writes an empty user name as `""`. */
export function isAbsent(bytes: Buffer, start: number, end: number): boolean {
  if (end - start === 1) return bytes[start] === DASH;
  return end <= start || (end - start === 4 && bytes[start] === BACKSLASH && bytes[start + 2] === BACKSLASH);
}

/** The end of a virtual host without its port. */
export function hostNameEnd(bytes: Buffer, host: number, end: number): number {
  const colon = bytes.lastIndexOf(COLON, end - 1);
  return colon > host && bytes[end - 1] !== CLOSE_BRACKET ? colon : end;
}

const isLetter = (byte: number) => (byte >= 0x61 && byte <= 0x7a) || (byte >= 0x41 && byte <= 0x5a);
const isHex = (byte: number) => (byte >= 0x61 && byte <= 0x66) || (byte >= 0x41 && byte <= 0x46);

/** Four numbers of 0 to 255 without leading zeros. */
function isIpv4(bytes: Buffer, start: number, end: number): boolean {
  let parts = 1;
  let digits = 0;
  let value = 0;
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at]!;
    if (byte === DOT) {
      if (digits === 0) return false;
      parts += 1;
      digits = value = 0;
      continue;
    }
    const digit = byte - 0x30;
    if (digit < 0 || digit > 9 || (digits > 0 && value === 0)) return false;
    value = value * 10 + digit;
    digits += 1;
    if (value > 255) return false;
  }
  return parts === 4 && digits > 0;
}

/** An address, and the port behind it. */
interface Address {
  ip: string;
  port: number | undefined;
}

/** Reads `192.0.2.1`, `192.0.2.1:443`, `2001:db8::1`, `[2001:db8::1]` or `[2001:db8::1]:443`; undefined for anything else. */
function addressIn(text: string): Address | undefined {
  if (isIP(text) !== 0) return { ip: text, port: undefined };
  const [, bracketed, v4, port] = /^(?:\[([^\]]+)\]|([\d.]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const ip = bracketed ?? v4;
  if (ip === undefined || isIP(ip) === 0) return undefined;
  return { ip, port: port === undefined ? undefined : Number(port) };
}

const notPublic = new BlockList();
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const)
  notPublic.addSubnet(network, prefix, 'ipv4');
for (const [network, prefix] of [
  ['::', 127],
  ['fc00::', 7],
  ['fe80::', 10],
] as const)
  notPublic.addSubnet(network, prefix, 'ipv6');

/** Whether an address may be one of the Internet: not of a private network, of this machine, of a link or of a carrier. */
export const isPublic = (ip: string): boolean => !notPublic.check(ip, isIP(ip) === 6 ? 'ipv6' : 'ipv4');

/** The first public address of a list such as X-Forwarded-For; undefined if it has none. */
export function firstPublic(list: string): string | undefined {
  for (const part of list.split(',')) {
    const ip = addressIn(part.trim())?.ip;
    if (ip !== undefined && !ip.includes('%') && isPublic(ip)) return ip;
  }
  return undefined;
}

/** The slots of a client's fields. */
interface ClientSlots {
  client: number;
  ip: number;
  port: number;
  forwarded: number;
}

/** Sets the client: its address, its IP address and its port. Of a list, the client is the first public address. */
export function setClient(
  fields: LineFields,
  slots: ClientSlots,
  line: Line,
  start: number,
  end: number,
): void {
  const { bytes } = line;
  if (isIpv4(bytes, start, end)) {
    fields.span(slots.client, start, end);
    fields.span(slots.ip, start, end);
    return;
  }
  const comma = bytes.indexOf(COMMA, start);
  if (comma !== -1 && comma < end) setList(fields, slots, line.text(start, end));
  else setOther(fields, slots, line, start, end);
}

function setList(fields: LineFields, slots: ClientSlots, list: string): void {
  const first = list.slice(0, list.indexOf(',')).trim();
  const ip = firstPublic(list) ?? addressIn(first)?.ip;
  fields.text(slots.client, ip ?? first);
  fields.text(slots.ip, ip);
}

function setOther(fields: LineFields, slots: ClientSlots, line: Line, start: number, end: number): void {
  const address = addressIn(line.text(start, end));
  if (address === undefined) {
    fields.span(slots.client, start, end);
    return;
  }
  const { ip, port } = address;
  if (port === undefined && line.bytes[start] !== OPEN_BRACKET) fields.span(slots.client, start, end);
  else fields.text(slots.client, ip);
  // A zone (`fe80::1%eth0`) is not part of a value of Elasticsearch's type `ip`.
  fields.text(slots.ip, ip.replace(/%.*/, ''));
  if (port !== undefined) fields.number(slots.port, port);
}

/**
 * Sets what X-Forwarded-For says. `network.forwarded_ip` is its first address. Where the client itself is no public address, it is
 * a proxy, and `source.ip` becomes the first public address of the list. A public client could have written the list itself.
 */
export function setForwarded(
  fields: LineFields,
  slots: ClientSlots,
  line: Line,
  start: number,
  end: number,
): void {
  const list = line.text(start, end);
  const first = addressIn(list.split(',', 1)[0]!.trim());
  if (first === undefined || first.ip.includes('%')) return;
  fields.text(slots.forwarded, first.ip);
  const client = fields.get(slots.ip, line);
  if (typeof client === 'string' && isPublic(client)) return;
  fields.text(slots.ip, firstPublic(list));
}
