import { type Files, indexKey } from './files.ts';

/** Bytes at the end of an id that tell the members of a group apart. */
const ownBytes = 2;
/** Stands for an id of one byte; the codes of two bytes are below. */
const shortId = 0x1_0000;
/** Bytes of an entry on disk. */
const entryBytes = 8;
const none = Buffer.alloc(0);

/** Ids that differ in their last two bytes only. */
interface Group {
  readonly key: Buffer;
  /** The sequence by the code of the last two bytes. */
  readonly members: Map<number, number>;
  /** Whether some id with this beginning may have an entry of its own in `ids`. */
  readonly hasSingles: boolean;
  isChanged: boolean;
}

/**
 * The ids of documents that were written in blocks. Shippers count their ids, so that most ids of a request differ from the one before in
 * the last bytes only. One entry of the database `groups` holds all ids that begin alike: the key is the index and the id without its last
 * two bytes, the value has for each id these bytes (u32, big-endian, 0x10000 plus the byte for an id of one byte) and its sequence (u32).
 *
 * Groups that were read stay in memory, and changes of them with them, until `flush`.
 */
export class IdGroups {
  readonly #files: Files;
  readonly #index: number;
  readonly #groups = new Map<string, Group>();
  #last: Group | undefined;

  constructor(files: Files, index: number) {
    this.#files = files;
    this.#index = index;
  }

  /** The sequence on disk for one id; -1 where there is none. Nothing is kept in memory. */
  read(id: Buffer): number {
    const value = this.#files.groups.getBinary(this.#key(id, 0, beginningOf(0, id.length))) ?? none;
    const code = codeOf(id, 0, id.length);
    for (let at = 0; at < value.length; at += entryBytes)
      if (value.readUInt32BE(at) === code) return value.readUInt32LE(at + 4);
    return -1;
  }

  /** The sequence noted for an id, whose document may be gone; -1 where there is none. */
  find(bytes: Uint8Array, start: number, end: number): number {
    return this.#group(bytes, start, end).members.get(codeOf(bytes, start, end)) ?? -1;
  }

  /** Whether the database `ids` has to be asked, too. */
  hasSingles(bytes: Uint8Array, start: number, end: number): boolean {
    return this.#group(bytes, start, end).hasSingles;
  }

  put(bytes: Uint8Array, start: number, end: number, sequence: number): void {
    const group = this.#group(bytes, start, end);
    group.members.set(codeOf(bytes, start, end), sequence);
    group.isChanged = true;
  }

  /** Removes an id, unless it has another sequence by now. */
  remove(id: Buffer, sequence: number): void {
    if (this.find(id, 0, id.length) !== sequence) return;
    const group = this.#group(id, 0, id.length);
    group.members.delete(codeOf(id, 0, id.length));
    group.isChanged = true;
  }

  /** Writes what changed and forgets what was read. Must run within a transaction, if anything changed. */
  flush(): void {
    const { groups } = this.#files;
    for (const { key, members, isChanged } of this.#groups.values()) {
      if (!isChanged) continue;
      if (members.size > 0) groups.putSync(key, encode(members));
      else groups.removeSync(key);
    }
    this.#groups.clear();
    this.#last = undefined;
  }

  #group(bytes: Uint8Array, start: number, end: number): Group {
    const length = beginningOf(start, end);
    const last = this.#last;
    if (last !== undefined && isKeyOf(last.key, bytes, start, length)) return last;
    const key = this.#key(bytes, start, length);
    const name = key.toString('latin1');
    const group = this.#groups.get(name) ?? this.#load(key);
    this.#groups.set(name, group);
    this.#last = group;
    return group;
  }

  #key(bytes: Uint8Array, start: number, length: number): Buffer {
    return Buffer.concat([indexKey(this.#index), bytes.subarray(start, start + length)]);
  }

  #load(key: Buffer): Group {
    const value = this.#files.groups.getBinary(key) ?? none;
    const members = new Map<number, number>();
    for (let at = 0; at < value.length; at += entryBytes)
      members.set(value.readUInt32BE(at), value.readUInt32LE(at + 4));
    const end = Buffer.concat([key, Buffer.of(0xff, 0xff, 0xff)]);
    const singles = [...this.#files.ids.getKeys({ start: key, end, limit: 1 })];
    return { key, members, hasSingles: singles.length > 0, isChanged: false };
  }
}

function encode(members: Map<number, number>): Buffer {
  const value = Buffer.allocUnsafe(entryBytes * members.size);
  let at = 0;
  for (const [code, sequence] of members) {
    value.writeUInt32BE(code, at);
    value.writeUInt32LE(sequence, at + 4);
    at += entryBytes;
  }
  return value;
}

/** How many bytes of an id its group has in common. */
const beginningOf = (start: number, end: number): number => Math.max(0, end - start - ownBytes);

function codeOf(bytes: Uint8Array, start: number, end: number): number {
  if (end - start < ownBytes) return shortId + bytes[start]!;
  return bytes[end - 2]! * 256 + bytes[end - 1]!;
}

function isKeyOf(key: Buffer, bytes: Uint8Array, start: number, length: number): boolean {
  if (key.length !== length + 4) return false;
  // Ids that follow each other differ at the end first.
  for (let at = length - 1; at >= 0; at--) if (key[at + 4] !== bytes[start + at]) return false;
  return true;
}
