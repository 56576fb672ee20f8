/**
 * Addresses are kept as 32 hexadecimal digits. This text sorts as the addresses do, so a range or a
 * network is a range of terms, and an address is a keyword like any other. IPv4 addresses are
 * mapped into IPv6 (`::ffff:a.b.c.d`).
 */
export const mapped = '00000000000000000000ffff';

/**
 * Eight digits of a dotted IPv4 address. Leading zeros are refused: some programs read them as
 * octal.
 */
function fromV4(text: string): string | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (!match) return undefined;
  let hex = '';
  for (const byte of match.slice(1)) {
    if (Number(byte) > 255 || (byte.length > 1 && byte.startsWith('0'))) return undefined;
    hex += Number(byte).toString(16).padStart(2, '0');
  }
  return hex;
}

/**
 * All 32 digits of an IPv6 address, with `::` and an embedded IPv4 address allowed. Zone ids are
 * not.
 */
function fromV6(text: string): string | undefined {
  const embedded = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  const v4 = embedded ? fromV4(embedded[2]!) : undefined;
  if (embedded && !v4) return undefined;
  const plain = v4 ? `${embedded![1]}${v4.slice(0, 4)}:${v4.slice(4)}` : text;
  const halves = plain.split('::');
  if (halves.length > 2) return undefined;
  const groups = halves.map((half) => (half === '' ? [] : half.split(':')));
  if (!groups.flat().every((group) => /^[\da-fA-F]{1,4}$/.test(group))) return undefined;
  const missing = 8 - groups.flat().length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const zeros = Array<string>(Math.max(missing, 0)).fill('0');
  return [...groups[0]!, ...zeros, ...(groups[1] ?? [])]
    .map((group) => group.padStart(4, '0'))
    .join('')
    .toLowerCase();
}

const digits = Buffer.from('0123456789abcdef');
const [dot, zero, nine] = [0x2e, 0x30, 0x39];

/** Writes the eight digits of a dotted IPv4 address in ASCII. Returns false where the bytes are not one, though they may be another address. */
export function putV4(
  bytes: Uint8Array,
  start: number,
  end: number,
  into: Uint8Array,
  place: number,
): boolean {
  if (end - start > 15) return false;
  let at = start;
  for (let part = 0; part < 4; part++) {
    const first = at;
    let value = 0;
    while (at < end && bytes[at]! >= zero && bytes[at]! <= nine) value = value * 10 + bytes[at++]! - zero;
    if (at === first || value > 255 || (at > first + 1 && bytes[first] === zero)) return false;
    into[place + 2 * part] = digits[value >>> 4]!;
    into[place + 2 * part + 1] = digits[value & 15]!;
    if (part < 3 && (at === end || bytes[at++] !== dot)) return false;
  }
  return at === end;
}

/** The stored form of a dotted IPv4 address in ASCII; undefined where the bytes are not one, though they may be another address. */
export function encodeV4(bytes: Uint8Array, start: number, end: number): string | undefined {
  const hex = Buffer.alloc(8);
  return putV4(bytes, start, end, hex, 0) ? mapped + hex.toString('latin1') : undefined;
}

/** The stored form of an address; undefined where the text is not one. */
export function encodeIp(text: string): string | undefined {
  const v4 = fromV4(text);
  if (v4) return mapped + v4;
  return text.includes(':') ? fromV6(text) : undefined;
}

/** Start and length of the longest run of zero groups; the first of several. */
function longestZeros(groups: string[]): [start: number, length: number] {
  let best: [number, number] = [0, 0];
  for (let start = 0; start < 8; start++) {
    let end = start;
    while (groups[end] === '0') end++;
    if (end - start > best[1]) best = [start, end - start];
  }
  return best;
}

/**
 * The address as Elasticsearch writes it (RFC 5952): dotted for IPv4, and with the longest run of
 * at least two zero groups as `::`.
 */
export function decodeIp(hex: string): string {
  if (hex.startsWith(mapped))
    return [24, 26, 28, 30].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)).join('.');
  const groups = hex.match(/.{4}/g)!.map((group) => Number.parseInt(group, 16).toString(16));
  const [start, length] = longestZeros(groups);
  if (length < 2) return groups.join(':');
  return `${groups.slice(0, start).join(':')}::${groups.slice(start + length).join(':')}`;
}

/**
 * First and last address of a network such as `10.0.0.0/8`, in stored form. A single address is a
 * range of one. Undefined where the text is neither.
 */
export function ipRange(text: string): [string, string] | undefined {
  const [address, bits] = text.split('/') as [string, string?];
  const hex = encodeIp(address);
  if (!hex || bits === undefined) return hex ? [hex, hex] : undefined;
  const length = Number(bits) + (address.includes(':') ? 0 : 96);
  if (!/^\d{1,3}$/.test(bits) || length > 128) return undefined;
  const host = (1n << BigInt(128 - length)) - 1n;
  const first = BigInt(`0x${hex}`) & ~host;
  const write = (value: bigint) => value.toString(16).padStart(32, '0');
  return [write(first), write(first | host)];
}
