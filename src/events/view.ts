import type { EventBlock, Fields, FieldValue } from '../model.ts';
import { decodeString } from './decode.ts';
import { Lookup } from './lookup.ts';
import { leafNames } from './objects.ts';
import { cover, type FieldPath, fieldPath, mayCover, namePattern } from './path.ts';
import { exists } from './presence.ts';
import { repair, rewrite } from './repair.ts';
import { ENTRY, Walker } from './walker.ts';

const SPACE = 0x20;
const QUOTE = 0x22;

/**
 * One event of a block, read where it lies. A field is decoded when it is asked for. Names are dotted; objects in
 * objects and keys with dots in them are the same to the view, as they are to Elasticsearch. Where both are there, or
 * an array of objects is on the way, all values are given. The view is a cursor: `read` moves it to another event.
 */
export class EventView implements Fields {
  /** The present document: its bytes and the places of its top-level keys and values. */
  walker = new Walker();
  /** Why the bytes are no event, to follow the words "the event"; then no field is found. */
  problem: string | undefined;
  readonly #received = this.walker;
  /** Walks documents that were written anew, so that the block's walker keeps its memory. */
  readonly #rewritten = new Walker();
  readonly #lookup = new Lookup();
  #block: EventBlock = { bytes: Buffer.alloc(0), spans: new Uint32Array(0), count: 0 };
  #index = 0;

  open(block: EventBlock): void {
    this.#block = block;
    this.#received.open(block.bytes);
    this.#lookup.open(block.bytes);
  }

  read(index: number): void {
    this.#index = index;
    const walker = this.#received;
    this.walker = walker;
    this.problem = undefined;
    const walk = walker.walk(this.#block.spans[2 * index]!, this.#block.spans[2 * index + 1]!);
    if (walk === 'irregular') this.#replace(rewrite(walker));
    else if (walk === 'malformed') this.#judge();
  }

  /** The bytes as they were received. */
  raw(): Buffer {
    const { bytes, spans } = this.#block;
    return bytes.subarray(spans[2 * this.#index], spans[2 * this.#index + 1]);
  }

  get(field: string): FieldValue {
    return this.getAt(fieldPath(field));
  }

  /** As `get`, for one who asks for the same field of every event. */
  getAt(path: FieldPath): FieldValue {
    return this.#lookup.values(this.walker, path, this.walker === this.#received);
  }

  /** Nulls, empty arrays and empty objects are no values, as for Elasticsearch's `exists`. */
  has(field: string): boolean {
    return exists(this.walker, fieldPath(field));
  }

  names(pattern: string): string[] {
    const wanted = namePattern(pattern);
    const names = new Set<string>();
    for (let entry = 0; entry < this.walker.count; entry += 1)
      for (const name of leafNames(this.valueOf(entry), this.keyOf(entry)))
        if (wanted.test(name)) names.add(name);
    return [...names];
  }

  /** The number of the top-level key that is exactly the path's name, or -1. */
  entryOf(path: FieldPath): number {
    const { entries, bytes, count } = this.walker;
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

  /** Whether a top-level string begins, spaces aside, with the given ASCII character. */
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

  /** A top-level value, really parsed. */
  valueOf(entry: number): unknown {
    const { entries, bytes } = this.walker;
    return JSON.parse(bytes.toString('utf8', entries[entry * ENTRY + 2], entries[entry * ENTRY + 3]));
  }

  #replace(document: Buffer): void {
    this.walker = this.#rewritten;
    this.walker.open(document);
    // A key that cannot do without escapes is irregular still, but it is there once and on the same line.
    if (this.walker.walk(0, document.length) === 'malformed')
      this.#refuse('could not be written on one line');
  }

  #judge(): void {
    const { document, problem } = repair(this.raw());
    if (document) this.#replace(document);
    else this.#refuse(problem);
  }

  #refuse(problem: string): void {
    this.problem = problem;
    this.walker.count = 0;
  }
}
