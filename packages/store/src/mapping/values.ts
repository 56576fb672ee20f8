import type { Json } from '../json.ts';
import { documentError, type StoreError } from '../store-error.ts';
import { maxDate } from './date-format.ts';
import { defaultFormats, documentDate } from './date-parse.ts';
import type { Field } from './field.ts';
import { encodeIp } from './ip.ts';

/** A value as its column keeps it; undefined where there is nothing to keep. */
export type Stored = number | string | undefined;

/**
 * A value does not fit its field. The message is Elasticsearch's reason; the walker adds the field
 * and the document, or ignores the value.
 */
export class MalformedValue extends Error {}

/** Ranges of the whole number types. Columns hold doubles, so whole numbers are exact up to 2^53. */
export const integerRanges: Record<string, [number, number]> = {
  byte: [-128, 127],
  short: [-32_768, 32_767],
  integer: [-2_147_483_648, 2_147_483_647],
  // The closest doubles to the limits of 64-bit integers.
  long: [-(2 ** 63), 2 ** 63],
  unsigned_long: [0, 2 ** 64],
};

/** A number in the range of its type. Strings are read where `coerce` allows it. */
function toNumber(field: Field, value: Json): number {
  let number: number;
  if (typeof value === 'number') number = value;
  else if (typeof value === 'string' && field.options.coerce) {
    number = value.trim() === '' || /[xXoObB_]/.test(value) ? Number.NaN : Number(value);
    if (!Number.isFinite(number)) throw new MalformedValue(`For input string: "${value}"`);
  } else throw new MalformedValue(`For input string: "${String(value)}"`);
  const range = integerRanges[field.type];
  if (!range) return toReal(field, number);
  if (number < range[0] || number > range[1])
    throw new MalformedValue(
      `Value [${value}] is out of range for ${field.type === 'integer' ? 'an' : 'a'} ${field.type}`,
    );
  if (!field.options.coerce && !Number.isInteger(number))
    throw new MalformedValue(`${value} cannot be converted to ${field.type} without data loss`);
  return Math.trunc(number);
}

/**
 * A column of floats holds what a float can hold, so that sums and comparisons come out as in
 * Elasticsearch.
 */
function toReal(field: Field, number: number): number {
  const real = field.type === 'float' ? Math.fround(number) : number;
  if (!Number.isFinite(real))
    throw new MalformedValue(`[${field.type}] supports only finite values, but got [${real}]`);
  if (field.type === 'float') return real;
  const { scaling } = field.options;
  return field.type === 'scaled_float' && scaling ? Math.round(number * scaling) / scaling : number;
}

/** Elasticsearch takes `true`, `false`, their strings and the empty string. */
function toBoolean(value: Json): number {
  if (value === true || value === 'true') return 1;
  if (value === false || value === 'false' || value === '') return 0;
  throw new MalformedValue(`Failed to parse value [${String(value)}] as only [true] or [false] are allowed.`);
}

/**
 * A moment in milliseconds. Numbers are read as milliseconds where the field has the default
 * formats.
 */
function toDate(field: Field, value: Json): number {
  const formats = field.options.formats ?? defaultFormats;
  const date =
    typeof value === 'number' && formats === defaultFormats
      ? Math.floor(value)
      : typeof value === 'boolean'
        ? undefined
        : documentDate(String(value), formats);
  if (date === undefined)
    throw new MalformedValue(`failed to parse date field [${String(value)}] with format [${formats}]`);
  if (Math.abs(date) > maxDate)
    throw new MalformedValue(`date field [${String(value)}] is further away than this store reckons`);
  return date;
}

/** Encoded addresses. Logs repeat them, and encoding is costly; the map is emptied when it is full. */
const addresses = new Map<string, string>();

/** An address in stored form. */
function toIp(value: Json): string {
  const text = String(value);
  const known = addresses.get(text);
  if (known) return known;
  const encoded = encodeIp(text);
  if (!encoded) throw new MalformedValue(`'${text}' is not an IP string literal.`);
  if (addresses.size > 10_000) addresses.clear();
  addresses.set(text, encoded);
  return encoded;
}

/** Bytes. Lucene's limit for a term. */
const maxTermBytes = 32_766;

/** A term, or undefined where it is longer than `ignore_above`. */
function toKeyword(field: Field, value: Json): string | undefined {
  const text = String(value);
  const { ignoreAbove } = field.options;
  if (ignoreAbove !== undefined && text.length > ignoreAbove) return undefined;
  if (text.length * 3 > maxTermBytes && Buffer.byteLength(text) > maxTermBytes)
    throw new MalformedValue(
      `Document contains at least one immense term in field="${field.name}" (whose UTF8 encoding is longer than the max length ${maxTermBytes}), all of which were skipped.`,
    );
  if (field.options.constant !== undefined && text !== field.options.constant)
    throw new MalformedValue(
      `[constant_keyword] field [${field.name}] only accepts values that are equal to the value defined in the mappings [${field.options.constant}], but got [${text}]`,
    );
  return text;
}

/**
 * What a field's column keeps of a JSON value. Undefined for a keyword that is too long and for
 * families without a column.
 * @throws MalformedValue
 */
export function toStored(field: Field, value: Json): Stored {
  switch (field.family) {
    case 'text':
      return String(value);
    case 'keyword':
      return toKeyword(field, value);
    case 'number':
      return value === '' ? malformedEmpty() : toNumber(field, value);
    case 'date':
      return toDate(field, value);
    case 'boolean':
      return toBoolean(value);
    case 'ip':
      return toIp(value);
    default:
      return undefined;
  }
}

/** Elasticsearch refuses an empty string for a number, whatever `coerce` says. */
function malformedEmpty(): never {
  throw new MalformedValue('For input string: ""');
}

/** A value as Elasticsearch shows it in an error: objects are written as Java writes a map. */
function preview(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(preview).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  return `{${Object.entries(value)
    .map(([key, member]) => `${key}=${preview(member)}`)
    .join(', ')}}`;
}

/** Elasticsearch's error for a document with a value that does not fit. */
export function malformedError(
  field: Field,
  value: Json,
  id: string | undefined,
  reason: string,
): StoreError {
  const what = `failed to parse field [${field.name}] of type [${field.type}] in document with id '${id ?? ''}'.`;
  return documentError(`${what} Preview of field's value: '${preview(value)}'`, {
    type: 'illegal_argument_exception',
    reason,
  });
}
