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
