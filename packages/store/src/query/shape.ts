import { isObject, type Json, type JsonObject } from '../json.ts';
import { illegalArgument, parsingError, xContentError } from '../store-error.ts';

/** Refuses members that the store does not know: to leave one out of account would be a wrong answer. */
export function checkKeys(name: string, body: JsonObject, known: string[]): void {
  const unknown = Object.keys(body).find((key) => !known.includes(key));
  if (unknown === undefined) return;
  if (name === 'bool') throw xContentError(`[bool] unknown field [${unknown}]`);
  throw parsingError(`[${name}] query does not support [${unknown}], or this store does not`);
}

export function objectOf(value: Json | undefined, name: string): JsonObject {
  if (!isObject(value)) throw parsingError(`[${name}] query malformed, no start_object after query name`);
  return value;
}

export function numberOf(value: Json | undefined, otherwise: number): number {
  if (value === undefined || value === null) return otherwise;
  const number = Number(value);
  if (Number.isNaN(number)) throw illegalArgument(`For input string: "${String(value)}"`);
  return number;
}

export function booleanOf(value: Json | undefined, otherwise: boolean): boolean {
  if (value === undefined || value === null) return otherwise;
  if (value === true || value === 'true' || value === '') return true;
  if (value === false || value === 'false') return false;
  throw illegalArgument(`Failed to parse value [${String(value)}] as only [true] or [false] are allowed.`);
}

/** A string or a list of them. */
export function stringsOf(value: Json | undefined): string[] {
  return value === undefined || value === null ? [] : (Array.isArray(value) ? value : [value]).map(String);
}
