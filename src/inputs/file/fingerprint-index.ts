import { crc32 } from 'node:zlib';
import { type Fingerprint, fits, headLength } from './fingerprint.ts';
import { stemKey } from './names.ts';

/** What is looked up. */
interface Indexed {
  readonly state: { path: string; fingerprint: Fingerprint };
}

/** By length, then by the CRC of so many bytes. Nearly always that is one file, which takes less memory than a set. */
type Lengths<T> = Map<number, Map<number, T | Set<T>>>;

const everywhere = '';

/**
 * Finds files by how they begin. Full fingerprints are found whatever the file is called. Shorter ones, which say less, are
 * found among the files of related names. A look-up costs one CRC for each length that occurs there, however many files
 * have it.
 */
export class FingerprintIndex<T extends Indexed> {
  readonly #names = new Map<string, Lengths<T>>();

  add(item: T): void {
    const { length, crc } = item.state.fingerprint;
    if (length === 0) return;
    const lengths = entry(this.#names, nameKey(item), () => new Map() as Lengths<T>);
    const marks = entry(lengths, length, () => new Map<number, T | Set<T>>());
    const present = marks.get(crc);
    if (present === undefined) marks.set(crc, item);
    else if (present instanceof Set) present.add(item);
    else if (present !== item) marks.set(crc, new Set([present, item]));
  }

  /** Removes an item as it was added: before its path or fingerprint changes. */
  delete(item: T): void {
    const { length, crc } = item.state.fingerprint;
    const lengths = this.#names.get(nameKey(item));
    const marks = lengths?.get(length);
    const items = marks?.get(crc);
    if (!lengths || !marks || items === undefined) return;
    if (items === item) marks.delete(crc);
    else if (!(items instanceof Set) || !items.delete(item)) return;
    else if (items.size === 0) marks.delete(crc);
    if (marks.size === 0) lengths.delete(length);
    if (lengths.size === 0) this.#names.delete(nameKey(item));
  }

  /** Items whose fingerprints fit a file that begins with `head`, the longest fingerprints first. */
  find(path: string, head: Buffer): T[] {
    const found: T[] = [];
    for (const name of [stemKey(path), everywhere]) {
      const lengths = this.#names.get(name);
      if (lengths) collect(lengths, head, found);
    }
    return found.toReversed();
  }
}

function nameKey({ state: { path, fingerprint } }: Indexed): string {
  return fingerprint.length === headLength ? everywhere : stemKey(path);
}

/** One pass over the head gives the CRC of each of its beginnings. */
function collect<T extends Indexed>(lengths: Lengths<T>, head: Buffer, found: T[]): void {
  let crc = 0;
  let upTo = 0;
  for (const length of [...lengths.keys()].sort((a, b) => a - b)) {
    if (length > head.length) break;
    crc = crc32(head.subarray(upTo, length), crc);
    upTo = length;
    const items = lengths.get(length)!.get(crc);
    for (const item of items instanceof Set ? items : items === undefined ? [] : [items])
      if (fits(item.state.fingerprint, head)) found.push(item);
  }
}

function entry<K, V>(map: Map<K, V>, key: K, create: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const created = create();
  map.set(key, created);
  return created;
}
