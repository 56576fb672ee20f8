import type { Database } from 'lmdb';

/** A list of a state whose entries are taken one after the other as they are written, so that all of them are never in memory at once. */
export interface Later {
  /** Its name in the state. */
  key: string;
  /** Begins anew each time. `parts`: parts of the entry that lie apart from it. */
  entries: () => Iterable<{ entry: unknown; parts: Part[] }>;
}

/** The pieces of a checkpoint that are on disk. */
export interface Written {
  generation: number;
  count: number;
}

/** A part of a state that never changes. It is written once, and is the same object under the same name each time. */
export type Part = [name: string, part: object];

/** A longer list is cut. A value of many megabytes is encoded into memory of four times its size, which is kept for the next one. */
const longList = 250;
/** A list of more values is none of the few that a state consists of, and is not looked into for long lists. */
const fewValues = 16;
type Path = (string | number)[];

/** On disk. What lists are cut into comes before the value that they belong to. */
type Piece =
  | { list: unknown[] }
  /** `of`: the list of which it is an entry; missing for the state itself. */
  | { value: unknown; lists: [path: Path, pieces: number][]; of?: string };

/** Pieces lie among the parts, which have numbers as names. */
const keyOf = (generation: number, place: number) => `piece ${generation} ${place}`;
const allKeys = { start: 'piece ', end: 'piece!' };

/**
 * The pieces of a checkpoint. They lie beside those of the one before it until that is replaced, and have another generation, so that a write that
 * fails in the middle leaves no mixture.
 */
export class Pieces {
  readonly #table: Database<object, string>;
  /** Whether pieces of a write that failed may lie here. */
  #mayHaveOthers = true;

  constructor(parts: Database<object, string>) {
    this.#table = parts;
  }

  /**
   * To be called in the transaction that names the new pieces, before all else. Returns these, and the parts that lie apart from them. A write that
   * throws changes nothing: what it had put so far is not named.
   */
  put(state: unknown, later: Later, before: Written | undefined): { pieces: Written; parts: Part[] } {
    const mayHaveOthers = this.#mayHaveOthers;
    this.#mayHaveOthers = true;
    const generation = before?.generation === 0 ? 1 : 0;
    const parts: Part[] = [];
    let count = 0;
    for (const piece of piecesOf(state, later, parts))
      void this.#table.put(keyOf(generation, count++), piece);
    this.#remove(before);
    if (mayHaveOthers) this.#removeOthers({ generation, count });
    return { pieces: { generation, count }, parts };
  }

  /** To be called in the transaction that names no pieces. */
  clear(before: Written | undefined): void {
    this.#remove(before);
    if (this.#mayHaveOthers) this.#removeOthers({ generation: 0, count: 0 });
  }

  /** What was put is on disk. */
  written(): void {
    this.#mayHaveOthers = false;
  }

  /** The state of which the pieces are. Throws where one is missing. */
  read({ generation, count }: Written): unknown {
    let state: Record<string, unknown> = {};
    let lists: unknown[][] = [];
    for (let place = 0; place < count; place += 1) {
      const piece = this.#table.get(keyOf(generation, place)) as Piece | undefined;
      if (piece === undefined) throw new Error(`the checkpoint has no piece ${place} of ${count}`);
      if ('list' in piece) {
        lists.push(piece.list);
        continue;
      }
      const value = joined(piece.value, piece.lists, lists);
      lists = [];
      if (piece.of === undefined) state = value as Record<string, unknown>;
      else (state[piece.of] as unknown[]).push(value);
    }
    return state;
  }

  #remove(before: Written | undefined): void {
    for (let place = 0; before !== undefined && place < before.count; place += 1)
      void this.#table.remove(keyOf(before.generation, place));
  }

  #removeOthers({ generation, count }: Written): void {
    const named = new Set(Array.from({ length: count }, (_, place) => keyOf(generation, place)));
    for (const key of [...this.#table.getKeys(allKeys)]) if (!named.has(key)) void this.#table.remove(key);
  }
}

/** `later.key` of the state is an empty list. `parts`: takes the parts of the entries. */
function* piecesOf(state: unknown, later: Later, parts: Part[]): Generator<Piece> {
  yield* cutPieces(state);
  for (const { entry, parts: others } of later.entries()) {
    parts.push(...others);
    yield* cutPieces(entry, later.key);
  }
}

function* cutPieces(whole: unknown, of?: string): Generator<Piece> {
  const found: [path: Path, list: unknown[]][] = [];
  const value = withoutLong(whole, [], found);
  const lists: [path: Path, pieces: number][] = [];
  for (const [path, list] of found) {
    lists.push([path, Math.ceil(list.length / longList)]);
    for (let first = 0; first < list.length; first += longList)
      yield { list: list.slice(first, first + longList) };
  }
  yield { value, lists, ...(of !== undefined && { of }) };
}

/** The value with empty lists in place of long ones, which are put into `found`. The value itself stays as it is. */
function withoutLong(value: unknown, path: Path, found: [path: Path, list: unknown[]][]): unknown {
  if (Array.isArray(value)) {
    if (value.length > longList) {
      found.push([path, value]);
      return [];
    }
    if (value.length > fewValues) return value;
    return value.map((one, place) => withoutLong(one, [...path, place], found));
  }
  if (value === null || typeof value !== 'object' || Object.getPrototypeOf(value) !== Object.prototype)
    return value;
  const entries = Object.entries(value);
  return Object.fromEntries(entries.map(([key, one]) => [key, withoutLong(one, [...path, key], found)]));
}

/** Puts the pieces of long lists back. */
function joined(value: unknown, lists: [path: Path, pieces: number][], pieces: unknown[][]): unknown {
  let next = 0;
  let whole = value;
  for (const [path, count] of lists) {
    const list = pieces.slice(next, next + count).flat(1);
    next += count;
    const key = path.at(-1);
    if (key === undefined) whole = list;
    else holderOf(whole, path)[key] = list;
  }
  return whole;
}

function holderOf(value: unknown, path: Path): Record<string | number, unknown> {
  let holder = value as Record<string | number, unknown>;
  for (const key of path.slice(0, -1)) holder = holder[key] as Record<string | number, unknown>;
  return holder;
}
