import type { EventBlock, Fields, FieldValue } from '../model.ts';
import { cover, type FieldPath, fieldPath, Lookup, mayCover, namePattern, UNRELATED } from './lookup.ts';
import { type JsonObject, leafNames } from './objects.ts';
import { PlainLine } from './plain-line.ts';
import { hasKey, Presence } from './presence.ts';
import { moveRootValues, repair, rewrite, rootBytes, rootLengths, roots } from './repair.ts';
import { decodeString } from './repeated-values.ts';
import { ENTRY, Walker } from './walker.ts';

const SPACE = 0x20;
const QUOTE = 0x22;

/**
 * One event of a block, read in place. A field is decoded when it is asked for. Names are dotted. As in Elasticsearch,
 * nested objects and keys with dots are equivalent; if both are present, or if an array of objects is on the path, all
 * values are returned. The view is a cursor: `read` moves it to another event. Returned values are copies.
 */
export class EventView implements Fields {
  /** Whether the current event is a line of text, and nothing needed its document. */
  isPlain = false;
  /** That line. */
  readonly plain = new PlainLine();
  /** Why the bytes are not an event, to follow the words "the event". Then no field is found. */
  problem: string | undefined;
  readonly #received = new Walker();
  #walker = this.#received;
  /** Walks rewritten documents, so that the block's walker keeps its repeated values. */
  readonly #rewritten = new Walker();
  readonly #lookup = new Lookup();
  readonly #presence = new Presence();
  #block: EventBlock = { bytes: Buffer.alloc(0), spans: new Uint32Array(0), count: 0 };
  #index = 0;
  /** Whether the block has lines of text. */
  #hasLines = false;

  /** The current document: its bytes and the offsets of its top-level keys and values. */
  get walker(): Walker {
    if (this.isPlain) this.#replace(this.plain.toDocument());
    return this.#walker;
  }

  open(block: EventBlock): void {
    this.#block = block;
    this.#hasLines = block.plain !== undefined;
    this.isPlain = false;
    if (block.plain !== undefined) {
      this.plain.begin(block, block.plain);
      return;
    }
    this.#received.open(block.bytes);
    this.#lookup.open(block.bytes);
  }

