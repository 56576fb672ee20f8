import type { JsonObject } from '../json.ts';

/** How a field is kept and searched; many of Elasticsearch's types share a family. */
export type Family = 'text' | 'keyword' | 'number' | 'date' | 'boolean' | 'ip' | 'flattened' | 'stored';

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
  // Kept in the document and never indexed: a query on one is refused.
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

export function familyOf(type: string): Family | undefined {
  return Object.hasOwn(families, type) ? families[type] : undefined;
}

/** A leaf of a mapping: what becomes of the values at `source` in a document. */
export interface Field {
  readonly kind: 'field';
  /** The name that queries use, such as `message.keyword`. */
  readonly name: string;
  /** Where its values stand in a document: differs from the name in sub-fields. */
  readonly source: string;
  readonly type: string;
  readonly family: Family;
  /** Number among the fields of its mapping, from 0, never used again: indexes arrays instead of hashing names. */
  readonly slot: number;
  /** Path of the nearest `nested` object around it; empty where there is none. */
  readonly nested: string;
  readonly subfields: Field[];
  readonly options: FieldOptions;
}

interface FieldOptions {
  formats: string | undefined;
  ignoreAbove: number | undefined;
  ignoreMalformed: boolean;
  nullValue: string | number | boolean | undefined;
  constant: string | undefined;
  scaling: number | undefined;
  coerce: boolean;
  /** False where neither an index nor doc values are wanted. */
  searchable: boolean;
}

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

export interface ObjectNode {
  readonly kind: 'object';
  readonly path: string;
  readonly dynamic: 'true' | 'false' | 'strict' | 'runtime';
  readonly enabled: boolean;
  readonly nested: boolean;
  /** Path of the nearest nested object, itself included; empty where there is none. */
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
