import type { Field } from '../mapping/field.ts';
import type { Documents } from '../query/matcher.ts';
import type { Bits } from '../storage/bits.ts';
import type { Column } from '../storage/column.ts';
import type { StoredDocument } from '../storage/files.ts';
import type { OpenSegment } from '../storage/open-segment.ts';
import { SealedSegment, type Segment } from '../storage/segment.ts';
import type { Found, Shard } from '../storage/shard.ts';

/**
 * The open segment as it is now. Documents that are written later are not in it, and a column that was built once stays,
 * so that term numbers mean the same in all slices of a search.
 */
class Frozen implements Segment {
  readonly base: number;
  readonly size: number;
  readonly live: Bits;
  readonly bytes: number;
  readonly opened: number;
  readonly written: number;
  readonly #open: OpenSegment;
  readonly #columns = new Map<string, Column | undefined>();

  constructor(open: OpenSegment) {
    this.base = open.base;
    this.size = open.size;
    this.live = open.live.slice();
    this.bytes = open.bytes;
    this.opened = open.opened;
    this.written = open.written;
    this.#open = open;
  }

  column(field: Field): Column | undefined {
    if (!this.#columns.has(field.name)) this.#columns.set(field.name, this.#open.column(field));
    return this.#columns.get(field.name);
  }

  /** As of the open segment: not known. */
  bounds(): undefined {
    return undefined;
  }
}

/**
 * The documents of an index as they are now, for a search that takes several turns of the event loop. Writes go on
 * meanwhile: later documents are not seen, and deleted ones are missing from hits.
 */
export class Snapshot implements Documents {
  readonly #shard: Shard;
  readonly #segments: Segment[];

  constructor(shard: Shard) {
    this.#shard = shard;
    this.#segments = [...shard.sealed];
    if (shard.open.size > 0) this.#segments.push(new Frozen(shard.open));
  }

  /** The segments that retention has not taken away meanwhile, oldest first. */
  get segments(): Segment[] {
    return this.#segments.filter((segment) => this.isThere(segment));
  }

  /** Whether the segment's columns are still on disk. */
  isThere(segment: Segment): boolean {
    return !(segment instanceof SealedSegment) || !segment.isDropped;
  }

  /** The document, or undefined if it was deleted meanwhile. */
  read(sequence: number): StoredDocument | undefined {
    return this.#shard.readLive(sequence);
  }

  find(id: string): Found | undefined {
    return this.#shard.find(id);
  }
}
