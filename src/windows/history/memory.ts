import type { History } from '../../model.ts';
import { SnapshotError } from '../../util/snapshot.ts';
import type { PackedChunk } from './chunk.ts';

/**
 * Bounds the memory of all histories together. Beyond the limit the oldest part of any is dropped, so that all rules
 * reach back about equally far. What is dropped depends on the journal alone.
 */
export class CorrectionMemory {
  /** Bytes, roughly. */
  used = 0;
  /** Entries that were dropped because of the limit. */
  forgotten = 0;
  readonly limit: number;
  readonly #histories = new Set<History>();
  /** In the order in which they joined first, which a restart does not change: of histories that reach back equally far, the first drops. */
  readonly #ranks = new WeakMap<History, number>();
  #joined = 0;
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

  /** A history keeps so many bytes more, or fewer. */
  changed(bytes: number): void {
    this.used += bytes;
    while (this.used > this.limit && this.#dropOldest());
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
    let oldest: History | undefined;
    let reach = Number.POSITIVE_INFINITY;
    for (const history of this.#histories) {
      const at = history.oldest;
      if (at > reach || at === Number.POSITIVE_INFINITY) continue;
      if (at === reach && this.#rankOf(history) > this.#rankOf(oldest)) continue;
      [oldest, reach] = [history, at];
    }
    if (oldest === undefined) return false;
    this.forgotten += oldest.dropOldest();
    return true;
  }

  #rankOf(history: History | undefined): number {
    return (history && this.#ranks.get(history)) ?? Number.POSITIVE_INFINITY;
  }
}
