import type { Engine } from '../engine.ts';
import { isObject, type JsonObject, wildcard } from '../json.ts';
import { Mapping } from '../mapping/mapping.ts';
import { clone, expandMapping } from '../mapping/merge.ts';
import { illegalArgument, parsingError, StoreError } from '../store-error.ts';
import {
  allTemplates,
  assertComponents,
  compose,
  normalSettings,
  patternsOf,
  templateNamed,
} from '../templates.ts';
import type { Answer, Route, StoreRequest } from './routing.ts';

/** Members of an index template. */
const templateKeys = [
  'index_patterns',
  'template',
  'composed_of',
  'priority',
  'version',
  '_meta',
  'data_stream',
  'allow_auto_create',
  'ignore_missing_component_templates',
  'deprecated',
];

/** Refuses members that the store does not know. */
function checkKeys(kind: string, body: JsonObject, keys: string[]): void {
  const unknown = Object.keys(body).find((key) => !keys.includes(key));
  if (unknown) throw new StoreError(400, 'x_content_parse_exception', `[${kind}] unknown field [${unknown}]`);
}

/** A template with its settings as Elasticsearch returns them: below `index`, as text. */
function normal(body: JsonObject): JsonObject {
  if (!isObject(body.template)) return body;
  const { settings, ...rest } = body.template;
  return {
    ...body,
    template: settings === undefined ? rest : { settings: normalSettings(settings), ...rest },
  };
}

/** Compiles a mapping to refuse what is wrong with it. */
function checkMappings(mappings: unknown): void {
  if (isObject(mappings)) new Mapping(clone(expandMapping(mappings)));
}

/** A name is part of a key and may be as long as that of an index. */
function checkName(name: string): void {
  if (Buffer.byteLength(name) > 255) throw illegalArgument(`the name [${name}] of a template is too long`);
}

/**
 * Stores an index template. One with the same priority as another whose patterns overlap is
 * refused, as in Elasticsearch.
 */
function putTemplate(engine: Engine, { path, json, parameters }: StoreRequest): Answer {
  const name = path.name!;
  checkName(name);
  const body = json();
  checkKeys('index_template', body, templateKeys);
  if (patternsOf(body).length === 0) throw parsingError('Required [index_patterns]');
  if (parameters.create === 'true' && templateNamed(engine.catalog, name))
    throw illegalArgument(`index template [${name}] already exists`);
  assertComponents(engine.catalog, name, body);
  checkMappings(compose(engine.catalog, name, body).mappings);
  const rival = allTemplates(engine.catalog).find(
    ([other, template]) =>
      other !== name &&
      Number(template.priority ?? 0) === Number(body.priority ?? 0) &&
      overlaps(patternsOf(template), patternsOf(body)),
  );
  if (rival)
    throw illegalArgument(
      `index template [${name}] has index patterns ${JSON.stringify(patternsOf(body)).replaceAll('"', '')} matching patterns from existing templates [${rival[0]}] with patterns (${rival[0]} => ${JSON.stringify(patternsOf(rival[1])).replaceAll('"', '')}) that have the same priority [${Number(body.priority ?? 0)}], multiple index templates may not match during index creation, please use a different priority`,
    );
  engine.catalog.put('template', name, {
    composed_of: [],
    ...normal(body),
    index_patterns: patternsOf(body),
  });
  return { body: { acknowledged: true } };
}

/**
 * Whether some name could match a pattern of both lists. An approximation: one pattern, taken as a
 * name, matches the other.
 */
function overlaps(a: string[], b: string[]): boolean {
  return a.some((one) => b.some((other) => wildcard(one).test(other) || wildcard(other).test(one)));
}

