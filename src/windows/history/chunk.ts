import * as z from 'zod';
import { number, objectOf, sizeOf } from '../../util/snapshot.ts';
import type { Cells } from '../aggregates/aggregate.ts';
import { ChunkIndex } from './chunk-index.ts';

/** Entries of a chunk. A full chunk is sealed: it never changes again, and a checkpoint writes it once. */
const chunkEntries = 4_096;
const few = 64;
/** What a chunk costs beside its entries, in bytes, roughly. */
const chunkBytes = 512;

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
  readonly #aggregate: Cells<C> | undefined;
  #names: string[] = [];
  #panes: number[] = [];
  #starts: number[] = [];
  #groups = new Uint32Array(few);
  #counts = new Uint32Array(few);
  /** Packed cells, so that their size is known as they come. */
  #cells: unknown[] = [];
  #cellBytes = 0;
  #nameBytes = 0;
  #index: ChunkIndex | undefined = undefined;
  #slots: Map<string, number> | undefined = new Map();
  #sealed: PackedChunk | undefined = undefined;

  constructor(aggregate: Cells<C> | undefined) {
    this.#aggregate = aggregate;
  }

  get isFull(): boolean {
    return this.size >= chunkEntries;
  }

  /** Memory in bytes, roughly. */
  get bytes(): number {
    if (this.size === 0) return 0;
    return chunkBytes + 12 * this.size + 16 * this.#panes.length + this.#nameBytes + this.#cellBytes;
  }

  /** The number by which entries of the group are added. */
  slotOf(name: string): number {
    let slot = this.#slots!.get(name);
    if (slot === undefined) {
      slot = this.#names.push(name) - 1;
      this.#slots!.set(name, slot);
      this.#nameBytes += sizeOf(name);
    }
    return slot;
  }

  /** The cell must not change from now on. */
  add(pane: number, slot: number, count: number, cell: C): void {
    if (this.#panes.at(-1) !== pane) this.#open(pane);
    if (this.size === this.#groups.length) this.#grow();
    this.#groups[this.size] = slot;
    this.#counts[this.size] = count;
    if (this.#aggregate !== undefined) this.#push(this.#aggregate.pack(cell));
    this.size += 1;
  }

  /** Entries of a sealed chunk never change again. Their order within a pane is of no importance. */
  seal(): void {
    this.#hold({
      names: this.#names,
      panes: this.#panes,
      starts: this.#starts,
      groups: bytesOf(this.#groups.slice(0, this.size)),
      counts: bytesOf(this.#counts.slice(0, this.size)),
      cells: this.#cells,
    });
  }

  /**
   * The same object each time once the chunk is sealed. Before that the entries of a pane are in the order of the names of
   * their groups: a restart forgets which group had an event first.
   */
  pack(): PackedChunk {
    if (this.#sealed !== undefined) return this.#sealed;
    const { names, slots, places } = this.#inOrder();
    return {
      names,
      panes: [...this.#panes],
      starts: [...this.#starts],
      groups: bytesOf(slots),
      counts: bytesOf(Uint32Array.from(places, (place) => this.#counts[place]!)),
      cells: this.#aggregate === undefined ? [] : Array.from(places, (place) => this.#cells[place]),
    };
  }

  static unpack<C>(packed: PackedChunk, aggregate: Cells<C> | undefined, sealed: boolean): Chunk<C> {
    const chunk = new Chunk(aggregate);
    const { panes, starts, cells } = packed;
    // What is not sealed changes, and the snapshot must not.
    chunk.#hold(sealed ? packed : { ...packed, panes: [...panes], starts: [...starts], cells: [...cells] });
    for (const pane of packed.panes) chunk.#reach(pane);
    if (sealed) return chunk;
    chunk.#sealed = undefined;
    chunk.#names = [...packed.names];
    chunk.#slots = new Map(chunk.#names.map((name, slot) => [name, slot]));
    return chunk;
  }

  /** Calls `found` for each entry of the group in panes from that number on. The cell must not be changed. */
  visit(name: string, from: number, found: (pane: number, count: number, cell: C) => void): void {
    for (const place of this.#placesOf(name)) {
      const pane = this.#panes[this.#runOf(place)]!;
      if (pane >= from) found(pane, this.#counts[place]!, this.#cellAt(place));
    }
  }

  /** The places of the entries of a group, in order. */
  #placesOf(name: string): Iterable<number> {
    if (this.#slots !== undefined) return this.#search(this.#slots.get(name));
    // Most chunks are never searched. One that is will be searched for other groups, too.
    this.#index ??= new ChunkIndex(this.#names, this.#groups);
    return this.#index.placesOf(name);
  }

  *#search(slot: number | undefined): Generator<number> {
    if (slot === undefined) return;
    for (let place = 0; place < this.size; place += 1) if (this.#groups[place] === slot) yield place;
  }

  /** The run of entries of one pane that holds the place. */
  #runOf(place: number): number {
    let [low, high] = [0, this.#starts.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#starts[middle]! <= place) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #cellAt(place: number): C {
    return this.#aggregate === undefined ? (undefined as C) : this.#aggregate.unpack(this.#cells[place]);
  }

  #push(cell: unknown): void {
    this.#cells.push(cell);
    this.#cellBytes += sizeOf(cell);
  }

  /** Goes on as that packed chunk, sealed. */
  #hold(packed: PackedChunk): void {
    this.#sealed = packed;
    this.#slots = undefined;
    [this.#names, this.#panes, this.#starts] = [packed.names, packed.panes, packed.starts];
    [this.#groups, this.#counts] = [numbersOf(packed.groups), numbersOf(packed.counts)];
    this.#cells = packed.cells;
    this.size = this.#groups.length;
    this.#nameBytes = totalOf(packed.names);
    this.#cellBytes = totalOf(packed.cells);
  }

  /** The names in their order, and the entries of each pane in the order of their names: slots, and places of now. */
  #inOrder(): { names: string[]; slots: Uint32Array; places: Uint32Array } {
    const order = this.#names
      .map((name, slot) => ({ name, slot }))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    const ranks = new Uint32Array(order.length);
    for (const [rank, { slot }] of order.entries()) ranks[slot] = rank;
    // A rank and a place in one number sort faster than objects.
    const keys = Float64Array.from(
      { length: this.size },
      (_, place) => ranks[this.#groups[place]!]! * this.size + place,
    );
    for (const [run, start] of this.#starts.entries())
      keys.subarray(start, this.#starts[run + 1] ?? this.size).sort();
    return {
      names: order.map(({ name }) => name),
      slots: Uint32Array.from(keys, (key) => Math.floor(key / this.size)),
      places: Uint32Array.from(keys, (key) => key % this.size),
    };
  }

  #open(pane: number): void {
    this.#panes.push(pane);
    this.#starts.push(this.size);
    this.#reach(pane);
  }

  #reach(pane: number): void {
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

const totalOf = (values: readonly unknown[]) => values.reduce((sum: number, one) => sum + sizeOf(one), 0);

const bytesOf = ({ buffer, byteOffset, byteLength }: Uint32Array) =>
  new Uint8Array(buffer, byteOffset, byteLength);

/** A copy, because bytes from a checkpoint may lie at any offset. */
const numbersOf = (packed: Uint8Array) => new Uint32Array(Uint8Array.from(packed).buffer);
