import {
  addFieldAt,
  type EventView,
  type FieldPath,
  fieldPath,
  isObject,
  type JsonObject,
  keysOf,
} from '../../events/index.ts';
import {
  innerObjects,
  objectNames,
  plainLeaves,
  plainValues,
  refusedNames,
  shipperObjects,
} from './reserved-names.ts';

/** Where a value goes, as far as its name and its shape decide. */
interface Place {
  /** The keys of its own name; undefined where the name is not for a program's line. */
  readonly keys: readonly string[] | undefined;
  /** The name as a field of the shipper, which comes first. */
  readonly wanted: FieldPath | undefined;
  /** The shipper's object, if the name is of one. Where the event has it, the line adds nothing to it. */
  readonly shipped: FieldPath | undefined;
  /** The keys of the name under `json`. */
  readonly otherKeys: readonly string[];
}

/** Fields that logboom sets. */
const ownFields = new Set(['event.created', 'event.ingested']);

/** Places of plain values by their names. Programs write the same names in each line. */
const known = new Map<string, Place>();
const KEPT = 4096;

/** Places the fields of an object: those of plain values, of arrays, and of empty objects. `prefix`: the names before it, with a dot. */
export function placeAll(fields: JsonObject, object: JsonObject, prefix: string, view: EventView): void {
  for (const key of Object.keys(object)) {
    const value = object[key];
    const name = prefix + key;
    if (isObject(value) && Object.keys(value).length > 0) placeAll(fields, value, `${name}.`, view);
    else
      put(
        fields,
        typeof value === 'object' && value !== null ? placeOf(name, value) : plainPlace(name),
        value,
        view,
      );
  }
}

function put(fields: JsonObject, place: Place, value: unknown, view: EventView): void {
  const { keys, wanted, shipped, otherKeys } = place;
  const isOthers = keys === undefined || (shipped !== undefined && view.hasAt(shipped));
  const isTaken = !isOthers && wanted !== undefined && view.hasAt(wanted);
  if (isOthers || isTaken || !addFieldAt(fields, keys, value)) addFieldAt(fields, otherKeys, value);
}

function plainPlace(name: string): Place {
  let place = known.get(name);
  if (place === undefined) {
    place = placeOf(name, '');
    // The names are from the lines of programs, so there may be any number of them.
    if (known.size >= KEPT) known.clear();
    known.set(name, place);
  }
  return place;
}

function placeOf(name: string, value: unknown): Place {
  const dot = name.indexOf('.');
  const key = dot < 1 ? name : name.slice(0, dot);
  const wanted = dot === -1 && Object.hasOwn(plainValues, key) && !isObject(value) ? plainValues[key]! : name;
  const isTags = key === 'tags';
  const isRefused = refusedNames.has(key) || (!isTags && ownFields.has(name)) || clashes(wanted, value);
  return {
    keys: isRefused ? undefined : keysOf(wanted),
    wanted: isTags ? undefined : fieldPath(wanted),
    shipped: shipperObjects.has(key) ? fieldPath(key) : undefined,
    otherKeys: keysOf(`json.${name}`),
  };
}

/** Whether a field does not have the shape that others give its name: a plain value for an object, or an object for a value. */
function clashes(name: string, value: unknown): boolean {
  if (!isObject(value) && (objectNames.has(name) || innerObjects.has(name)) && !isListOfObjects(value))
    return true;
  if ((isObject(value) || isListOfObjects(value)) && plainLeaves.has(name)) return true;
  for (let dot = name.indexOf('.'); dot !== -1; dot = name.indexOf('.', dot + 1))
    if (plainLeaves.has(name.slice(0, dot))) return true;
  return false;
}

const isListOfObjects = (value: unknown) => Array.isArray(value) && value.length > 0 && value.every(isObject);
