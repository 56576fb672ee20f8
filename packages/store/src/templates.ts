import { isObject, type JsonObject, wildcard } from './json.ts';
import { clone, expandMapping, mergeMapping } from './mapping/merge.ts';
import type { Catalog } from './storage/catalog.ts';
import { StoreError } from './store-error.ts';

/** What a new index gets from templates. */
export interface Composed {
  /** Name of the index template. */
  template: string;
  settings: JsonObject;
  mappings: JsonObject;
  aliases: JsonObject;
  /** Whether the template is for data streams. */
  isStream: boolean;
}

/**
 * The mapping of the built-in templates. Like those that Elasticsearch has for `logs-*-*` and
 * `metrics-*-*`, they give events of any sender a data stream with sensible types: strings are
 * keywords, `message` is text. Their priority is 100, so that other templates take precedence.
 */
const ecs: JsonObject = {
  date_detection: false,
  properties: { '@timestamp': { type: 'date' } },
  dynamic_templates: [
    {
      ip: {
        match_mapping_type: 'string',
        path_match: ['ip', '*.ip', '*_ip'],
        mapping: { type: 'ip', ignore_malformed: true },
      },
    },
    {
      message: {
        match_mapping_type: 'string',
        path_match: ['message', '*.message'],
        mapping: { type: 'match_only_text' },
      },
    },
    {
      timestamps: {
        match_mapping_type: 'string',
        path_match: ['*.created', '*.ingested', '*.start', '*.end'],
        mapping: { type: 'date', ignore_malformed: true },
      },
    },
    { strings: { match_mapping_type: 'string', mapping: { type: 'keyword', ignore_above: 1024 } } },
  ],
};

/** Built-in templates by name. */
const builtIn: Record<string, JsonObject> = Object.fromEntries(
  ['logs', 'metrics'].map((type) => [
    type,
    {
      index_patterns: [`${type}-*-*`],
      priority: 100,
      data_stream: {},
      template: { mappings: ecs, settings: { index: { mapping: { ignore_malformed: 'true' } } } },
      _meta: {
        description: `default template for the ${type} index template installed by the store`,
        managed: true,
      },
    },
  ]),
);

/** The index template of that name, stored or built in. */
export function templateNamed(catalog: Catalog, name: string): JsonObject | undefined {
  return catalog.get('template', name) ?? builtIn[name];
}

/** All index templates. A stored one replaces the built-in one of its name. */
export function allTemplates(catalog: Catalog): [string, JsonObject][] {
  const own = catalog.all('template');
  const names = new Set(own.map(([name]) => name));
  return [...own, ...Object.entries(builtIn).filter(([name]) => !names.has(name))];
}

/** The `index_patterns` of a template. */
export const patternsOf = (template: JsonObject): string[] =>
  [template.index_patterns ?? []].flat().map(String);

/**
 * Settings in one form: below `index`, nested, every value as text. `{"index.number_of_shards":
 * 1}`, `{"number_of_shards": 1}` and `{"index": {"number_of_shards": 1}}` are the same. Null is
 * left out.
 */
export function normalSettings(settings: unknown): JsonObject {
  const result: JsonObject = {};
  const visit = (value: unknown, path: string) => {
    if (isObject(value))
      for (const [key, member] of Object.entries(value)) visit(member, path ? `${path}.${key}` : key);
    else if (value !== null)
      place(result, (path.startsWith('index.') ? path : `index.${path}`).split('.'), value);
  };
  visit(settings ?? {}, '');
  return result;
}

/** Sets a value at a path, creating objects on the way. */
function place(target: JsonObject, steps: string[], value: unknown): void {
  const [step, ...rest] = steps;
  if (rest.length === 0) target[step!] = Array.isArray(value) ? value.map(String) : String(value);
  else {
    const inner = target[step!];
    const object: JsonObject = isObject(inner) ? inner : {};
    target[step!] = object;
    place(object, rest, value);
  }
}

/** Settings `b` over `a`, as a new object. */
export function mergeSettings(a: JsonObject, b: JsonObject): JsonObject {
  const result = { ...a };
  for (const [key, value] of Object.entries(b)) {
    const known = result[key];
    result[key] = isObject(known) && isObject(value) ? mergeSettings(known, value) : value;
  }
  return result;
}

/** The parts of a template in the order in which they are laid over one another. */
function partsOf(catalog: Catalog, template: JsonObject): JsonObject[] {
  const ignored = new Set([template.ignore_missing_component_templates ?? []].flat().map(String));
  const components = [template.composed_of ?? []].flat().map(String);
  const known = components.filter((name) => !ignored.has(name) || catalog.get('component', name));
  const parts = known.map((name) => catalog.get('component', name)?.template);
  return [...parts, template.template].filter(isObject);
}

/**
 * What a template gives to an index: its components in order, then its own part. Later parts take
 * precedence.
 */
export function compose(catalog: Catalog, name: string, template: JsonObject): Composed {
  const result: Composed = { template: name, settings: {}, mappings: {}, aliases: {}, isStream: false };
  for (const part of clone(partsOf(catalog, template))) {
    result.settings = mergeSettings(result.settings, normalSettings(part.settings));
    if (isObject(part.mappings))
      result.mappings = mergeMapping(result.mappings, expandMapping(part.mappings));
    if (isObject(part.aliases)) result.aliases = { ...result.aliases, ...part.aliases };
  }
  result.isStream = isObject(template.data_stream);
  return result;
}

/**
 * What the template gives that has the highest priority among those whose pattern the name matches;
 * undefined where none does.
 */
export function templateFor(catalog: Catalog, index: string): Composed | undefined {
  const matching = allTemplates(catalog)
    .filter(([, template]) => patternsOf(template).some((pattern) => wildcard(pattern).test(index)))
    .sort(([, a], [, b]) => Number(b.priority ?? 0) - Number(a.priority ?? 0));
  const [name, template] = matching[0] ?? [];
  return name && template ? compose(catalog, name, template) : undefined;
}

/** Refuses a template that names component templates which do not exist. */
export function assertComponents(catalog: Catalog, name: string, template: JsonObject): void {
  const ignored = [template.ignore_missing_component_templates ?? []].flat().map(String);
  const missing = [template.composed_of ?? []]
    .flat()
    .map(String)
    .filter((component) => !catalog.get('component', component) && !ignored.includes(component));
  if (missing.length > 0)
    throw new StoreError(
      400,
      'invalid_index_template_exception',
      `index_template [${name}] invalid, cause [index template [${name}] specifies component templates [${missing.join(', ')}] that do not exist]`,
    );
}
