import type { Position } from '../model.ts';

/** How far each reader is, and which of that the disk does not know yet. A cursor never goes back. */
export class Cursors {
  #required: readonly string[] = [];
  readonly #positions: Map<string, Position>;
  readonly #unsaved = new Set<string>();

  constructor(required: readonly string[], saved: Record<string, Position>) {
    this.#positions = new Map(Object.entries(saved));
    this.setRequired(required);
  }

  /** The readers that hold others. Where one is that is none of them any more is remembered all the same. */
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

  /** The slowest required reader, which decides on room and trimming. Where none is required nobody holds anything. */
  slowest(newest: Position): Position {
    return this.#required.reduce((slowest, reader) => Math.min(slowest, this.of(reader)), newest);
  }

  get all(): Record<string, Position> {
    return Object.fromEntries(this.#positions);
  }

  unsaved(): [reader: string, position: Position][] {
    return [...this.#unsaved].map((reader) => [reader, this.of(reader)]);
  }

  /** A cursor that moved on while it was being saved stays unsaved. */
  saved(entries: readonly (readonly [reader: string, position: Position])[]): void {
    for (const [reader, position] of entries) if (this.of(reader) === position) this.#unsaved.delete(reader);
  }
}