/** Stores a component template. */
function putComponent(engine: Engine, { path, json, parameters }: StoreRequest): Answer {
  checkName(path.name!);
  const body = json();
  checkKeys('component_template', body, ['template', 'version', '_meta', 'deprecated']);
  if (!isObject(body.template)) throw parsingError('Required [template]');
  if (parameters.create === 'true' && engine.catalog.get('component', path.name!))
    throw illegalArgument(`component template [${path.name}] already exists`);
  checkMappings(body.template.mappings);
  engine.catalog.put('component', path.name!, normal(body));
  return { body: { acknowledged: true } };
}

/** The two kinds of templates, as their members are called in answers. */
type Kind = 'index_template' | 'component_template';

/**
 * Templates that match a pattern.
 * @throws StoreError where a name without `*` has none.
 */
function get(kind: Kind, all: [string, JsonObject][], pattern: string | undefined): Answer {
  const patterns = (pattern ?? '*').split(',');
  const found = all.filter(([name]) => patterns.some((one) => wildcard(one).test(name)));
  if (found.length === 0 && !(pattern ?? '*').includes('*')) throw missing(kind, pattern!);
  return { body: { [`${kind}s`]: found.map(([name, body]) => ({ name, [kind]: body })) } };
}

/** Elasticsearch's error for a template that does not exist. */
function missing(kind: Kind, name: string): StoreError {
  const what = kind === 'index_template' ? 'index template matching' : 'component template matching';
  return new StoreError(404, 'resource_not_found_exception', `${what} [${name}] not found`);
}

/** Removes templates that match a pattern. Built-in templates cannot be removed. */
function remove(engine: Engine, kind: Kind, pattern: string): Answer {
  const record = kind === 'index_template' ? 'template' : 'component';
  const names = engine.catalog.all(record).map(([name]) => name);
  for (const part of pattern.split(',')) {
    const found = names.filter((name) => wildcard(part).test(name));
    if (found.length === 0 && !part.includes('*'))
      throw new StoreError(
        404,
        kind === 'index_template' ? 'index_template_missing_exception' : 'resource_not_found_exception',
        kind === 'index_template' ? `index_template [${part}] missing` : part,
      );
    if (record === 'component') refuseInUse(engine, found);
    for (const name of found) engine.catalog.remove(record, name);
  }
  return { body: { acknowledged: true } };
}

/** Refuses to remove component templates that an index template uses. */
function refuseInUse(engine: Engine, components: string[]): void {
  const users = engine.catalog
    .all('template')
    .filter(([, template]) => components.some((name) => [template.composed_of ?? []].flat().includes(name)))
    .map(([name]) => name);
  if (users.length > 0)
    throw illegalArgument(
      `component templates [${components.join(', ')}] cannot be removed as they are still in use by index templates [${users.join(', ')}]`,
    );
}

/** Index templates and component templates. */
export function templateRoutes(route: Route, engine: Engine): void {
  const writing = 'create cause master_timeout timeout';
  const reading = 'local master_timeout flat_settings include_defaults';
  route('PUT POST', '/_index_template/:name', writing, (request) =>
    engine.write(() => putTemplate(engine, request)),
  );
  route('PUT POST', '/_component_template/:name', writing, (request) =>
    engine.write(() => putComponent(engine, request)),
  );
  route('GET', ['/_index_template', '/_index_template/:name'], reading, ({ path }) =>
    get('index_template', allTemplates(engine.catalog), path.name),
  );
  route('GET', ['/_component_template', '/_component_template/:name'], reading, ({ path }) =>
    get('component_template', engine.catalog.all('component'), path.name),
  );
  route('HEAD', '/_index_template/:name', reading, ({ path }) => ({
    status: templateNamed(engine.catalog, path.name!) ? 200 : 404,
  }));
  route('HEAD', '/_component_template/:name', reading, ({ path }) => ({
    status: engine.catalog.get('component', path.name!) ? 200 : 404,
  }));
  route('DELETE', '/_index_template/:name', writing, ({ path }) =>
    engine.write(() => remove(engine, 'index_template', path.name!)),
  );
  route('DELETE', '/_component_template/:name', writing, ({ path }) =>
    engine.write(() => remove(engine, 'component_template', path.name!)),
  );
}
