import type { Database, RootDatabase } from 'lmdb';
import type { Position } from '../model.ts';
import { type Later, type Part, Pieces, type Written } from './pieces.ts';

/** What the analyser needs to continue after a restart: a position in the journal and the state at that position. */
export interface Checkpoint {
  position: Position;
  /** A snapshot, unchecked. */
  state: unknown;
  /** A list that is empty in the snapshot, because its entries are taken as they are written. */
  later?: Later;
}

/** On disk: with its state, or with the pieces of it. */
interface Stored {
  position: Position;
  state?: unknown;
  pieces?: Written;
  /** Names of parts. Missing where there are none. */
  parts?: string[];
}

/** The state of an engine, which may have such parts. */
const partsOf = (state: unknown): Part[] => (state as { parts?: Part[] } | undefined)?.parts ?? [];

/** The checkpoint of the analyser. One whose state is taken in parts is written in pieces. */
export class Checkpoints {
  readonly #meta: Database<unknown, string>;
  readonly #parts: Database<object, string>;
  readonly #pieces: Pieces;
  /** The parts on disk, as far as this process wrote or read them. */
  readonly #written = new Map<string, object>();

  constructor(root: RootDatabase, meta: Database<unknown, string>) {
    this.#meta = meta;
    this.#parts = root.openDB<object, string>({ name: 'parts', encoding: 'msgpack' });
    this.#pieces = new Pieces(this.#parts);
  }

  read(): Checkpoint | undefined {
    const stored = this.#stored;
    if (stored === undefined) return undefined;
    const { position, parts: names, pieces } = stored;
    const state = pieces ? this.#pieces.read(pieces) : stored.state;
    if (names === undefined) return { position, state };
    const parts = names.flatMap((name): Part[] => {
      const part = this.#parts.get(name);
      if (part !== undefined) this.#written.set(name, part);
      return part === undefined ? [] : [[name, part]];
    });
    return { position, state: { ...(state as object), parts } };
  }

  /** Writes a checkpoint in the transaction that `write` makes of what it is given. */
  async replace(checkpoint: Checkpoint, write: (action: () => void) => Promise<void>): Promise<void> {
    const written = [...this.#written];
    try {
      await write(() => this.#put(checkpoint));
      this.#pieces.written();
    } catch (error) {
      // The parts that were not written are written again.
      this.#written.clear();
      for (const [name, part] of written) this.#written.set(name, part);
      throw error;
    }
  }

  get #stored(): Stored | undefined {
    return this.#meta.get('checkpoint') as Stored | undefined;
  }

  /** Writes the parts that are not on disk yet, and removes what the state has no more. */
  #put({ position, state, later }: Checkpoint): void {
    const before = this.#stored?.pieces;
    const inPieces = later && this.#pieces.put(state, later, before);
    if (later === undefined) this.#pieces.clear(before);
    const parts = new Map(inPieces?.parts ?? partsOf(state));
    for (const [name, part] of parts) {
      if (this.#written.get(name) !== part) void this.#parts.put(name, part);
      this.#written.set(name, part);
    }
    for (const name of this.#written.keys()) {
      if (parts.has(name)) continue;
      void this.#parts.remove(name);
      this.#written.delete(name);
    }
    const kept = inPieces ? { pieces: inPieces.pieces } : withoutParts(state);
    const names = parts.size === 0 ? {} : { parts: [...parts.keys()] };
    void this.#meta.put('checkpoint', { position, ...kept, ...names });
  }
}

/** A state without parts is stored as it is, whatever it is. */
function withoutParts(state: unknown): { state: unknown } {
  if (partsOf(state).length === 0) return { state };
  const { parts: _, ...rest } = state as { parts: Part[] };
  return { state: rest };
}
