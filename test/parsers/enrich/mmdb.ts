import { writeFileSync } from 'node:fs';

/** A value as MaxMind's format encodes it: texts, numbers, lists and maps. */
function encode(value: unknown): Buffer {
  if (typeof value === 'string')
    return Buffer.concat([control(2, Buffer.byteLength(value)), Buffer.from(value)]);
  if (typeof value === 'number' && Number.isInteger(value)) {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    return Buffer.concat([control(6, 4), bytes]);
  }
  if (typeof value === 'number') {
    const bytes = Buffer.alloc(8);
    bytes.writeDoubleBE(value);
    return Buffer.concat([control(3, 8), bytes]);
  }
  if (Array.isArray(value)) return Buffer.concat([control(11, value.length), ...value.map(encode)]);
  const entries = Object.entries(value as object);
  return Buffer.concat([
    control(7, entries.length),
    ...entries.flatMap(([key, one]) => [encode(key), encode(one)]),
  ]);
}

function control(type: number, size: number): Buffer {
  const [bits, more] = size < 29 ? [size, []] : [29, [size - 29]];
  return type < 8 ? Buffer.of((type << 5) | bits, ...more) : Buffer.of(bits, type - 7, ...more);
}

/** Writes a database of MaxMind's format (record size 32, IPv4): a record for each network, such as `203.0.113.0/24`. */
export function writeDatabase(path: string, records: Record<string, unknown>): void {
  const data: Buffer[] = [];
  let size = 0;
  /** A node's two records: a node's number, a place in the data as a negative number, or nothing. */
  const nodes: [number | undefined, number | undefined][] = [[undefined, undefined]];
  for (const [network, record] of Object.entries(records)) {
    const [address, length] = network.split('/') as [string, string];
    const bits = address
      .split('.')
      .map((part) => Number(part).toString(2).padStart(8, '0'))
      .join('');
    let node = 0;
    for (let at = 0; at < Number(length); at += 1) {
      const side = bits[at] === '1' ? 1 : 0;
      if (at === Number(length) - 1) nodes[node]![side] = -1 - size;
      else {
        nodes[node]![side] ??= nodes.push([undefined, undefined]) - 1;
        node = nodes[node]![side]!;
      }
    }
    data.push(encode(record));
    size += data.at(-1)!.length;
  }
  const tree = Buffer.alloc(8 * nodes.length);
  const pointer = (to: number | undefined) =>
    to === undefined ? nodes.length : to < 0 ? nodes.length + 16 + (-1 - to) : to;
  for (const [at, [left, right]] of nodes.entries()) {
    tree.writeUInt32BE(pointer(left), 8 * at);
    tree.writeUInt32BE(pointer(right), 8 * at + 4);
  }
  const metadata = encode({
    ...{ node_count: nodes.length, record_size: 32, ip_version: 4, database_type: 'Test', languages: ['en'] },
    ...{
      binary_format_major_version: 2,
      binary_format_minor_version: 0,
      build_epoch: 1,
      description: { en: 'test' },
    },
  });
  const marker = Buffer.concat([Buffer.from([0xab, 0xcd, 0xef]), Buffer.from('MaxMind.com')]);
  writeFileSync(path, Buffer.concat([tree, Buffer.alloc(16), ...data, marker, metadata]));
}
