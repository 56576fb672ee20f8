import type { Batch, InputState, JournalRecord, Millis, Position } from '../model.ts';
import type { JournalReaders } from './options.ts';

/** How full a journal is, as health pages and dashboards show it. */
export interface JournalFill {
  /** Bytes of records that the slowest required reader has yet to commit, those on their way to disk included. */
  bytes: number;
  /** Where appends begin to wait. */
  limit: number;
  /** Appends that wait for room. */
  waiting: number;
  /** Position of the first record held; one beyond `newest` where none is. */
  oldest: Position;
  newest: Position;
  /** What each reader has done with, those that never committed at 0. */
  readers: Record<string, Position>;
}

/** The writer's side. Its promise is the acknowledgement: what was resolved survives a crash. */
export interface Journal {
  /** The journal's own random id, made at creation; part of document ids. */
  readonly id: string;
  readonly fill: JournalFill;
  /** Why the journal takes nothing any more. */
  readonly broken: string | undefined;
  /** Why the disk did not take what was appended last; undefined again when it took something. */
  readonly lastWriteError: string | undefined;
  /** Bytes of records that lie beyond a position. */
  bytesAfter(position: Position): number;
  /**
   * Resolves when the record is on disk. Waits, first come first served, while the journal is full. The payload
   * belongs to the journal until then. Rejects with `JOURNAL_CLOSED`, or with `JOURNAL_BROKEN` where the disk
   * refused it; the caller still owns the batch then, and a later append may find the disk well again.
   *
   * `states` are written in the same transaction: after a crash either the batch and the states are there, or neither.
   */
  append(batch: Batch, states?: readonly InputState[]): Promise<Position>;
  /** Writes states without a batch. It never waits for room. Resolves when they are on disk; rejects as `append` does. */
  saveStates(states: readonly InputState[]): Promise<void>;
  /** The states whose keys begin with `prefix`, as the disk has them, in the order of their keys. */
  states(prefix: string): InputState[];
  /** Like `append`, but never waits for room: ticks are tiny, and readers may need one to get on. */
  tick(receivedAt: Millis): Promise<Position>;
  /**
   * The reader has done with everything up to and including `position`. It never goes back, is durable within
   * about a second, and may be lost by a crash until then: the reader sees those records again.
   */
  commit(reader: string, position: Position): void;
  committed(reader: string): Position;
  /** From now on room and trimming go by these readers. A reader that is none of them holds nothing any more. */
  setReaders(readers: JournalReaders): void;
  /** The listener is called when the disk has new records. Returns what ends that. */
  onAppend(listener: (newest: Position) => void): () => void;
  /**
   * Nobody waits for room any more: who does, and who finds it full from now on, is rejected with `JOURNAL_CLOSED`. A
   * stop would else last as long as the slowest reader's trouble.
   */
  rejectWaiting(): void;
  /** Finishes appends under way; those that wait for room reject with `JOURNAL_CLOSED`. Closing twice is harmless. */
  close(): Promise<void>;
}

/** A reader's side, for any thread or process. Synchronous: what is asked for is on disk or it is not there. */
export interface JournalReader {
  readonly journalId: string;
  readonly newest: Position;
  readonly oldest: Position;
  /** As it is on disk: up to about a second behind what the writer was told. */
  committed(reader: string): Position;
  /**
   * Records after a position, in order; empty where there is none. It stops before `maxBytes` would be passed,
   * but returns one record if there is any. Where the records asked for were trimmed, it begins with `oldest`.
   * The payload of a record that the caller `has` already is not read and not checked: it is empty.
   */
  read(
    after: Position,
    maxBytes: number,
    maxRecords?: number,
    has?: (position: Position) => boolean,
  ): JournalRecord[];
  close(): Promise<void>;
}
