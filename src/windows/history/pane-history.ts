import * as z from 'zod';
import type { Millis } from '../../model.ts';
import { number, objectOf, type Snapshot, SnapshotFormat } from '../../util/snapshot.ts';
import type { Aggregate, Amount, Cells } from '../aggregates/aggregate.ts';
import type { Group } from '../panes/groups.ts';
import { noEntry, type Pane, type PaneEntries } from '../panes/pane-entries.ts';
import { Chunk, type PackedChunk, type PaneShare, packedChunk } from './chunk.ts';
import type { CorrectionMemory } from './memory.ts';

/** What a group has in panes, by number of the pane. */
export type Shares<C> = Map<number, PaneShare<C>>;

/** Adds a share to what is there. The cell that comes in is copied. */
export function addShare<C>(
  shares: Shares<C>,
  pane: number,
  { count, cell }: PaneShare<C>,
  aggregate: Cells<C> | undefined,
): void {
  const known = shares.get(pane) ?? { count: 0, cell: aggregate?.cell() as C };
  known.count += count;
  if (aggregate !== undefined) known.cell = aggregate.merge(known.cell, cell);
  shares.set(pane, known);
}

export function addEvent<C>(
  shares: Shares<C>,
  pane: number,
  amount: Amount,
  aggregate: Aggregate<C> | undefined,
): void {
  const known = shares.get(pane) ?? { count: 0, cell: aggregate?.cell() as C };
  known.count += 1;
  if (aggregate !== undefined) known.cell = aggregate.put(known.cell, amount);
  shares.set(pane, known);
}

/** Adds up shares. Nothing of them is changed or kept. */
export function merged<C>(
  all: readonly ReadonlyMap<number, PaneShare<C>>[],
  aggregate: Cells<C> | undefined,
): Shares<C> {
  const sum: Shares<C> = new Map();
  for (const shares of all) for (const [pane, share] of shares) addShare(sum, pane, share, aggregate);
  return sum;
}

interface PaneHistoryParts<C> {
  /** Length of a pane. */
  pane: Millis;
  aggregate: Cells<C> | undefined;
  /** How far back entries are kept, in milliseconds of event time. */
  keepFor: Millis;
  memory: CorrectionMemory;
}

interface PaneHistoryState {
  /** Event time before which entries are missing. Null: none are. */
  reach: Millis | null;
  /** The chunks, or the names of the parts of the checkpoint that hold them. */
  sealed: (PackedChunk | string)[];
  open: PackedChunk;
  late: PackedChunk;
}

const format = new SnapshotFormat<PaneHistoryState>({
  component: 'The history of panes',
  schema: objectOf<PaneHistoryState>({
    reach: number.nullable(),
    sealed: z.array(z.union([z.string(), packedChunk])),
    open: packedChunk,
    late: packedChunk,
  }),
});

/**
 * What the panes of a rule held when they left its windows, and late events of that time. Adding costs two numbers an
 * entry; to read a group's panes takes a search through the chunks of that time.
 */
export class PaneHistory<C> {
  readonly pane: Millis;
  readonly #parts: PaneHistoryParts<C>;
  /** In the order in which they were filled. */
  #sealed: Chunk<C>[] = [];
  #open: Chunk<C>;
  /** Late entries, whose panes come in no order. */
  #late: Chunk<C>;
  #reach: Millis = Number.NEGATIVE_INFINITY;
  /** A number for each chunk that is filled. A group keeps its slot in the chunk of the number beside. */
  #filling = 0;

  constructor(parts: PaneHistoryParts<C>) {
    this.#parts = parts;
    this.pane = parts.pane;
    this.#open = new Chunk(parts.aggregate);
    this.#late = new Chunk(parts.aggregate);
    parts.memory.join(this);
  }

  /** Event time from which on nothing is missing. */
  get reach(): Millis {
    return this.#reach;
  }

  get oldest(): Millis {
    const first = this.#first;
    return first === undefined ? Number.POSITIVE_INFINITY : (first.last + 1) * this.pane;
  }

  get bound(): Millis {
    return this.oldest;
  }

  /** The chunk that is dropped next: those that are being filled come last. */
  get #first(): Chunk<C> | undefined {
    const [first] = this.#sealed;
    if (first !== undefined) return first;
    const filled = [this.#open, this.#late].filter(({ size }) => size > 0);
    return filled.reduce<Chunk<C> | undefined>(
      (a, b) => (a === undefined || b.last < a.last ? b : a),
      undefined,
    );
  }