  read(index: number): void {
    this.#index = index;
    this.problem = undefined;
    if (this.#hasLines) {
      this.isPlain = true;
      this.plain.read(index);
      return;
    }
    const walker = this.#received;
    this.#walker = walker;
    const walk = walker.walk(this.#block.spans[2 * index]!, this.#block.spans[2 * index + 1]!);
    if (walk === 'irregular') this.#replace(rewrite(walker));
    else if (walk === 'malformed') this.#repair();
    if (this.problem === undefined && hasRootValue(this.#walker)) this.#moveRootValues();
  }

  /** The bytes as they were received; of a line of text, its document. */
  raw(): Buffer {
    if (this.#hasLines) return this.walker.bytes;
    const { bytes, spans } = this.#block;
    return bytes.subarray(spans[2 * this.#index], spans[2 * this.#index + 1]);
  }

  get(field: string): FieldValue {
    return this.getAt(fieldPath(field));
  }

  /** Like `get`, for callers that read the same field of every event. */
  getAt(path: FieldPath): FieldValue {
    if (this.isPlain) return this.plain.get(path);
    const walker = this.#walker;
    return this.#lookup.values(walker, path, walker === this.#received);
  }

  /** Nulls, empty arrays and empty objects are not values, as for Elasticsearch's `exists`. */
  has(field: string): boolean {
    return this.hasAt(fieldPath(field));
  }

  /** Like `has`, for callers that ask it of every event. */
  hasAt(path: FieldPath): boolean {
    return this.#presence.of(this.isPlain ? this.plain.template : this.#walker, path);
  }

  /** Whether there is a key at the path or below it, whatever its value, or a list on the way there. */
  hasKey(path: FieldPath): boolean {
    return hasKey(this.walker, path);
  }

  names(pattern: string): string[] {
    const wanted = namePattern(pattern);
    const object = objectOf(pattern);
    const { walker } = this;
    if (object !== undefined && (walker.firstBytes & object.firstBytes) === 0) return [];
    const names = new Set<string>();
    for (let entry = 0; entry < walker.count; entry += 1)
      if (object === undefined || isRelated(walker, entry, object))
        for (const name of leafNames(this.valueOf(entry), this.keyOf(entry)))
          if (wanted.test(name)) names.add(name);
    return [...names];
  }

  /** Index of the top-level key that equals the path, or -1. */
  entryOf(path: FieldPath): number {
    const { entries, bytes, count, firstBytes } = this.walker;
    if ((firstBytes & path.firstBytes) === 0) return -1;
    for (let entry = 0; entry < count; entry += 1) {
      const key = entries[entry * ENTRY]!;
      if (!mayCover(bytes, key, path)) continue;
      if (cover(bytes, key, entries[entry * ENTRY + 1]!, path, 0) === path.bytes.length) return entry;
    }
    return -1;
  }

  keyOf(entry: number): string {
    const { entries, bytes, ascii } = this.walker;
    return decodeString(bytes, entries[entry * ENTRY]!, entries[entry * ENTRY + 1]!, ascii);
  }

  /** Whether a top-level string begins, after spaces, with the given ASCII character. */
  stringBegins(path: FieldPath, character: string): boolean {
    const entry = this.entryOf(path);
    if (entry === -1) return false;
    const { entries, bytes } = this.walker;
    let at = entries[entry * ENTRY + 2]!;
    if (bytes[at] !== QUOTE) return false;
    do at += 1;
    while (bytes[at] === SPACE);
    return bytes[at] === character.charCodeAt(0);
  }

  /** A top-level value, parsed. */
  valueOf(entry: number): unknown {
    const { entries, bytes } = this.walker;
    return JSON.parse(bytes.toString('utf8', entries[entry * ENTRY + 2], entries[entry * ENTRY + 3]));
  }

  #replace(document: Buffer): void {
    this.isPlain = false;
    this.#walker = this.#rewritten;
    this.#walker.open(document);
    // A key that needs escapes is still irregular, but it occurs once and on one line.
    if (this.#walker.walk(0, document.length) === 'malformed')
      this.#refuse('could not be written on one line');
  }

  /** Values that senders write where ECS has objects are moved before anyone reads the event. */
  #moveRootValues(): void {
    const { bytes, start, end } = this.#walker;
    const event = JSON.parse(bytes.toString('utf8', start, end)) as JsonObject;
    this.#replace(Buffer.from(JSON.stringify(moveRootValues(event))));
  }

  #repair(): void {
    const { document, problem } = repair(this.raw());
    if (document) this.#replace(document);
    else this.#refuse(problem);
  }

  #refuse(problem: string): void {
    this.problem = problem;
    this.#walker.count = 0;
    this.#walker.firstBytes = 0;
  }
}

/** The object in which all names are that a pattern stands for: `a.b` for `a.b.*` and for `a.b.c*`. */
function objectOf(pattern: string): FieldPath | undefined {
  const star = pattern.indexOf('*');
  const dot = star === -1 ? -1 : pattern.lastIndexOf('.', star);
  return dot < 1 ? undefined : fieldPath(pattern.slice(0, dot));
}

/** Whether a top-level key is a part of a path, or lies below it. */
function isRelated({ bytes, entries }: Walker, entry: number, path: FieldPath): boolean {
  const key = entries[entry * ENTRY]!;
  if (!mayCover(bytes, key, path)) return false;
  return cover(bytes, key, entries[entry * ENTRY + 1]!, path, 0) !== UNRELATED;
}

const OPEN_BRACKET = 0x5b;
const LOWER_N = 0x6e;
const OPEN_BRACE = 0x7b;

/** Whether a walked event has a plain value where ECS has an object. Null is no value. */
export function hasRootValue({ bytes, entries, count, ascii, plainBytes }: Walker): boolean {
  if ((plainBytes & rootBytes) === 0) return false;
  for (let place = 0; place < count * ENTRY; place += ENTRY) {
    const first = bytes[entries[place + 2]!];
    if (first === OPEN_BRACE || first === LOWER_N) continue;
    const key = entries[place]!;
    const end = entries[place + 1]!;
    if (((rootLengths[bytes[key]!]! >> ((end - key) & 31)) & 1) === 0) continue;
    const isListOfObjects = first === OPEN_BRACKET && bytes[entries[place + 2]! + 1] === OPEN_BRACE;
    if (!isListOfObjects && roots.has(decodeString(bytes, key, end, ascii))) return true;
  }
  return false;
}
