import type { Batch, InputState, Position, Tick } from '../model.ts';
import { encodeHeader, payloadOf } from './record.ts';

const NO_BYTES = Buffer.alloc(0);

/** A record, or states alone, on the way to disk, and the promise that its caller holds. */
export interface PendingAppend {
  /** Empty for states alone. */
  header: Buffer;
  payload: Buffer;
  /** Bytes of header and payload. */
  size: number;
  /** Number of its events. */
  events: number;
  /** Written in the same transaction. */
  states: readonly InputState[];
  resolve: (position: Position) => void;
  reject: (error: Error) => void;
}

export function pendingAppend(
  record: Batch | Tick,
  resolve: (position: Position) => void,
  reject: (error: Error) => void,
  states: readonly InputState[] = [],
): PendingAppend {
  const header = encodeHeader(record);
  const payload = payloadOf(record);
  const events = record.kind === 'events' ? record.count : 0;
  return { header, payload, size: header.length + payload.length, events, states, resolve, reject };
}

/** States without a record. They take no position. */
export const pendingStates = (
  states: readonly InputState[],
  resolve: () => void,
  reject: (error: Error) => void,
): PendingAppend => ({ header: NO_BYTES, payload: NO_BYTES, size: 0, events: 0, states, resolve, reject });

export const isRecord = ({ header }: PendingAppend): boolean => header.length > 0;

/** Resolves the appends of a group whose first record has the position `first`. Returns what the group consists of. */
export function acknowledge(
  group: readonly PendingAppend[],
  first: Position,
): { records: number; bytes: number } {
  const written = { records: 0, bytes: 0 };
  for (const append of group) {
    append.resolve(isRecord(append) ? first + written.records++ : 0);
    written.bytes += append.size;
  }
  return written;
}

/** A full disk may still have room for ticks, which are small. Only a batch says whether events can be stored. */
export const hasEvents = (group: readonly PendingAppend[]): boolean =>
  group.some(({ payload }) => payload.length > 0);

/**
 * Back-pressure. Appends wait here, first come first served, until there is room, and are then admitted to the next
 * group. An append is admitted while fewer than `limit` bytes are unread or admitted, so an append of any size is
 * admitted when its turn comes. Memory is bounded by the callers: each waits for its promise before it appends again.
 */
export class AppendQueue {
  /** In bytes. */
  readonly limit: number;
  readonly #waiting: PendingAppend[] = [];
  readonly #admitted: PendingAppend[] = [];
  #admittedBytes = 0;
  /** Set once no append may wait any more. */
  #noWaiting: Error | undefined;

  constructor(limit: number) {
    this.limit = limit;
  }

  /** Number of appends that wait for room. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Number of admitted appends that no group has taken yet. */
  get admitted(): number {
    return this.#admitted.length;
  }

  /** Bytes of admitted appends that are not on disk yet, those of taken groups included. */
  get admittedBytes(): number {
    return this.#admittedBytes;
  }

  enqueue(append: PendingAppend): void {
    this.#waiting.push(append);
  }

  /** Admits an append without regard to room and to waiting appends. */
  enqueueAdmitted(append: PendingAppend): void {
    this.#admitted.push(append);
    this.#admittedBytes += append.size;
  }

  /** Admits waiting appends while there is room. `unread`: bytes on disk that the readers have yet to commit. */
  admit(unread: number): void {
    while (this.#waiting.length > 0 && unread + this.#admittedBytes < this.limit)
      this.enqueueAdmitted(this.#waiting.shift()!);
    if (this.#noWaiting) this.rejectWaiting(this.#noWaiting);
  }

  /** Takes the next group. Call `release` when it is written or refused. */
  takeGroup(maxRecords: number, maxBytes: number): PendingAppend[] {
    let count = 0;
    for (let bytes = 0; count < Math.min(maxRecords, this.#admitted.length) && bytes < maxBytes; count++)
      bytes += this.#admitted[count]!.size;
    return this.#admitted.splice(0, count);
  }

  /** Gives back the room of a group. */
  release(group: readonly PendingAppend[]): void {
    for (const append of group) this.#admittedBytes -= append.size;
  }

  /** Rejects all appends, admitted ones included: nothing can be written any more. */
  rejectAll(error: Error): void {
    for (const append of this.#admitted.splice(0)) append.reject(error);
    this.rejectWaiting(error);
  }

  /** Rejects waiting appends, and from now on each append that would have to wait. Admitted ones go to disk. */
  rejectWaiting(error: Error): void {
    this.#noWaiting = error;
    for (const append of this.#waiting.splice(0)) append.reject(error);
  }
}
