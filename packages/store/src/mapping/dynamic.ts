import { RE2JS } from 're2js';
import { isObject, type Json, type JsonObject, wildcard } from '../json.ts';
import { mapperError } from '../store-error.ts';
import { parseDate } from './date-parse.ts';

/** The kinds by which dynamic templates match. */
type Kind = 'string' | 'long' | 'double' | 'boolean' | 'date' | 'object';

const dateDetection = [
  'strict_date_optional_time',
  'yyyy/MM/dd HH:mm:ss Z||yyyy/MM/dd Z||yyyy/MM/dd HH:mm:ss||yyyy/MM/dd',
];

function dateFormatOf(text: string): string | undefined {
  // "2026" would be a year; Elasticsearch, too, asks for a separator first.
  if (text.length > 64 || !/^\d{4}[-/]/.test(text)) return undefined;
  return dateDetection.find((formats) => parseDate(text, formats));
}

function kindOf(value: Json, root: JsonObject, isReal: boolean): Kind {
  if (typeof value === 'number') return Number.isInteger(value) && !isReal ? 'long' : 'double';
  if (typeof value === 'boolean') return 'boolean';
  if (typeof value !== 'string') return 'object';
  return root.date_detection !== false && dateFormatOf(value) ? 'date' : 'string';
}

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

const longestPattern = 1_000;

/** In linear time, for the pattern is from a request and the name from a document. */
function regexOf(pattern: string): (text: string) => boolean {
  if (pattern.length > longestPattern)
    throw mapperError(`Pattern of a dynamic template is longer than ${longestPattern} characters`);
  try {
    const compiled = RE2JS.compile(`^(?:${pattern})$`);
    return (text) => compiled.test(text);
  } catch (error) {
    throw mapperError(`Pattern [${pattern}] of a dynamic template is invalid: ${(error as Error).message}`);
  }
}

function nameMatches(template: JsonObject, pattern: Json | undefined, text: string): boolean {
  return listOf(pattern).some((one) =>
    template.match_pattern === 'regex' ? regexOf(one)(text) : wildcard(one).test(text),
  );
}

function templateMatches(template: JsonObject, kind: Kind, name: string, path: string): boolean {
  const kinds = listOf(template.match_mapping_type);
  if (kinds.length > 0 && !kinds.includes('*') && !kinds.includes(kind)) return false;
  if (listOf(template.unmatch_mapping_type).includes(kind)) return false;
  if (template.match !== undefined && !nameMatches(template, template.match, name)) return false;
  if (template.unmatch !== undefined && nameMatches(template, template.unmatch, name)) return false;
  if (template.path_match !== undefined && !nameMatches(template, template.path_match, path)) return false;
  return template.path_unmatch === undefined || !nameMatches(template, template.path_unmatch, path);
}

function fill(value: Json, name: string, type: string): Json {
  if (typeof value === 'string') return value.replaceAll('{name}', name).replaceAll('{dynamic_type}', type);
  if (Array.isArray(value)) return value.map((item) => fill(item, name, type));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, fill(member, name, type)]));
}

/**
 * What a value that no mapping knows becomes. The first dynamic template that matches decides, else the defaults
 * of Elasticsearch: text with a `keyword` sub-field, long, float, boolean, date.
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
