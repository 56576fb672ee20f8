import type { NamePattern } from '@logboom/common';
import { isObject, type JsonObject, wildcard } from '../json.ts';
import { illegalArgument, mapperError, StoreError } from '../store-error.ts';
import {
  checkedFamily,
  countFields,
  defaultSettings,
  type Field,
  type MappingNode,
  type MappingSettings,
  type ObjectNode,
  optionsOf,
} from './field.ts';

/**
 * The mapping of one index: the JSON as users wrote it and as dynamic mapping extends it, and,
 * compiled from it, a tree to walk documents with and the leaf fields by name.
 *
 * Ownership: the mapping changes the `definition` that it was given. Callers pass a clone.
 *
 * Additions are provisional until `commit`; `rollback` removes them, so that a refused document
 * leaves no field behind.
 * @throws StoreError `mapper_parsing_exception` from the constructor for a definition that is malformed or asks for what the store does not support.
 */
export class Mapping {
  readonly definition: JsonObject;
  readonly root: ObjectNode;
  /** Leaf fields by name, sub-fields included, aliases and keys of flattened fields not. */
  readonly fields = new Map<string, Field>();
  /** Fields of type `constant_keyword` that have a value. */
  readonly constants: Field[] = [];
  /** `_ignored`: in each document, the names of the fields whose value was left out of the index. */
  readonly ignored: Field;
  readonly settings: MappingSettings;
  readonly #objects = new Map<string, ObjectNode>();
  readonly #aliases = new Map<string, string>();
  /** What was added since the last `commit`. */
  readonly #uncommitted: [parent: ObjectNode, name: string][] = [];
  #slots = 0;

  constructor(definition: JsonObject, settings: Partial<MappingSettings> = {}) {
    this.definition = definition;
    this.settings = { ...defaultSettings, ...settings };
    this.ignored = this.#field('_ignored', '_ignored', 'keyword', {}, '');
    this.fields.delete('_ignored');
    this.root = this.#object('', definition, 'true', '');
  }

  /** One past the highest `Field.slot`. */
  get slots(): number {
    return this.#slots;
  }

  /**
   * The field of that name, through aliases; also a key below a flattened field. Undefined where
   * there is none.
   */
  field(name: string): Field | undefined {
    if (name === '_ignored') return this.ignored;
    const field = this.fields.get(this.#aliases.get(name) ?? name);
    return field ?? this.#flattenedKey(name);
  }

  /** The object at a path; the empty path is the root. */
  object(path: string): ObjectNode | undefined {
    return path === '' ? this.root : this.#objects.get(path);
  }

  /** Leaf fields whose name, or one of whose aliases, matches. O(fields). */
  fieldsMatching(pattern: NamePattern): Field[] {
    const named = [...this.fields.values()].filter((field) => pattern.test(field.name));
    const aliased = [...this.#aliases]
      .filter(([name]) => pattern.test(name))
      .map(([, target]) => this.field(target));
    return [...named, ...aliased.filter((field) => field !== undefined)];
  }

  /** Fields by the names under which the pattern finds them: an alias is listed under its own name. */
  named(pattern: string): [name: string, field: Field][] {
    const matching = wildcard(pattern);
    const all = [...this.fields.keys(), ...this.#aliases.keys()];
    // Keys below a flattened field are found only by their full name.
    const names = pattern.includes('*') ? all.filter((name) => matching.test(name)) : [pattern];
    return names.flatMap((name): [string, Field][] => {
      const field = this.field(name);
      return field ? [[name, field]] : [];
    });
  }

  /** Targets of aliases, by alias. */
  aliases(): ReadonlyMap<string, string> {
    return this.#aliases;
  }

  /**
   * Adds a field or an object that dynamic mapping decided on. The definition grows with it.
   * @throws StoreError at the limits of fields and depth.
   */
  add(parent: ObjectNode, name: string, definition: JsonObject): MappingNode {
    this.#checkDepth(parent, name, definition);
    // Slots do not measure the size: a rolled-back field does not return its slot.
    const added = countFields(definition);
    if (this.fieldCount + added > this.settings.fieldLimit)
      throw new StoreError(
        400,
        'document_parsing_exception',
        `Limit of total fields [${this.settings.fieldLimit}] has been exceeded while adding new fields [${added}]`,
      );
    const node = this.#node(parent, name, definition);
    this.#propertiesOf(parent.path)[name] = definition;
    this.#uncommitted.push([parent, name]);
    return node;
  }

  /** What counts against the limit of fields: fields with their sub-fields, objects and aliases. */
  get fieldCount(): number {
    return this.fields.size + this.#objects.size + this.#aliases.size;
  }

  /** Refuses an object that is nested too deeply. */
  #checkDepth({ path }: ObjectNode, name: string, { type = 'object' }: JsonObject): void {
    const object = path ? `${path}.${name}` : name;
    if ((type === 'object' || type === 'nested') && object.split('.').length >= this.settings.depthLimit)
      throw illegalArgument(
        `Limit of mapping depth [${this.settings.depthLimit}] has been exceeded due to object field [${object}]`,
      );
  }

  /** Keeps what was added since the last call. */
  commit(): void {
    this.#uncommitted.length = 0;
  }

  /** Removes what was added since the last `commit`, newest first. */
  rollback(): void {
    for (const [parent, name] of this.#uncommitted.splice(0).reverse()) {
      const path = parent.path ? `${parent.path}.${name}` : name;
      parent.children.delete(name);
      delete this.#propertiesOf(parent.path)[name];
      this.#objects.delete(path);
      for (const known of this.fields.keys())
        if (known === path || known.startsWith(`${path}.`)) this.fields.delete(known);
    }
  }

  /** The field that stands for a key below a flattened field. */
  #flattenedKey(name: string): Field | undefined {
    for (let dot = name.lastIndexOf('.'); dot > 0; dot = name.lastIndexOf('.', dot - 1)) {
      const root = this.fields.get(name.slice(0, dot));
      if (root?.family === 'flattened') return { ...root, name, source: root.name };
    }
    return undefined;
  }

  /** The `properties` of the object at a path, created where they are missing. */
  #propertiesOf(path: string): JsonObject {
    let place = this.definition;
    const walked: string[] = [];
    for (const step of path === '' ? [] : this.#stepsOf(path)) {
      walked.push(step);
      place = (place.properties as JsonObject)[step] as JsonObject;
    }
    place.properties ??= {};
    return place.properties as JsonObject;
  }

