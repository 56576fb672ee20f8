import type { Millis } from '@logboom/common';

export type { Millis };

export type Scalar = string | number | boolean | null;
/** A field's value. `undefined` means that the event has no such field; objects are never returned. */
export type FieldValue = Scalar | undefined | Scalar[];

/** Anything with fields that a query, a group key or a template may ask for, by ECS's dotted names. */
export interface Fields {
  get(field: string): FieldValue;
  /** True where any field has that name or begins with `name.`. */
  has(field: string): boolean;
  /** Names of the leaf fields that match a pattern with `*`; serves wildcards in KQL field names. */
  names(pattern: string): string[];
}

/** Where the document of an event is. */
export interface StoredAs {
  id: string;
  index: string;
}

/** One event, read and parsed, as rules and the indexer see it. It is valid only until the next one is read. */
export interface LogEvent extends Fields {
  /** Place within its batch, from 0. Part of the document id. */
  readonly index: number;
  /** Event time: what the event states, or its receipt time where the stated time is ahead by more than `maxAhead`. */
  readonly time: Millis;
  /** Receipt time of its batch. */
  readonly receivedAt: Millis;
  /** The stream within the sender to which the event belongs; watermarks are kept by it. */
  readonly source: string;
  /** Why the event is no well-formed JSON object; such an event is dead-lettered and never counted. */
  readonly problem: string | undefined;
  /** The line as it came (`message`), or an empty string. */
  readonly message: string;
  /** Where its document is. Undefined where that is not known, as in a backtest of files. */
  readonly storedAs?: StoredAs | undefined;
}

/** The origin of a batch: the input that received it and the peer that sent it. */
export interface Origin {
  /** The input's name in the configuration: `lumberjack`, `file`, … */
  input: string;
  /** Names one connection (or file) for as long as it lives, such as `127.0.0.1:51034#7`. */
  connection: string;
  /** Address of the sender without its port, as documents show it. */
  address: string;
  /** Parser (a name in the configuration) and time zone of its lines, where the input's configuration names them. */
  parser?: string;
  zone?: string;
  /** Subject common name of the verified client certificate. */
  tlsSubject?: string;
  /** Whether the sender waits for an answer, and sends again what got none. Lumberjack batches always are. */
  acknowledged?: true;
  /** True for a part of a large sender window that further parts follow, in the next records of the connection. */
  continued?: boolean;
}

/**
 * The encoding of `Batch.payload`. `lumberjack`: the frames after the window frame as received, still compressed. `ndjson`:
 * one JSON document in each line. `lines`: plain log lines, each the `message` of an event. `damaged`: unreadable, because
 * the journal found other bytes than it had written.
 */
export type Encoding = 'lumberjack' | 'ndjson' | 'lines' | 'damaged';

/** The events that an input appends to the journal at once, as received. For Lumberjack: one sender window. */
export interface Batch {
  kind: 'events';
  origin: Origin;
  /** Wall time at which the last byte was received. */
  receivedAt: Millis;
  encoding: Encoding;
  /** Number of events in `payload`. */
  count: number;
  payload: Buffer;
}

/** What an event needs to know of its batch. `position`: that of its record in the journal. */
export type BatchFacts = Pick<Batch, 'origin' | 'receivedAt'> & { position?: Position };

/**
 * What an input keeps in the journal beside its batches, such as how far a file is read. Keys begin with the input's
 * name and a slash. `undefined` removes the key; any other value is plain JSON.
 */
export interface InputState {
  key: string;
  value: unknown;
}

/** A reading of the wall clock, appended while a window waits for time to pass and no batch arrives. */
export interface Tick {
  kind: 'tick';
  receivedAt: Millis;
}

/** A record's position in its journal: 1, 2, 3 … without gaps. 0 is before the first record. */
export type Position = number;

export type JournalRecord = (Batch | Tick) & { position: Position };

/**
 * JSON documents as bytes and offsets: document `i` is `bytes.subarray(spans[2 * i], spans[2 * i + 1])`. The bytes are as
 * the sender wrote them: untrusted, and not necessarily JSON.
 */
export interface EventBlock {
  readonly bytes: Buffer;
  readonly spans: Uint32Array;
  readonly count: number;
  /** Set where the spans are lines of text in UTF-8, and not yet documents. */
  readonly plain?: PlainLines;
}

/** Lines that become documents when that is needed: each as the `message` of a document that is else the same for all. */
export interface PlainLines {
  /** The document of an empty line. It is whole, and has no plain value where ECS has an object. */
  readonly template: Buffer;
  /** Writes the document of the line `bytes[start, end)`. */
  documentOf(bytes: Buffer, start: number, end: number): Buffer;
}
