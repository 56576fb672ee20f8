import { isObject, type Json, type JsonObject } from '../json.ts';
import { documentError, StoreError } from '../store-error.ts';
import { checkKinds, dynamicDefinition, isWrittenAsReal } from './dynamic.ts';
import type { Field, MappingNode, ObjectNode } from './field.ts';
import type { Mapping } from './mapping.ts';
import { isMetadata } from './metadata-fields.ts';
import { MalformedValue, malformedError, type Stored, toStored } from './values.ts';

/** Elasticsearch's error for a value where a flattened field needs an object. */
function noObjectError(field: Field, value: Json, id: string | undefined): StoreError {
  const reason = `Expected an object for field [${field.name}] but got a value`;
  const { status, type, message, details } = malformedError(field, value, id, reason);
  return new StoreError(status, type, message, {
    ...details,
    root_cause: [{ type: 'parsing_exception', reason }],
  });
}

/** In a term of a flattened field, what separates the key from the value, as in Elasticsearch. */
export const keySeparator = '\0';

/**
 * Turns documents into the (field, value) pairs that go into columns, and extends the mapping where
 * a document has unknown fields.
 *
 * `fields` and `values` are parallel, hold the pairs of the last walk, and are reused by the next
 * one. Nothing reaches a column before the whole document was accepted: a refused one leaves
 * neither values nor fields behind.
 */
export class DocumentWalker {
  /** The fields of the last document, one for each value. */
  readonly fields: Field[] = [];
  readonly values: Exclude<Stored, undefined>[] = [];
  /**
   * Whether dynamic mapping added fields since the owner last reset this, so that the mapping has
   * to be saved.
   */
  grown = false;
  readonly #mapping: Mapping;
  #id: string | undefined;
  #raw: () => string = () => '';

  constructor(mapping: Mapping) {
    this.#mapping = mapping;
  }

  /**
   * Reads one document. `raw` returns its text, which is only needed to distinguish `5` from `5.0`.
   * @throws StoreError where the document does not fit the mapping; the mapping is then as before.
   */
  walk(document: JsonObject, id: string | undefined, raw: () => string): void {
    this.fields.length = 0;
    this.values.length = 0;
    this.#id = id;
    this.#raw = raw;
    try {
      this.#root(document);
    } catch (error) {
      this.#mapping.rollback();
      throw error;
    }
    this.#mapping.commit();
    for (const field of this.#mapping.constants)
      if (!this.fields.includes(field)) this.#push(field, field.options.constant);
  }

  /**
   * Like `walk`, for a document that was accepted before. By a later mapping, or by the rules of a later version of the store, it
   * may not fit any more. Returns whether it does.
   */
  fits(document: JsonObject, id: string, raw: () => string): boolean {
    try {
      this.walk(document, id, raw);
      return true;
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      return false;
    }
  }

  /** Fields that are neither indexed nor have doc values are checked and not kept. */
  #push(field: Field, value: Stored): void {
    if (value === undefined || !field.options.searchable) return;
    this.fields.push(field);
    this.values.push(value);
  }

