import type { Batch, InputState, Position, Tick } from '../model.ts';
import { encodeHeader, payloadOf } from './record.ts';

const NO_BYTES = Buffer.alloc(0);

/** A record, or states alone, on the way to disk, and whom to notify. */
export interface PendingAppend {
  header: Buffer;
  payload: Buffer;
  size: number;
  /** What is written down in the same transaction. */
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
  return { header, payload, size: header.length + payload.length, states, resolve, reject };
}

/** States without a record: an entry that takes no position. */
export const pendingStates = (
  states: readonly InputState[],
  resolve: () => void,
  reject: (error: Error) => void,
): PendingAppend => ({ header: NO_BYTES, payload: NO_BYTES, size: 0, states, resolve, reject });

export const isRecord = ({ header }: PendingAppend): boolean => header.length > 0;

/** Resolves the entries of a group whose first record has the position `first`. Returns what the group took. */
export function acknowledge(
  group: readonly PendingAppend[],
  first: Position,
): { records: number; bytes: number } {
  const taken = { records: 0, bytes: 0 };
  for (const entry of group) {
    entry.resolve(isRecord(entry) ? first + taken.records++ : 0);
    taken.bytes += entry.size;
  }
  return taken;
}

/** Where a tick still fits on a full disk, a window does not. */
export const hasEvents = (group: readonly PendingAppend[]): boolean =>
  group.some(({ payload }) => payload.length > 0);

/**
 * Back-pressure: the line of those that wait for room, and the line of those that were let in. An entry is let in
 * while what is unread is below the limit, so one of any size gets in when its turn comes.
 */
export class AppendQueue {
  readonly limit: number;
  readonly #waiting: PendingAppend[] = [];
  readonly #entered: PendingAppend[] = [];
  /** Bytes that were let in and are not on disk yet. */
  #underWay = 0;
  /** Why nobody may wait any more. */
  #noWaiting: Error | undefined;

  constructor(limit: number) {
    this.limit = limit;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  get admitted(): number {
    return this.#entered.length;
  }

  get admittedBytes(): number {
    return this.#underWay;
  }

  enqueue(entry: PendingAppend): void {
    this.#waiting.push(entry);
  }

  enqueueAdmitted(entry: PendingAppend): void {
    this.#entered.push(entry);
    this.#underWay += entry.size;
  }

  /** Lets in whom there is room for, first come first served. `unread`: bytes on disk that wait for readers. */
  admit(unread: number): void {
    while (this.#waiting.length > 0 && unread + this.#underWay < this.limit)
      this.enqueueAdmitted(this.#waiting.shift()!);
    if (this.#noWaiting) this.rejectWaiting(this.#noWaiting);
  }

  /** Takes the next group for the disk; `left` gives its bytes back when it is written or refused. */
  takeGroup(maxRecords: number, maxBytes: number): PendingAppend[] {
    let count = 0;
    for (let bytes = 0; count < Math.min(maxRecords, this.#entered.length) && bytes < maxBytes; count++)
      bytes += this.#entered[count]!.size;
    return this.#entered.splice(0, count);
  }

  release(group: readonly PendingAppend[]): void {
    for (const entry of group) this.#underWay -= entry.size;
  }

  /** Rejects everything, what was let in included: nothing reaches the disk any more. */
  giveUp(error: Error): void {
    for (const entry of this.takeGroup(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY))
      entry.reject(error);
    this.rejectWaiting(error);
  }

  /** Sends away those that wait, and whoever would have to from now on. Those that were let in go to disk. */
  rejectWaiting(error: Error): void {
    this.#noWaiting = error;
    for (const entry of this.#waiting.splice(0)) entry.reject(error);
  }
}
