import { type Additions, type JsonObject, leafNames, newObject, valuesOf } from '../events/index.ts';
import type { FieldValue } from '../model.ts';
import { isPresent } from '../util/levels.ts';

/** The fields of the current line as an object, for formats that make one. */
export abstract class PlacedFields {
  /** By their names in ECS, nested. */
  protected fields: JsonObject = newObject();

  get(field: string): FieldValue {
    return valuesOf(this.fields, field);
  }

  /** Whether the line has the field, or fields below it, with a value. */
  has(field: string): boolean {
    for (const name of this.names())
      if ((name === field || name.startsWith(`${field}.`)) && isPresent(this.get(name))) return true;
    return false;
  }

  names(): Iterable<string> {
    return leafNames(this.fields, '');
  }

  addTo(additions: Additions): void {
    additions.fields(this.fields);
  }
}