  /** Object names hold no dots: `properties` are expanded before they get here. */
  #stepsOf(path: string): string[] {
    return path.split('.');
  }

  /**
   * Compiles an object. `inherited` is the `dynamic` setting of the object around it, `around` the
   * path of the nearest nested one.
   */
  #object(path: string, definition: JsonObject, inherited: string, around: string): ObjectNode {
    const dynamic = String(definition.dynamic ?? inherited) as ObjectNode['dynamic'];
    if (!['true', 'false', 'strict', 'runtime'].includes(dynamic))
      throw mapperError(`Could not convert [${path}.dynamic] to boolean`);
    const children = new Map<string, MappingNode>();
    const node: ObjectNode = {
      kind: 'object',
      path,
      dynamic,
      enabled: String(definition.enabled ?? true) === 'true',
      nested: definition.type === 'nested',
      nestedPath: definition.type === 'nested' ? path : around,
      children,
    };
    if (path) this.#objects.set(path, node);
    const properties = definition.properties ?? {};
    if (!isObject(properties)) throw mapperError(`Expected map for property [properties] on field [${path}]`);
    for (const [name, child] of Object.entries(properties)) {
      if (!isObject(child))
        throw mapperError(`Expected map for property [fields] on field [${name}] but got a ${typeof child}`);
      this.#node(node, name, child);
    }
    return node;
  }

  #node(parent: ObjectNode, name: string, definition: JsonObject): MappingNode {
    const path = parent.path ? `${parent.path}.${name}` : name;
    const type = definition.type === undefined ? 'object' : String(definition.type);
    const node = this.#build(parent, path, type, definition);
    parent.children.set(name, node);
    return node;
  }

  /** Compiles a member of an object by its type. */
  #build(parent: ObjectNode, path: string, type: string, definition: JsonObject): MappingNode {
    if (type === 'object' || type === 'nested')
      return this.#object(path, definition, parent.dynamic, parent.nestedPath);
    if (type === 'alias') {
      this.#aliases.set(path, String(definition.path));
      return { kind: 'alias', path, target: String(definition.path) };
    }
    return this.#field(path, path, type, definition, parent.nestedPath);
  }

  /** Compiles a leaf and its sub-fields. */
  #field(name: string, source: string, type: string, definition: JsonObject, nested: string): Field {
    const family = checkedFamily(name, type, definition);
    const options = optionsOf(definition, this.settings.ignoreMalformed);
    const subfields: Field[] = [];
    const field: Field = {
      kind: 'field',
      name,
      source,
      type,
      family,
      slot: this.#slots++,
      nested,
      subfields,
      options,
    };
    this.fields.set(name, field);
    if (options.constant !== undefined) this.constants.push(field);
    for (const [sub, child] of Object.entries((definition.fields ?? {}) as JsonObject))
      subfields.push(
        this.#field(
          `${name}.${sub}`,
          source,
          String((child as JsonObject).type),
          child as JsonObject,
          nested,
        ),
      );
    return field;
  }
}
