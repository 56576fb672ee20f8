import type { Additions, EventView } from '../events/index.ts';
import type { FieldValue, Millis } from '../model.ts';

/**
 * A log line's format, as a cursor: `open` moves it to the line of the event that `view` shows. It does as little as it
 * can until something is asked for.
 */
export interface LineFormat {
  /** How configuration calls it. */
  readonly name: string;
  /** False where the line does not even begin like this format. */
  open(view: EventView): boolean;
  /** The line's own time; NaN where it has none. A line that breaks off after its time still has it. */
  time(): Millis;
  /** Why the line, though it begins like the format, is not of it, in words; it has no fields then. */
  failure(): string | undefined;
  /** The parsed field; undefined where the line has none of that name. */
  get(field: string): FieldValue;
  /** Names of the fields that the line has. */
  names(): Iterable<string>;
  /** Puts the fields where the document is made. */
  addTo(additions: Additions): void;
}
