import { isIP } from 'node:net';
import type { Line } from './line.ts';
import type { LineFields } from './line-fields.ts';

const SPACE = 0x20;
const COMMA = 0x2c;
const DOT = 0x2e;
const ZERO = 0x30;

/** Sets a field if this part of the line is an IP address. */
export function setAddress(fields: LineFields, slot: number, line: Line, start: number, end: number): void {
  if (isIpv4(line.bytes, start, end) || isIP(line.text(start, end)) !== 0) fields.span(slot, start, end);
}

/** Sets a field to the first address of X-Forwarded-For: the client's, if its proxies can be trusted. */
export function setForwarded(fields: LineFields, slot: number, line: Line, start: number, end: number): void {
  const { bytes } = line;
  let from = start;
  let to = bytes.indexOf(COMMA, start);
  if (to === -1 || to > end) to = end;
  while (from < to && bytes[from] === SPACE) from += 1;
  while (to > from && bytes[to - 1] === SPACE) to -= 1;
  setAddress(fields, slot, line, from, to);
}

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
    const digit = byte - ZERO;
    if (digit < 0 || digit > 9 || (digits > 0 && value === 0)) return false;
    value = value * 10 + digit;
    digits += 1;
    if (value > 255) return false;
  }
  return parts === 4 && digits > 0;
}
