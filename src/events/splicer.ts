import type { Additions } from './additions.ts';
import type { ByteWriter } from './byte-writer.ts';
import { BEYOND, cover, fieldPath, mayCover, UNRELATED } from './lookup.ts';
import { addField, isObject, type JsonObject, merge, newObject } from './objects.ts';
import { SpanMerge } from './span-merge.ts';
import type { EventView } from './view.ts';
import { ENTRY } from './walker.ts';

const metadata = fieldPath('@metadata');
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const metadataBit = 1 << (metadata.bytes[0]! & 31);
const backslashBit = 1 << (BACKSLASH & 31);

/** What becomes of a top-level key of the event: it is kept, dropped, or merged with the addition at this place (0, 1, …). */
const KEEP = -1;
const DROP = -2;
/** An addition that is merged with no key, or with more than one. */
const NONE = -1;
const SEVERAL = -2;

/**
 * Writes the document for Elasticsearch, on one line: the event's bytes as received, without `@metadata`, with the additions
 * before the closing brace. If the key of an addition exists already, plain or as the beginning of a dotted key, the two are merged,
 * so that no key is repeated and none conflicts with another. Objects without a member in common are merged as text; only others are
 * parsed.
 */
export class Splicer {
  readonly #merge = new SpanMerge();
  /** For each addition that is merged, the parts of the event's object that stay. */
  readonly #runs: number[][] = [];
  /** For each top-level key of the event what becomes of it. */
  #fates = new Int32Array(64);
  /** For each addition the key of the event that is merged with it, or `NONE`, or `SEVERAL`. */
  #partners = new Int32Array(64);

  /** `isAgain` is for the call from within. */
  write(view: EventView, additions: Additions, out: ByteWriter, isAgain = false): void {
    const hasMerges = this.#decide(view, additions);
    const toParse = hasMerges ? this.#toParse(view, additions) : nothing;
    if (toParse.length > 0) {
      const labels = mergeInto(additions, view, toParse);
      if (!isAgain && Object.keys(labels).length > 0) {
        // `labels` may be a key of the event that is to be kept, so the decisions are made again.
        additions.fields({ labels });
        this.write(view, additions, out, true);
        return;
      }
      for (const entry of toParse) {
        this.#partners[this.#fates[entry]!] = NONE;
        this.#fates[entry] = DROP;
      }
    }
    const start = out.at;
    out.byte(OPEN_BRACE);
    this.#writeKept(view, out, start);
    for (let place = 0; place < additions.count; place += 1) {
      if (out.at > start + 1) out.byte(COMMA);
      const entry = hasMerges ? (this.#partners[place] ?? NONE) : NONE;
      if (entry === NONE) additions.write(place, out);
      else this.#writeMerged(view, additions, place, out);
    }
    out.byte(CLOSE_BRACE);
  }

  #decide(view: EventView, additions: Additions): boolean {
    const { bytes, entries, count } = view.walker;
    const firstBytes = additions.firstBytes | metadataBit | backslashBit;
    if (count > this.#fates.length) this.#fates = new Int32Array(2 * count);
    if (additions.count > this.#partners.length) this.#partners = new Int32Array(2 * additions.count);
    const fates = this.#fates;
    const partners = this.#partners;
    let hasMerges = false;
    for (let entry = 0; entry < count; entry += 1) {
      const isConcerned = (firstBytes & (1 << (bytes[entries[entry * ENTRY]!]! & 31))) !== 0;
      const fate = isConcerned ? fateOf(view, entry, additions) : KEEP;
      fates[entry] = fate;
      if (fate < 0) continue;
      if (!hasMerges) partners.fill(NONE);
      hasMerges = true;
      partners[fate] = partners[fate] === NONE ? entry : SEVERAL;
    }
    return hasMerges;
  }

  /** The entries that have to be parsed to be merged. */
  #toParse({ walker }: EventView, additions: Additions): readonly number[] {
    const { entries, bytes } = walker;
    let parsed = nothing;
    for (let entry = 0; entry < walker.count; entry += 1) {
      const place = this.#fates[entry]!;
      if (place < 0) continue;
      const at = entry * ENTRY;
      const isWhole = entries[at + 1]! - entries[at]! === additions.paths[place]!.bytes.length;
      const isAlone = this.#partners[place] === entry;
      const areObjects = bytes[entries[at + 2]!] === OPEN_BRACE && additions.isObject(place);
      const fits = isWhole && isAlone && areObjects;
      this.#runs[place] ??= [];
      if (!fits || !this.#merge.plan(walker, entry, additions, place, this.#runs[place]))
        parsed = [...parsed, entry];
    }
    return parsed;
  }

  #writeKept({ walker }: EventView, out: ByteWriter, start: number): void {
    const { bytes, entries, count } = walker;
    for (let entry = 0; entry < count; entry += 1) {
      if (this.#fates[entry] !== KEEP) continue;
      const first = entry;
      while (entry + 1 < count && this.#fates[entry + 1] === KEEP) entry += 1;
      if (out.at > start + 1) out.byte(COMMA);
      out.span(bytes, entries[first * ENTRY]! - 1, entries[entry * ENTRY + 3]!);
    }
  }

  #writeMerged({ walker }: EventView, additions: Additions, place: number, out: ByteWriter): void {
    const { bytes } = walker;
    const runs = this.#runs[place]!;
    out.constant(additions.paths[place]!.key);
    out.byte(OPEN_BRACE);
    for (let run = 0; run < runs.length; run += 2) {
      if (run > 0) out.byte(COMMA);
      out.span(bytes, runs[run]!, runs[run + 1]!);
    }
    additions.writePieces(place, out, runs.length === 0);
    out.byte(CLOSE_BRACE);
  }
}

const nothing: readonly number[] = [];

function fateOf({ walker }: EventView, entry: number, additions: Additions): number {
  const { bytes, entries } = walker;
  const key = entries[entry * ENTRY]!;
  const keyEnd = entries[entry * ENTRY + 1]!;
  if (mayCover(bytes, key, metadata) && cover(bytes, key, keyEnd, metadata, 0) !== UNRELATED) return DROP;
  const { paths } = additions;
  for (let place = 0; place < paths.length; place += 1) {
    const path = paths[place]!;
    if (!mayCover(bytes, key, path)) continue;
    const covered = cover(bytes, key, keyEnd, path, 0);
    if (covered === BEYOND) return place;
    if (covered === path.bytes.length)
      return additions.replaces(place) && bytes[entries[entry * ENTRY + 2]!] !== OPEN_BRACE ? DROP : place;
  }
  return KEEP;
}

/** Merges entries under the additions. Returns, as labels, the values that had to give way to an object. */
function mergeInto(additions: Additions, view: EventView, entries: readonly number[]): JsonObject {
  const labels = newObject();
  const displace = (path: string, value: unknown) => {
    labels[path.replaceAll('.', '_')] = typeof value === 'string' ? value : JSON.stringify(value);
  };
  const present = newObject();
  // What stands where an object has to be comes last, and finds its place taken.
  const members = entries.map((entry) => ({ key: view.keyOf(entry), value: view.valueOf(entry) }));
  members.sort((one, other) => Number(isPlain(one)) - Number(isPlain(other)));
  for (const { key, value } of members) if (!addField(present, key, value)) displace(key, value);
  for (const key of Object.keys(present))
    additions.set(key, merge(present[key], additions.parsed(key), displace, key));
  return labels;
}

const isPlain = ({ key, value }: { key: string; value: unknown }) => !key.includes('.') && !isObject(value);