  #root(document: JsonObject): void {
    const { root } = this.#mapping;
    for (const key in document) {
      const member = document[key]!;
      if (!(key.startsWith('_') && isMetadata(key, member))) this.#member(root, key, member);
    }
  }

  #object(node: ObjectNode, value: JsonObject): void {
    for (const key in value) this.#member(node, key, value[key]!);
  }

  #member(node: ObjectNode, key: string, member: Json): void {
    const child = node.children.get(key);
    if (child) this.#node(child, member);
    else if (key.includes('.')) this.#dotted(node, key, member);
    else this.#unknown(node, key, member);
  }

  /** `{"host.name": "a"}` is the same document as `{"host": {"name": "a"}}`. */
  #dotted(node: ObjectNode, key: string, member: Json): void {
    // As Java splits a text: dots at the end mean nothing.
    const steps = key.replace(/\.+$/, '').split('.');
    if (steps.some((step) => step.trim() === ''))
      throw documentError(`field name cannot contain only whitespace or be empty: [${key}]`);
    const nested = steps.slice(1).reduceRight<Json>((inner, step) => ({ [step]: inner }), member);
    this.#object(node, { [steps[0]!]: nested });
  }

  /** An alias cannot be written to. */
  #node(node: MappingNode, value: Json): void {
    if (node.kind === 'field') this.#leaf(node, value);
    else if (node.kind === 'alias') throw documentError(`Cannot write to a field alias [${node.path}].`);
    else this.#inner(node, value);
  }

  /** An object, an array of objects or null. A concrete value is refused. */
  #inner(node: ObjectNode, value: Json): void {
    if (!node.enabled || value === null) return;
    if (Array.isArray(value)) for (const item of value) this.#inner(node, item);
    else if (isObject(value)) this.#object(node, value);
    else
      throw documentError(
        `object mapping for [${node.path}] tried to parse field [${node.path.split('.').at(-1)}] as object, but found a concrete value`,
      );
  }

  /**
   * A member that the mapping does not know: ignored, refused, or added, by the `dynamic` setting
   * of its object. Null and empty arrays add nothing.
   */
  #unknown(node: ObjectNode, key: string, value: Json): void {
    if (key.trim() === '') throw documentError('field name cannot be an empty string');
    if (node.dynamic === 'false') return;
    const sample = Array.isArray(value) ? value.flat(9).find((item) => item !== null) : value;
    if (sample === undefined || sample === null) return;
    const path = node.path ? `${node.path}.${key}` : key;
    if (node.dynamic === 'strict')
      throw new StoreError(
        400,
        'strict_dynamic_mapping_exception',
        `mapping set to strict, dynamic introduction of [${key}] within [${node.path || '_doc'}] is not allowed`,
      );
    const isReal = typeof sample === 'number' && isWrittenAsReal(key, this.#raw);
    const definition = dynamicDefinition(this.#mapping.definition, path, sample as Json, isReal);
    if (Array.isArray(value)) checkKinds(this.#mapping.definition, path, value, definition, this.#raw);
    const child = this.#mapping.add(node, key, definition);
    this.grown = true;
    this.#node(child, value);
  }

  /** A value or an array of values of a field. Families that are only stored have no column. */
  #leaf(field: Field, value: Json): void {
    if (field.family === 'flattened') this.#flattened(field, value);
    else if (Array.isArray(value)) for (const item of value) this.#leaf(field, item);
    else if (field.family !== 'stored') this.#scalar(field, value ?? field.options.nullValue);
  }

  /**
   * One value and its sub-fields. A value that is too long or malformed and may be ignored is noted
   * in `_ignored`. An object is refused even where malformed values are ignored, as in Elasticsearch.
   */
  #scalar(field: Field, value: Json | undefined): void {
    if (value === undefined) return;
    try {
      if (typeof value === 'object')
        throw malformedError(field, value, this.#id, `Can't get text on a START_OBJECT`);
      const stored = toStored(field, value);
      if (stored === undefined) this.#push(this.#mapping.ignored, field.name);
      else this.#push(field, stored);
    } catch (error) {
      if (!(error instanceof MalformedValue)) throw error;
      if (!field.options.ignoreMalformed) throw malformedError(field, value, this.#id, error.message);
      this.#push(this.#mapping.ignored, field.name);
    }
    for (const subfield of field.subfields) this.#scalar(subfield, value);
  }

  /** Every leaf below the object becomes one term `KEY\0VALUE`. */
  #flattened(field: Field, value: Json): void {
    if (value === null) return;
    if (Array.isArray(value)) {
      for (const item of value) this.#flattened(field, item);
      return;
    }
    if (!isObject(value)) throw noObjectError(field, value, this.#id);
    const visit = (part: Json, key: string): void => {
      if (part === null) return;
      if (Array.isArray(part)) for (const item of part) visit(item, key);
      else if (isObject(part))
        for (const [name, member] of Object.entries(part)) visit(member, key ? `${key}.${name}` : name);
      else if (String(part).length <= (field.options.ignoreAbove ?? 8191))
        this.#push(field, `${key}${keySeparator}${String(part)}`);
    };
    visit(value, '');
  }
}
