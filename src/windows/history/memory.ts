import type { History } from '../../model.ts';
import { SnapshotError } from '../../util/snapshot.ts';
import type { PackedChunk } from './chunk.ts';

/**
 * Bounds the memory of all histories together. Beyond the limit the oldest part of any is dropped, so that all rules
 * reach back about equally far. What is dropped depends on the journal alone. Of each group that is known the newest part
 * is needed and never dropped. It is counted apart: the number of groups is bounded elsewhere.
 */
export class CorrectionMemory {
  /** Bytes, roughly, of what can be dropped. */
  used = 0;
  /** Bytes, roughly, of what cannot. */
  needed = 0;
  /** Entries that were dropped because of the limit. */
  forgotten = 0;
  readonly limit: number;
  readonly #histories = new Set<History>();
  /** In the order in which they joined first, which a restart does not change: of histories that reach back equally far, the first drops. */
  readonly #ranks = new WeakMap<History, number>();
  #joined = 0;
  #dropping = false;
  /** The names of sealed chunks in checkpoints. */
  readonly #names = new WeakMap<PackedChunk, string>();
  #named = 0;
  /** Set while a snapshot is made whose chunks are stored apart. */
  #apart: Map<string, PackedChunk> | undefined = undefined;
  #restored = new Map<string, PackedChunk>();

  constructor(limit: number) {
    this.limit = limit;
  }

  join(history: History): void {
    this.#histories.add(history);
    if (!this.#ranks.has(history)) this.#ranks.set(history, this.#joined++);
  }

  leave(history: History): void {
    this.#histories.delete(history);
  }

  /** A history keeps so many bytes more, or fewer: that it can drop, and that it needs. */
  changed(bytes: number, needed = 0): void {
    this.used += bytes;
    this.needed += needed;
    // What a history drops, it drops as a whole before it is asked again.
    if (this.#dropping) return;
    this.#dropping = true;
    while (this.used > this.limit && this.#dropOldest());
    this.#dropping = false;
  }

  /**
   * Lets sealed chunks be stored apart from the snapshots that `take` makes, which then have their names. A chunk is the
   * same object under the same name each time, so that a checkpoint needs to write it only once.
   */
  storeApart<T>(take: () => T): { taken: T; parts: [name: string, chunk: PackedChunk][] } {
    const apart = new Map<string, PackedChunk>();
    this.#apart = apart;
    try {
      return { taken: take(), parts: [...apart] };
    } finally {
      this.#apart = undefined;
    }
  }

  /** Makes chunks known that snapshots name. To be called before they are restored, with none after that. */
  know(parts: readonly (readonly [name: string, chunk: PackedChunk])[]): void {
    this.#restored = new Map(parts);
    for (const [name, chunk] of parts) {
      this.#names.set(chunk, name);
      this.#named = Math.max(this.#named, Number(name) + 1);
    }
  }

  stored(chunk: PackedChunk): PackedChunk | string {
    if (this.#apart === undefined) return chunk;
    const name = this.#names.get(chunk) ?? String(this.#named++);
    this.#names.set(chunk, name);
    this.#apart.set(name, chunk);
    return name;
  }

  /** Throws `SnapshotError` for the name of a chunk that is not there. */
  found(stored: PackedChunk | string): PackedChunk {
    if (typeof stored !== 'string') return stored;
    const chunk = this.#restored.get(stored);
    if (chunk === undefined)
      throw new SnapshotError('The history of panes', `the checkpoint has no part ${stored}`);
    return chunk;
  }

  #dropOldest(): boolean {
    let oldest = this.#least();
    // A history searches itself for its oldest part only when its bound is the least, and its bound is exact after that.
    while (oldest !== undefined && oldest.bound !== oldest.oldest) oldest = this.#least();
    if (oldest === undefined) return false;
    this.forgotten += oldest.dropOldest();
    return true;
  }

  /** The history with the least bound. */
  #least(): History | undefined {
    let least: History | undefined;
    let bound = Number.POSITIVE_INFINITY;
    for (const history of this.#histories) {
      const at = history.bound;
      if (at > bound || at === Number.POSITIVE_INFINITY) continue;
      if (at === bound && this.#rankOf(history) > this.#rankOf(least)) continue;
      [least, bound] = [history, at];
    }
    return least;
  }

  #rankOf(history: History | undefined): number {
    return (history && this.#ranks.get(history)) ?? Number.POSITIVE_INFINITY;
  }
}
