import { statfsSync } from 'node:fs';
import { freeBytes, isDiskFull } from '@logboom/common';
import { LogboomError, messageOf } from '../errors.ts';
import type { InputState, Position } from '../model.ts';
import { WriteGuard } from '../util/guards/write-guard.ts';
import { isRecord, type PendingAppend } from './append-queue.ts';
import type { Cursors } from './cursors.ts';
import { cursorKey, headerAt, type Layout, oldestOf, type Tail, tailOf } from './layout.ts';
import { sealHeader } from './record.ts';

/**
 * The records on disk, from `oldest` to `newest`, and the one transaction that changes them. Only the journal's writer has
 * a record log; it keeps the log's ends in memory, so nobody else may write to the databases.
 */
export class RecordLog {
  readonly layout: Layout;
  readonly #guard: WriteGuard;
  #tail: Tail;
  #oldest: Position;

  constructor(layout: Layout, folder: string) {
    this.layout = layout;
    this.#guard = new WriteGuard(folder);
    this.#tail = tailOf(layout);
    this.#oldest = oldestOf(layout);
  }

  get oldest(): Position {
    return this.#oldest;
  }

  get newest(): Position {
    return this.#tail.position;
  }

  /** Bytes of all records since the journal was created, trimmed ones included. */
  get total(): number {
    return this.#tail.total;
  }

  /** Number of all events since the journal was created, trimmed ones included. */
  get events(): number {
    return this.#tail.events;
  }

  /** Bytes of all records up to and including a position. For a trimmed position: up to the first record held. */
  totalUpTo(position: Position): number {
    if (position >= this.newest) return this.total;
    return headerAt(this.layout, Math.max(position + 1, this.#oldest))?.before ?? this.total;
  }

  /**
   * Appends a group with its states, removes the records before `keepFrom` and saves cursors, all in one transaction.
   * Resolves with the position of the group's first record when the transaction is on disk; rejects with what LMDB
   * reports, and then nothing has changed. Calls must not overlap.
   */
  async write(group: readonly PendingAppend[], keepFrom: Position, cursors: ReturnType<Cursors['unsaved']>) {
    const { headers, payloads, meta } = this.layout;
    const first = this.newest + 1;
    const tail = { ...this.#tail };
    const change = () => {
      for (const append of group) {
        this.#putStates(append.states);
        if (isRecord(append)) this.#putRecord(append, tail);
      }
      for (let position = this.#oldest; position < keepFrom; position++) {
        void headers.remove(position);
        void payloads.remove(position);
      }
      for (const [reader, position] of cursors) void meta.put(cursorKey(reader), position);
      void meta.put('tail', tail);
    };
    await this.#guard.write(() => headers.batch(change));
    this.#tail = tail;
    this.#oldest = keepFrom;
    return first;
  }

  #putRecord({ header, payload, size, events }: PendingAppend, tail: Tail): void {
    const { headers, payloads } = this.layout;
    sealHeader(header, tail.total, payload);
    tail.position += 1;
    tail.total += size;
    tail.events += events;
    void headers.put(tail.position, header);
    if (payload.length > 0) void payloads.put(tail.position, payload);
  }

  #putStates(changes: readonly InputState[]): void {
    const { states } = this.layout;
    for (const { key, value } of changes)
      void (value === undefined ? states!.remove(key) : states!.put(key, value));
  }
}

/** The error for a transaction that the disk refused. */
export function writeFailure(folder: string, cause: unknown): LogboomError {
  return new LogboomError(
    'JOURNAL_BROKEN',
    `Cannot write to the journal in ${folder}: ${messageOf(cause)}${remedyFor(folder)}. ` +
      'Nothing of it was acknowledged; the sender keeps it.',
    { cause },
  );
}

const remedyFor = (folder: string): string =>
  isDiskFull(freeBytes(folder, statfsSync)) ? ' (the disk is full: make room on it)' : '';

/** Whether LMDB refuses every write. It does so after a write to its own header pages failed; only a restart helps. */
export function refusesAllWrites(layout: { root: { transactionSync(action: () => void): void } }): boolean {
  try {
    layout.root.transactionSync(() => undefined);
    return false;
  } catch {
    return true;
  }
}
