import { isObject, type Json, type JsonObject } from '../json.ts';
import { illegalArgument, parsingError, xContentError } from '../store-error.ts';

/** Refuses members that the store does not know: ignoring one would give a wrong answer. */
export function checkKeys(name: string, body: JsonObject, known: string[]): void {
  const unknown = Object.keys(body).find((key) => !known.includes(key));
  if (unknown === undefined) return;
  if (name === 'bool') throw xContentError(`[bool] unknown field [${unknown}]`);
  throw parsingError(`[${name}] query does not support [${unknown}], or this store does not`);
}

/** The value, which must be an object. */
export function objectOf(value: Json | undefined, name: string): JsonObject {
  if (!isObject(value)) throw parsingError(`[${name}] query malformed, no start_object after query name`);
  return value;
}

/** A number or the text of one. `otherwise` where it is missing or null. */
export function numberOf(value: Json | undefined, otherwise: number): number {
  if (value === undefined || value === null) return otherwise;
  const number = Number(value);
  if (Number.isNaN(number)) throw illegalArgument(`For input string: "${String(value)}"`);
  return number;
}

/** A boolean, its text, or the empty string of a parameter without a value, which is true. */
export function booleanOf(value: Json | undefined, otherwise: boolean): boolean {
  if (value === undefined || value === null) return otherwise;
  if (value === true || value === 'true' || value === '') return true;
  if (value === false || value === 'false') return false;
  throw illegalArgument(`Failed to parse value [${String(value)}] as only [true] or [false] are allowed.`);
}

/** A string or an array of them; empty where it is missing. */
export function stringsOf(value: Json | undefined): string[] {
  return value === undefined || value === null ? [] : (Array.isArray(value) ? value : [value]).map(String);
}

/**
 * How many of `count` optional clauses must match, from `minimum_should_match`: `2`, `-1`, `75%`,
 * `-25%` or `2<75%`. Percentages are rounded down, as in Lucene. May exceed `count`, and then
 * nothing matches.
 * @throws StoreError
 */
export function minimumShould(value: string | number | undefined, count: number, otherwise: number): number {
  if (value === undefined) return otherwise;
  const text = String(value).trim();
  if (text.includes('<')) return conditional(text, count);
  const match = /^(-?)(\d+)(%?)$/.exec(text);
  if (!match) throw parsingError(`[bool] failed to parse minimum_should_match [${text}]`);
  const amount = match[3] ? Math.floor((Number(match[2]) / 100) * count) : Number(match[2]);
  return Math.max(match[1] ? count - amount : amount, 0);
}

/** `3<90%`: up to three clauses, all are required; beyond that, 90 percent. */
function conditional(text: string, count: number): number {
  let result = count;
  for (const part of text.split(/\s+/)) {
    const [limit, rest] = part.split('<', 2);
    if (count <= Number(limit)) return result;
    result = minimumShould(rest, count, count);
  }
  return result;
}
