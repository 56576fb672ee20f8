import {
  type Additions,
  hasValue,
  type JsonObject,
  leafNames,
  newObject,
  valuesOf,
} from '../events/index.ts';
import type { FieldValue } from '../model.ts';

/** The fields of the current line as an object, for formats that make one. */
export abstract class PlacedFields {
  /** By their names in ECS, nested. */
  protected fields: JsonObject = newObject();

  get(field: string): FieldValue {
    return valuesOf(this.fields, field);
  }

  /** Whether the line has the field, or fields below it, with a value. */
  has(field: string): boolean {
    return hasValue(this.fields, field);
  }

  /** Whether the line has this top-level key, or one that begins with it and a dot, whatever its value. */
  mayHold(object: string): boolean {
    return Object.keys(this.fields).some((key) => key === object || key.startsWith(`${object}.`));
  }

  names(): Iterable<string> {
    return leafNames(this.fields, '');
  }

  addTo(additions: Additions): void {
    additions.fields(this.fields);
  }
}
