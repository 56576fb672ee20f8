import { isObject, type JsonObject } from '../json.ts';
import { mapperError } from '../store-error.ts';
import { isDateFormat } from './date-parse.ts';

/**
 * How a field is stored and searched. Many of Elasticsearch's types share a family; `stored` fields
 * are kept in the document and cannot be searched.
 */
type Family = 'text' | 'keyword' | 'number' | 'date' | 'boolean' | 'ip' | 'flattened' | 'stored';

/** All field types that a mapping may name. */
const families: Record<string, Family> = {
  text: 'text',
  match_only_text: 'text',
  search_as_you_type: 'stored',
  keyword: 'keyword',
  constant_keyword: 'keyword',
  wildcard: 'keyword',
  version: 'keyword',
  long: 'number',
  integer: 'number',
  short: 'number',
  byte: 'number',
  unsigned_long: 'number',
  double: 'number',
  float: 'number',
  half_float: 'number',
  scaled_float: 'number',
  date: 'date',
  date_nanos: 'date',
  boolean: 'boolean',
  ip: 'ip',
  flattened: 'flattened',
  // Kept in the document and not indexed. A query on such a field is refused.
  geo_point: 'stored',
  geo_shape: 'stored',
  binary: 'stored',
  histogram: 'stored',
  aggregate_metric_double: 'stored',
  long_range: 'stored',
  integer_range: 'stored',
  double_range: 'stored',
  float_range: 'stored',
  date_range: 'stored',
  ip_range: 'stored',
  completion: 'stored',
  dense_vector: 'stored',
  token_count: 'stored',
  murmur3: 'stored',
  percolator: 'stored',
};

/** The family of a type, or undefined for a type that the store does not know. */
export function familyOf(type: string): Family | undefined {
  return Object.hasOwn(families, type) ? families[type] : undefined;
}

/**
 * The family of a type, with Elasticsearch's errors for unknown types and parameters that the
 * store does not support.
 */
export function checkedFamily(name: string, type: string, definition: JsonObject): Family {
  const family = familyOf(type);
  const leaf = name.slice(name.lastIndexOf('.') + 1);
  if (!family)
    throw mapperError(
      `Failed to parse mapping: The mapper type [${type}] declared on field [${leaf}] does not exist. It might have been created within a future version or requires a plugin to be installed. Check the documentation.`,
    );
  const asked = ['copy_to', 'script', 'normalizer'].find((option) => definition[option] !== undefined);
  if (asked)
    throw mapperError(
      `Failed to parse mapping: parameter [${asked}] on mapper [${leaf}] is not supported by this store`,
    );
  if (definition.analyzer !== undefined && definition.analyzer !== 'standard')
    throw mapperError(`analyzer [${String(definition.analyzer)}] has not been configured in mappings`);
  if (family === 'date' && definition.format !== undefined) isDateFormat(String(definition.format));
  return family;
}

/** A leaf of a mapping. Immutable. */
export interface Field {
  readonly kind: 'field';
  /** The name that queries use, such as `message.keyword`. */
  readonly name: string;
  /**
   * Path of its values in a document. It differs from the name in sub-fields and in keys of
   * flattened fields.
   */
  readonly source: string;
  readonly type: string;
  readonly family: Family;
  /**
   * Number of the field in its mapping, from 0, never used again. Open segments index an array by
   * it instead of hashing names.
   */
  readonly slot: number;
  /** Path of the nearest enclosing `nested` object; empty where there is none. */
  readonly nested: string;
  readonly subfields: Field[];
  readonly options: FieldOptions;
}

/** The parameters of a field that change how its values are read. Names follow Elasticsearch's. */
interface FieldOptions {
  /** `format` of a date. */
  formats: string | undefined;
  /** Characters above which a keyword is kept in the document only. */
  ignoreAbove: number | undefined;
  /** Whether a value that does not fit is left out of the index instead of refusing the document. */
  ignoreMalformed: boolean;
  nullValue: string | number | boolean | undefined;
  /** The value of a `constant_keyword`, which every document of the index has. */
  constant: string | undefined;
  scaling: number | undefined;
  /** Whether strings are read as numbers and fractions are cut off for whole types. */
  coerce: boolean;
  /** False where a mapping wants neither an index nor doc values. */
  searchable: boolean;
}

/** Reads a field's parameters. `ignoreMalformed` is the index's default. */
export function optionsOf(definition: JsonObject, ignoreMalformed: boolean): FieldOptions {
  const number = (name: string) => (definition[name] === undefined ? undefined : Number(definition[name]));
  const isTrue = (name: string, otherwise: boolean) => String(definition[name] ?? otherwise) === 'true';
  return {
    formats: definition.format === undefined ? undefined : String(definition.format),
    ignoreAbove: number('ignore_above'),
    ignoreMalformed: isTrue('ignore_malformed', ignoreMalformed),
    nullValue: definition.null_value as FieldOptions['nullValue'],
    constant: definition.type === 'constant_keyword' ? (definition.value as string | undefined) : undefined,
    scaling: number('scaling_factor'),
    coerce: isTrue('coerce', true),
    searchable: isTrue('index', true) || isTrue('doc_values', true),
  };
}

/** An object of a mapping and its members. */
export interface ObjectNode {
  readonly kind: 'object';
  readonly path: string;
  readonly dynamic: 'true' | 'false' | 'strict' | 'runtime';
  readonly enabled: boolean;
  readonly nested: boolean;
  /** Path of the nearest `nested` object, itself included; empty where there is none. */
  readonly nestedPath: string;
  readonly children: Map<string, MappingNode>;
}

/** A second name for another field. */
interface AliasNode {
  readonly kind: 'alias';
  readonly path: string;
  readonly target: string;
}

export type MappingNode = ObjectNode | Field | AliasNode;

/** How much a new field or an empty object counts against the limit of fields. */
export const countFields = ({ fields }: JsonObject): number =>
  1 + (isObject(fields) ? Object.keys(fields).length : 0);

/** Settings of an index that limit its mapping. */
export interface MappingSettings {
  ignoreMalformed: boolean;
  /** `index.mapping.total_fields.limit`. A sender that uses values as keys must not fill the memory. */
  fieldLimit: number;
  /** `index.mapping.depth.limit`: how deep objects may be nested. */
  depthLimit: number;
}

/** Elasticsearch's defaults. */
export const defaultSettings: MappingSettings = { ignoreMalformed: false, fieldLimit: 1000, depthLimit: 20 };
