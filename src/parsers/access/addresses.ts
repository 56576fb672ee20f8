import type { Line } from '../line.ts';
import type { LineFields } from '../line-fields.ts';
import { COMMA, OPEN_BRACKET } from './bytes.ts';
import { addressIn, firstPublic, isIpv4, isPublic } from './client.ts';

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
