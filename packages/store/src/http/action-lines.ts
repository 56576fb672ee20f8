import type { WriteRequest } from '../write-item.ts';

const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const idKey = '"_id":"';

/** The lines of an NDJSON body, one after the other. */
export class BodyLines {
  readonly body: Buffer;
  /** The present line, without its end. */
  start = 0;
  end = 0;
  /** Its number, from 1. */
  number = 0;
  #next = 0;

  /** The body ends with a line feed. */
  constructor(body: Buffer) {
    this.body = body;
  }

  /** Goes to the next line; returns false behind the last one. */
  next(): boolean {
    const { body } = this;
    if (this.#next >= body.length) return false;
    this.start = this.#next;
    const end = body.indexOf(lineFeed, this.start);
    this.#next = end + 1;
    this.end = end > this.start && body[end - 1] === carriageReturn ? end - 1 : end;
    this.number += 1;
    return true;
  }

  /** The present line as a view of the body. */
  line(): Buffer {
    return this.body.subarray(this.start, this.end);
  }
}

/** What an operation is, without its document. */
export type Operation = Omit<WriteRequest, 'source'>;

/**
 * Recognises action lines that differ from an earlier one in their id only, as shippers write them. It learns from parsed lines. It accepts
 * ids of ASCII letters, digits, `-` and `_` only, so that an id cannot change the structure of its line.
 */
export class RepeatedActions {
  #start = Buffer.alloc(0);
  #end = Buffer.alloc(0);
  #operation: Operation | undefined;
  idStart = 0;
  idEnd = 0;

  /** The operation of the present line; undefined where the line has to be parsed. */
  find(lines: BodyLines): Operation | undefined {
    const known = this.recognise(lines);
    return known && { ...known, id: lines.body.toString('latin1', this.idStart, this.idEnd) };
  }

  /**
   * The operation from which the present line differs in its id only, which is in the body from `idStart` to `idEnd`; undefined where the
   * line has to be parsed.
   */
  recognise({ body, start, end }: BodyLines): Operation | undefined {
    const idStart = start + this.#start.length;
    const idEnd = end - this.#end.length;
    if (this.#operation === undefined || idStart >= idEnd) return undefined;
    if (!isAt(this.#start, body, start) || !isAt(this.#end, body, idEnd)) return undefined;
    for (let at = idStart; at < idEnd; at++) if (plain[body[at]!] !== 1) return undefined;
    this.idStart = idStart;
    this.idEnd = idEnd;
    return this.#operation;
  }

  /** Learns what the present line was parsed to. */
  learn(lines: BodyLines, operation: Operation): void {
    const text = lines.line().toString();
    const at = text.indexOf(idKey);
    const rest = at + idKey.length + (operation.id?.length ?? 0);
    // A second one could be a key that occurs twice, or within another object.
    if (at === -1 || at !== text.lastIndexOf(idKey)) return;
    if (!/^[\w-]+$/.test(operation.id ?? '') || !text.startsWith(`${operation.id}"`, at + idKey.length))
      return;
    this.#start = Buffer.from(text.slice(0, at + idKey.length));
    this.#end = Buffer.from(text.slice(rest));
    this.#operation = operation;
  }
}

const plain = new Uint8Array(256);
for (let code = 0; code < 128; code++) if (/[\w-]/.test(String.fromCharCode(code))) plain[code] = 1;

function isAt(wanted: Buffer, body: Buffer, from: number): boolean {
  for (let at = 0; at < wanted.length; at++) if (wanted[at] !== body[from + at]) return false;
  return true;
}
