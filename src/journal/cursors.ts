import type { Position } from '../model.ts';

/**
 * The committed position of each reader, and which positions are not on disk yet. A cursor never moves back. Cursors of
 * readers that are no longer required are kept, so that such a reader can continue later.
 */
export class Cursors {
  #required: readonly string[] = [];
  readonly #positions: Map<string, Position>;
  readonly #unsaved = new Set<string>();

  constructor(required: readonly string[], saved: Record<string, Position>) {
    this.#positions = new Map(Object.entries(saved));
    this.setRequired(required);
  }

  /** Sets the readers that decide about back-pressure and trimming. */
  setRequired(readers: readonly string[]): void {
    this.#required = readers;
    for (const reader of readers) if (!this.#positions.has(reader)) this.#positions.set(reader, 0);
  }

  /** Returns whether the cursor moved. */
  move(reader: string, position: Position): boolean {
    if (!(position > this.of(reader))) return false;
    this.#positions.set(reader, position);
    this.#unsaved.add(reader);
    return true;
  }

  of(reader: string): Position {
    return this.#positions.get(reader) ?? 0;
  }

  /** Position of the slowest required reader; `newest` if no reader is required. */
  slowest(newest: Position): Position {
    return this.#required.reduce((slowest, reader) => Math.min(slowest, this.of(reader)), newest);
  }

  get all(): Record<string, Position> {
    return Object.fromEntries(this.#positions);
  }

  /** The cursors to save with the next transaction. */
  unsaved(): [reader: string, position: Position][] {
    return [...this.#unsaved].map((reader) => [reader, this.of(reader)]);
  }

  /** Notes cursors as saved. One that moved while it was being saved stays unsaved. */
  saved(entries: readonly (readonly [reader: string, position: Position])[]): void {
    for (const [reader, position] of entries) if (this.of(reader) === position) this.#unsaved.delete(reader);
  }
}
