import type { Multiline } from '../../multiline/multiline.ts';

/** A line, freed from what a container runtime wrote around it, and where it lies in the file. */
export interface Piece {
  text: Buffer;
  start: number;
  end: number;
  time?: string;
  stream?: string;
}

/** Of a longer line only the beginning decides where an event begins. */
const comparedLength = 4096;

/** The lines of one stream: parts that a container runtime cut are joined, then lines become events. */
export class StreamLines {
  readonly #multiline: Multiline | undefined;
  #parts: Piece[] = [];
  #event: Piece[] = [];
  #before = '';

  constructor(multiline: Multiline | undefined) {
    this.#multiline = multiline;
  }

  /** Where the oldest line begins that waits for others. */
  get openSince(): number {
    return (this.#event[0] ?? this.#parts[0])?.start ?? Number.POSITIVE_INFINITY;
  }

  /** Takes a line, or with `partial` a part of one. Returns the events that are complete with it. */
  take(piece: Piece, partial: boolean): Piece[][] {
    this.#parts.push(piece);
    return partial ? [] : this.#takeLine(this.#joined());
  }

  /** What waits becomes events as it is. */
  close(): Piece[][] {
    const complete = this.#parts.length === 0 ? [] : this.#takeLine(this.#joined());
    return this.#event.length === 0 ? complete : [...complete, this.#taken()];
  }

  #joined(): Piece {
    const parts = this.#parts;
    this.#parts = [];
    if (parts.length === 1) return parts[0]!;
    return { ...parts[0]!, text: Buffer.concat(parts.map(({ text }) => text)), end: parts.at(-1)!.end };
  }

  #takeLine(piece: Piece): Piece[][] {
    const multiline = this.#multiline;
    if (multiline === undefined) return [[piece]];
    const line = piece.text.toString('utf8', 0, comparedLength);
    const continues = multiline.continues(line, this.#before);
    this.#before = line;
    if (multiline.match === 'before') {
      this.#event.push(piece);
      return continues ? [] : [this.#taken()];
    }
    const complete = continues || this.#event.length === 0 ? [] : [this.#taken()];
    this.#event.push(piece);
    return complete;
  }

  #taken(): Piece[] {
    const event = this.#event;
    this.#event = [];
    return event;
  }
}
