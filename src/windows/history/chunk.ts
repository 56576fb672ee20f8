import { z } from 'zod';
import { number, objectOf } from '../../util/snapshot.ts';
import type { Aggregate } from '../aggregates/aggregate.ts';

/** Entries of a chunk. A full chunk is sealed: it never changes again, and a checkpoint writes it once. */
const chunkEntries = 4_096;
const few = 64;
/** What a chunk costs beside its entries, and what a packed cell costs beside its numbers, in bytes, roughly. */
const chunkBytes = 512;
const cellBytes = 16;

/** Disk format of a chunk. `groups` and `counts` are the bytes of 32-bit integers. */
export interface PackedChunk {
  names: string[];
  /** Numbers of panes, and for each the place of its first entry. */
  panes: number[];
  starts: number[];
  groups: Uint8Array;
  counts: Uint8Array;
  cells: unknown[];
}

const bytes = z.instanceof(Uint8Array);
export const packedChunk = objectOf<PackedChunk>({
  names: z.array(z.string()),
  panes: z.array(number),
  starts: z.array(number),
  groups: bytes,
  counts: bytes,
  cells: z.array(z.unknown()),
});

/** What a group had in a pane. */
export interface PaneShare<C> {
  count: number;
  cell: C;
}

/**
 * A run of entries that left the windows: for each the group, the number of events and the cell of the measure. Entries
 * of one pane lie together. Names of groups are kept once a chunk, so that no group outlives its entries.
 */
export class Chunk<C> {
  /** The least and the greatest pane number. */
  first = Number.POSITIVE_INFINITY;
  last = Number.NEGATIVE_INFINITY;
  size = 0;
  readonly #aggregate: Aggregate<C> | undefined;
  #names: string[] = [];
  #panes: number[] = [];
  #starts: number[] = [];
  #groups = new Uint32Array(few);
  #counts = new Uint32Array(few);
  /** Cells as they are; packed once the chunk is sealed. */
  #cells: unknown[] = [];
  #slots: Map<string, number> | undefined = new Map();
  #sealed: PackedChunk | undefined = undefined;

  constructor(aggregate: Aggregate<C> | undefined) {
    this.#aggregate = aggregate;
  }

  get isFull(): boolean {
    return this.size >= chunkEntries;
  }

  /** Memory in bytes, roughly. */
  get bytes(): number {
    const cells = this.#aggregate === undefined ? 0 : cellBytes * 2 * this.size;
    return chunkBytes + 8 * this.#groups.length + 16 * this.#panes.length + 32 * this.#names.length + cells;
  }

  /** The number by which entries of the group are added. */
  slotOf(name: string): number {
    let slot = this.#slots!.get(name);
    if (slot === undefined) {
      slot = this.#names.push(name) - 1;
      this.#slots!.set(name, slot);
    }
    return slot;
  }

  /** The cell must not change from now on. */
  add(pane: number, slot: number, count: number, cell: C): void {
    if (this.#panes.at(-1) !== pane) this.#open(pane);
    if (this.size === this.#groups.length) this.#grow();
    this.#groups[this.size] = slot;
    this.#counts[this.size] = count;
    if (this.#aggregate !== undefined) this.#cells.push(cell);
    this.size += 1;
  }

  seal(): void {
    this.#sealed = this.pack();
    this.#cells = this.#sealed.cells;
    this.#slots = undefined;
  }

  /** The same object each time once the chunk is sealed. */
  pack(): PackedChunk {
    if (this.#sealed !== undefined) return this.#sealed;
    const aggregate = this.#aggregate;
    return {
      names: [...this.#names],
      panes: [...this.#panes],
      starts: [...this.#starts],
      groups: bytesOf(this.#groups.slice(0, this.size)),
      counts: bytesOf(this.#counts.slice(0, this.size)),
      cells: aggregate === undefined ? [] : this.#cells.map((cell) => aggregate.pack(cell as C)),
    };
  }

  static unpack<C>(packed: PackedChunk, aggregate: Aggregate<C> | undefined, sealed: boolean): Chunk<C> {
    const chunk = new Chunk(aggregate);
    chunk.#names = sealed ? packed.names : [...packed.names];
    chunk.#panes = sealed ? packed.panes : [...packed.panes];
    chunk.#starts = sealed ? packed.starts : [...packed.starts];
    chunk.#groups = numbersOf(packed.groups);
    chunk.#counts = numbersOf(packed.counts);
    chunk.size = chunk.#groups.length;
    chunk.first = Math.min(...packed.panes);
    chunk.last = Math.max(...packed.panes);
    chunk.#cells = packed.cells;
    if (sealed) {
      chunk.#sealed = packed;
      chunk.#slots = undefined;
      return chunk;
    }
    chunk.#slots = new Map(chunk.#names.map((name, slot) => [name, slot]));
    if (aggregate !== undefined) chunk.#cells = packed.cells.map((cell) => aggregate.unpack(cell));
    return chunk;
  }

  /** Calls `found` for each entry of the group in panes from that number on. The cell must not be changed. */
  visit(name: string, from: number, found: (pane: number, count: number, cell: C) => void): void {
    const slot = this.#slots === undefined ? this.#names.indexOf(name) : (this.#slots.get(name) ?? -1);
    if (slot < 0) return;
    for (let run = 0; run < this.#panes.length; run += 1) {
      const pane = this.#panes[run]!;
      if (pane < from) continue;
      const end = this.#starts[run + 1] ?? this.size;
      for (let place = this.#starts[run]!; place < end; place += 1)
        if (this.#groups[place] === slot) found(pane, this.#counts[place]!, this.#cellAt(place));
    }
  }

  #cellAt(place: number): C {
    if (this.#aggregate === undefined) return undefined as C;
    const cell = this.#cells[place];
    return this.#sealed === undefined ? (cell as C) : this.#aggregate.unpack(cell);
  }

  #open(pane: number): void {
    this.#panes.push(pane);
    this.#starts.push(this.size);
    if (pane < this.first) this.first = pane;
    if (pane > this.last) this.last = pane;
  }

  #grow(): void {
    const grown = (column: Uint32Array) => {
      const to = new Uint32Array(Math.max(few, 2 * column.length));
      to.set(column);
      return to;
    };
    this.#groups = grown(this.#groups);
    this.#counts = grown(this.#counts);
  }
}

const bytesOf = ({ buffer, byteOffset, byteLength }: Uint32Array) =>
  new Uint8Array(buffer, byteOffset, byteLength);

/** A copy, because bytes from a checkpoint may lie at any offset. */
const numbersOf = (packed: Uint8Array) => new Uint32Array(Uint8Array.from(packed).buffer);
