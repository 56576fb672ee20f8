import type { Additions, EventView } from '../events/index.ts';
import type { FieldValue, Millis } from '../model.ts';

/**
 * A format of log lines, as a cursor: `open` moves it to the line of the event that `view` shows. It does as little as
 * possible until something is asked for. What it returns stays valid when it moves on. Most formats are a `LineParser`, of which
 * `ParsedLine` makes a `LineFormat`.
 */
export interface LineFormat {
  /** Its name in the configuration. */
  readonly name: string;
  /** The format in words, to follow "a line of". */
  readonly words: string;
  /** Returns false if the line does not begin like this format. */
  open(view: EventView, receivedAt: Millis): boolean;
  /** The time in the line; NaN if there is none. A line that is cut off after its time still has it. */
  time(): Millis;
  /** The zone in which `time` was read, where the line states none and it is not UTC. */
  localZone(): string | undefined;
  /** Why the line, although it begins like this format, could not be read to its end, in words. What was read before is kept. */
  failure(): string | undefined;
  /** A parsed field; undefined if the line does not have it. */
  get(field: string): FieldValue;
  /** Whether the line has a value of the field, or of one below it. Null is no value. */
  has(field: string): boolean;
  /** Names of the fields that the line has. */
  names(): Iterable<string>;
  /** Adds the parsed fields to a document. */
  addTo(additions: Additions): void;
}
