import { RE2JS } from 're2js';
import { isObject, type Json, type JsonObject, wildcard } from '../json.ts';
import { illegalArgument, mapperError } from '../store-error.ts';
import { parseDate } from './date-parse.ts';

/** The kinds of JSON values that dynamic templates distinguish (`match_mapping_type`). */
type Kind = 'string' | 'long' | 'double' | 'boolean' | 'date' | 'object';

/** Elasticsearch's `dynamic_date_formats` by default. */
const dateDetection = [
  'strict_date_optional_time',
  'yyyy/MM/dd HH:mm:ss Z||yyyy/MM/dd Z||yyyy/MM/dd HH:mm:ss||yyyy/MM/dd',
];

/** The format by which a text is taken for a date, or undefined. */
function dateFormatOf(text: string): string | undefined {
  // "2026" could be a year. Like Elasticsearch, require a separator.
  if (text.length > 64 || !/^\d{4}[-/]/.test(text)) return undefined;
  return dateDetection.find((formats) => parseDate(text, formats));
}

/** The kind of a value. Objects and arrays of objects are `object`. */
function kindOf(value: Json, root: JsonObject, isReal: boolean): Kind {
  if (typeof value === 'number') return Number.isInteger(value) && !isReal ? 'long' : 'double';
  if (typeof value === 'boolean') return 'boolean';
  if (typeof value !== 'string') return 'object';
  return root.date_detection !== false && dateFormatOf(value) ? 'date' : 'string';
}

/** The mapping of a new field where no dynamic template applies. */
function defaultOf(kind: Kind, value: Json): JsonObject {
  switch (kind) {
    case 'string':
      return { type: 'text', fields: { keyword: { type: 'keyword', ignore_above: 256 } } };
    case 'double':
      return { type: 'float' };
    case 'date': {
      const format = dateFormatOf(String(value))!;
      return format === 'strict_date_optional_time'
        ? { type: 'date' }
        : { type: 'date', format: 'yyyy/MM/dd HH:mm:ss||yyyy/MM/dd||epoch_millis' };
    }
    case 'object':
      return {};
    default:
      return { type: kind };
  }
}

/** What `{dynamic_type}` in a template stands for. */
const dynamicTypes: Record<Kind, string> = {
  string: 'text',
  long: 'long',
  double: 'float',
  boolean: 'boolean',
  date: 'date',
  object: 'object',
};

const listOf = (value: Json | undefined): string[] =>
  value === undefined ? [] : (Array.isArray(value) ? value : [value]).map(String);

/** Characters of a regular expression in a template. */
const maxPatternLength = 1_000;

/** A test by RE2, in linear time: the pattern comes from a request and the name from a document. */
function regexOf(pattern: string): (text: string) => boolean {
  if (pattern.length > maxPatternLength)
    throw mapperError(`Pattern of a dynamic template is longer than ${maxPatternLength} characters`);
  try {
    const compiled = RE2JS.compile(`^(?:${pattern})$`);
    return (text) => compiled.test(text);
  } catch (error) {
    throw mapperError(`Pattern [${pattern}] of a dynamic template is invalid: ${(error as Error).message}`);
  }
}

/**
 * Whether one of the patterns matches, as wildcards or, with `match_pattern: regex`, as regular
 * expressions.
 */
function nameMatches(template: JsonObject, pattern: Json | undefined, text: string): boolean {
  return listOf(pattern).some((one) =>
    template.match_pattern === 'regex' ? regexOf(one)(text) : wildcard(one).test(text),
  );
}

/** Whether a template applies to a new field. All of its conditions must hold. */
function templateMatches(template: JsonObject, kind: Kind, name: string, path: string): boolean {
  const kinds = listOf(template.match_mapping_type);
  if (kinds.length > 0 && !kinds.includes('*') && !kinds.includes(kind)) return false;
  if (listOf(template.unmatch_mapping_type).includes(kind)) return false;
  if (template.match !== undefined && !nameMatches(template, template.match, name)) return false;
  if (template.unmatch !== undefined && nameMatches(template, template.unmatch, name)) return false;
  if (template.path_match !== undefined && !nameMatches(template, template.path_match, path)) return false;
  return template.path_unmatch === undefined || !nameMatches(template, template.path_unmatch, path);
}

/** Replaces `{name}` and `{dynamic_type}` in all strings of a template's mapping. */
function fill(value: Json, name: string, type: string): Json {
  if (typeof value === 'string') return value.replaceAll('{name}', name).replaceAll('{dynamic_type}', type);
  if (Array.isArray(value)) return value.map((item) => fill(item, name, type));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, fill(member, name, type)]));
}

/**
 * The mapping of a field that no mapping knows. The first dynamic template that matches decides;
 * otherwise Elasticsearch's defaults do: text with a `keyword` sub-field, long, float, boolean,
 * date.
 *
 * `isReal` says that the number is written with a fraction. The result is new and may be changed.
 * @throws StoreError for a template that is malformed.
 */
export function dynamicDefinition(root: JsonObject, path: string, value: Json, isReal: boolean): JsonObject {
  const kind = kindOf(value, root, isReal);
  const name = path.slice(path.lastIndexOf('.') + 1);
  for (const entry of (root.dynamic_templates ?? []) as JsonObject[]) {
    const template = Object.values(entry)[0];
    if (!isObject(template)) throw mapperError('A dynamic template must be defined with a name');
    if (!templateMatches(template, kind, name, path)) continue;
    const definition = fill((template.mapping ?? {}) as JsonObject, name, dynamicTypes[kind]) as JsonObject;
    if (template.runtime !== undefined)
      throw mapperError('dynamic runtime fields are not supported by this store');
    return definition.type === undefined && kind !== 'object'
      ? { type: dynamicTypes[kind], ...definition }
      : definition;
  }
  return defaultOf(kind, value);
}

/**
 * Checks that all values of a new field are of one kind: Elasticsearch would map the next one differently and refuse it. Throws
 * `illegal_argument_exception`.
 */
export function checkKinds(
  root: JsonObject,
  path: string,
  values: Json[],
  { type = 'object' }: JsonObject,
  raw: () => string,
): void {
  const [key] = path.split('.').slice(-1) as [string];
  const items = (values.flat(9) as Json[]).filter((value) => value !== null);
  if (items.some(isObject) && !items.every(isObject))
    throw illegalArgument(`mapper [${path}] cannot hold objects and other values`);
  for (const value of items) {
    if (isObject(value)) continue;
    const isReal = typeof value === 'number' && (!Number.isInteger(value) || isWrittenAsReal(key, raw));
    const own = dynamicDefinition(root, path, value, isReal).type;
    if (own !== type && type !== 'object')
      throw illegalArgument(`mapper [${path}] cannot be changed from type [${type}] to [${String(own)}]`);
  }
}

/**
 * Whether the key's number is written with a fraction or an exponent. `5.0` parses to the integer 5, but its field must be a float,
 * since the next value may be 5.5.
 */
export function isWrittenAsReal(key: string, raw: () => string): boolean {
  const name = JSON.stringify(key);
  const text = raw();
  for (let at = text.indexOf(name); at !== -1; at = text.indexOf(name, at + 1)) {
    realNumber.lastIndex = at + name.length;
    if (realNumber.test(text)) return true;
  }
  return false;
}

/** What follows the key of such a number. The key itself is not part of the expression: it may be longer than one may be. */
const realNumber = /\s*:\s*\[?\s*-?\d+[.eE]/y;