  /** Takes over all entries of a pane that is about to be freed. */
  take(pane: Pane, entries: PaneEntries<C, Group<C>>): void {
    const { counts, groups, nextInPane, cells } = entries;
    // A pane is never divided, so that what a chunk holds does not depend on the order of its entries.
    if (this.#open.isFull) this.#seal();
    const before = this.#open.bytes;
    for (let entry = pane.newest; entry !== noEntry; entry = nextInPane[entry]!) {
      const group = groups[entry]!;
      if (group.historyOf !== this.#filling) {
        group.historyOf = this.#filling;
        group.historySlot = this.#open.slotOf(group.name);
      }
      this.#open.add(pane.number, group.historySlot, counts[entry]!, cells[entry]!);
    }
    this.#parts.memory.changed(this.#open.bytes - before);
  }

  /** Adds what a group has in a pane. Panes come in order, but for those of one call after the other of one stretch. */
  add(pane: number, group: string, { count, cell }: PaneShare<C>): void {
    if (this.#open.isFull && pane > this.#open.last) this.#seal();
    this.#add(this.#open, pane, group, { count, cell });
  }

  /** Adds late events of a pane that left the windows. */
  addLate(pane: number, group: string, share: PaneShare<C>): void {
    if (this.#late.isFull) {
      this.#keep(this.#late);
      this.#late = new Chunk(this.#parts.aggregate);
    }
    this.#add(this.#late, pane, group, share);
  }

  /** What the group had in panes from that number on. The cells are copies. Returns the number of chunks searched too. */
  of(group: string, from: number): { panes: Shares<C>; searched: number } {
    const panes: Shares<C> = new Map();
    let searched = 0;
    for (const chunk of [...this.#sealed, this.#open, this.#late]) {
      if (chunk.last < from) continue;
      searched += 1;
      chunk.visit(group, from, (pane, count, cell) =>
        addShare(panes, pane, { count, cell }, this.#parts.aggregate),
      );
    }
    return { panes, searched };
  }

  /** Forgets what is older than is kept. */
  trim(now: Millis): void {
    const horizon = now - this.#parts.keepFor;
    while (this.#sealed.length > 0 && this.oldest <= horizon) this.dropOldest();
  }

  dropOldest(): number {
    const chunk = this.#first!;
    if (chunk === this.#open) this.#begin();
    else if (chunk === this.#late) this.#late = new Chunk(this.#parts.aggregate);
    else this.#sealed.shift();
    this.#reach = Math.max(this.#reach, (chunk.last + 1) * this.pane);
    this.#parts.memory.changed(-chunk.bytes);
    return chunk.size;
  }

  /** What lies before that time was not kept. */
  beginAt(time: Millis): void {
    this.#reach = time;
  }

  snapshot(): Snapshot<PaneHistoryState> {
    return format.write({
      reach: Number.isFinite(this.#reach) ? this.#reach : null,
      sealed: this.#sealed.map((chunk) => this.#parts.memory.stored(chunk.pack())),
      open: this.#open.pack(),
      late: this.#late.pack(),
    });
  }

  restore(snapshot: Snapshot<unknown>): void {
    const { aggregate, memory } = this.#parts;
    const { reach, sealed, open, late } = format.read(snapshot);
    memory.changed(-this.#bytes);
    this.#reach = reach ?? Number.NEGATIVE_INFINITY;
    this.#sealed = sealed.map((stored) => Chunk.unpack(memory.found(stored), aggregate, true));
    this.#open = Chunk.unpack(open, aggregate, false);
    this.#late = Chunk.unpack(late, aggregate, false);
    this.#filling += 1;
    memory.changed(this.#bytes);
  }

  /** Its rule goes. */
  release(): void {
    this.#parts.memory.changed(-this.#bytes);
    this.#parts.memory.leave(this);
  }

  get #bytes(): number {
    return [...this.#sealed, this.#open, this.#late].reduce((sum, chunk) => sum + chunk.bytes, 0);
  }

  #add(chunk: Chunk<C>, pane: number, group: string, { count, cell }: PaneShare<C>): void {
    const before = chunk.bytes;
    chunk.add(pane, chunk.slotOf(group), count, cell);
    this.#parts.memory.changed(chunk.bytes - before);
  }

  #seal(): void {
    this.#keep(this.#open);
    this.#begin();
  }

  #begin(): void {
    this.#open = new Chunk(this.#parts.aggregate);
    this.#filling += 1;
  }

  /** It takes as much memory as before. */
  #keep(chunk: Chunk<C>): void {
    chunk.seal();
    this.#sealed.push(chunk);
  }
}
