import { statfsSync } from 'node:fs';
import { LogboomError, messageOf } from '../errors.ts';
import type { InputState, Position } from '../model.ts';
import { untilWritten } from '../util/lmdb.ts';
import { isRecord, type PendingAppend } from './append-queue.ts';
import type { Cursors } from './cursors.ts';
import { cursorKey, headerAt, type Layout, oldestOf, type Tail, tailOf } from './layout.ts';
import { sealHeader } from './record.ts';

/** What the disk holds, `oldest` to `newest`, and the one transaction by which that changes. */
export class RecordLog {
  readonly layout: Layout;
  #tail: Tail;
  #oldest: Position;

  constructor(layout: Layout) {
    this.layout = layout;
    this.#tail = tailOf(layout);
    this.#oldest = oldestOf(layout);
  }

  get oldest(): Position {
    return this.#oldest;
  }

  get newest(): Position {
    return this.#tail.position;
  }

  /** Bytes of all records since the journal was made. */
  get total(): number {
    return this.#tail.total;
  }

  /** Bytes of all records up to and including a position; where that was trimmed, up to the first one held. */
  totalUpTo(position: Position): number {
    if (position >= this.newest) return this.total;
    return headerAt(this.layout, Math.max(position + 1, this.#oldest))?.before ?? this.total;
  }

  /**
   * Appends a group with its states, removes the records before `keepFrom` and saves cursors, all or nothing, and resolves when
   * the disk has it. Returns the group's first position. It must not be called again before it settled.
   */
  async write(group: readonly PendingAppend[], keepFrom: Position, cursors: ReturnType<Cursors['unsaved']>) {
    const { headers, payloads, meta } = this.layout;
    const first = this.newest + 1;
    const tail = { ...this.#tail };
    const batch = headers.batch(() => {
      for (const entry of group) {
        this.#putStates(entry.states);
        if (isRecord(entry)) this.#putRecord(entry, tail);
      }
      for (let position = this.#oldest; position < keepFrom; position++) {
        void headers.remove(position);
        void payloads.remove(position);
      }
      for (const [reader, position] of cursors) void meta.put(cursorKey(reader), position);
      void meta.put('tail', tail);
    });
    await untilWritten(batch);
    this.#tail = tail;
    this.#oldest = keepFrom;
    return first;
  }

  #putRecord({ header, payload, size }: PendingAppend, tail: Tail): void {
    const { headers, payloads } = this.layout;
    sealHeader(header, tail.total, payload);
    tail.position += 1;
    tail.total += size;
    void headers.put(tail.position, header);
    if (payload.length > 0) void payloads.put(tail.position, payload);
  }

  #putStates(changes: readonly InputState[]): void {
    const { states } = this.layout;
    for (const { key, value } of changes)
      void (value === undefined ? states!.remove(key) : states!.put(key, value));
  }
}

/** Below this much room the disk is called full: LMDB reports a write that was cut short as an I/O error. */
const HARDLY_ANY_ROOM = 64 * 2 ** 20;

export function writeFailure(folder: string, cause: unknown): LogboomError {
  return new LogboomError(
    'JOURNAL_BROKEN',
    `Cannot write to the journal in ${folder}: ${messageOf(cause)}${hintFor(folder)}. ` +
      'Nothing of it was acknowledged; the sender keeps it.',
    { cause },
  );
}

function hintFor(folder: string): string {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return bavail * bsize < HARDLY_ANY_ROOM ? ' (the disk is full: make room on it)' : '';
  } catch {
    return '';
  }
}

/** After a write to LMDB's own first pages failed it refuses all further ones, and only a restart helps. */
export function refusesAllWrites(layout: { root: { transactionSync(action: () => void): void } }): boolean {
  try {
    layout.root.transactionSync(() => undefined);
    return false;
  } catch {
    return true;
  }
}
