import { isObject, type JsonObject, wildcard } from './json.ts';
import { clone, expandMapping, mergeMapping } from './mapping/merge.ts';
import type { Catalog } from './storage/catalog.ts';
import { StoreError } from './store-error.ts';

/** What a new index gets from templates. */
export interface Composed {
  template: string;
  settings: JsonObject;
  mappings: JsonObject;
  aliases: JsonObject;
  isStream: boolean;
}

/**
 * As Elasticsearch has templates for `logs-*-*` and `metrics-*-*` built in, so that events of any shipper find a
 * data stream, the store has these. Strings are keywords, `message` is text; priority 100, for own templates to win.
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

export function templateNamed(catalog: Catalog, name: string): JsonObject | undefined {
  return catalog.get('template', name) ?? builtIn[name];
}

export function allTemplates(catalog: Catalog): [string, JsonObject][] {
  const own = catalog.all('template');
  const names = new Set(own.map(([name]) => name));
  return [...own, ...Object.entries(builtIn).filter(([name]) => !names.has(name))];
}

export const patternsOf = (template: JsonObject): string[] =>
  [template.index_patterns ?? []].flat().map(String);

/** `{"index.number_of_shards": 1}`, `{"number_of_shards": 1}` and `{"index": {"number_of_shards": 1}}` are the same. */
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

/** The template of the highest priority among those whose pattern the index matches. */
export function templateFor(catalog: Catalog, index: string): Composed | undefined {
  const matching = allTemplates(catalog)
    .filter(([, template]) => patternsOf(template).some((pattern) => wildcard(pattern).test(index)))
    .sort(([, a], [, b]) => Number(b.priority ?? 0) - Number(a.priority ?? 0));
  const [name, template] = matching[0] ?? [];
  return name && template ? compose(catalog, name, template) : undefined;
}

/** Components that a template names and that are not there. */
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
