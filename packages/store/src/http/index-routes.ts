import type { Engine } from '../engine.ts';
import { isObject, type JsonObject, wildcard } from '../json.ts';
import { Mapping } from '../mapping/mapping.ts';
import { clone, expandMapping, mergeMapping } from '../mapping/merge.ts';
import { checkedName, nameOptions, resolve } from '../names.ts';
import { illegalArgument, StoreError } from '../store-error.ts';
import { mergeSettings, normalSettings, templateFor } from '../templates.ts';
import type { Answer, Route, StoreRequest } from './routing.ts';
import { resolveNames, streamRoutes } from './stream-routes.ts';

/** Parameters of requests that name indices. */
const names = 'ignore_unavailable allow_no_indices expand_wildcards local master_timeout timeout';

/** Refuses a name that an index or a data stream has. */
function assertAbsent(engine: Engine, name: string): void {
  const record = engine.catalog.get('index', name);
  if (record)
    throw new StoreError(
      400,
      'resource_already_exists_exception',
      `index [${name}/${record.uuid}] already exists`,
      { index_uuid: record.uuid, index: name },
    );
  if (engine.catalog.get('stream', name))
    throw new StoreError(400, 'resource_already_exists_exception', `data stream [${name}] already exists`);
}

/**
 * Creates an index from its template and the request, which takes precedence. The mapping is
 * compiled once to refuse what is wrong with it.
 */
function create(engine: Engine, { path, json }: StoreRequest): Answer {
  const name = checkedName(path.index!);
  const body = json();
  const unknown = Object.keys(body).find((key) => !['settings', 'mappings', 'aliases'].includes(key));
  if (unknown) throw new StoreError(400, 'parse_exception', `unknown key [${unknown}] for create index`);
  assertAbsent(engine, name);
  const composed = templateFor(engine.catalog, name);
  if (composed?.isStream)
    throw illegalArgument(
      `cannot create index with name [${name}], because it matches with template [${composed.template}] that creates data streams only, use create data stream api instead`,
    );
  const own = isObject(body.mappings) ? expandMapping(body.mappings) : {};
  const mappings = mergeMapping(composed?.mappings ?? {}, own);
  new Mapping(clone(mappings));
  const settings = mergeSettings(composed?.settings ?? {}, normalSettings(body.settings));
  const aliases = { ...composed?.aliases, ...(body.aliases as JsonObject | undefined) };
  engine.createIndex(name, { mappings, settings, aliases });
  return { body: { acknowledged: true, shards_acknowledged: true, index: name } };
}

/**
 * Deletes indices. As in Elasticsearch, patterns and aliases are not accepted, nor the write index
 * of a data stream.
 */
function remove(engine: Engine, { path, parameters }: StoreRequest): Answer {
  const expression = path.index!;
  if (engine.catalog.get('stream', expression))
    throw new StoreError(404, 'index_not_found_exception', `no such index [${expression}]`, {
      'resource.type': 'index_or_alias',
      'resource.id': expression,
      index_uuid: '_na_',
      excluded_ds: 'true',
      index: expression,
    });
  if (/[*]|^_all$/.test(expression))
    throw illegalArgument('Wildcard expressions or all indices are not allowed');
  for (const record of resolve(engine.catalog, expression, nameOptions(parameters))) {
    if (record.stream)
      throw illegalArgument(
        `index [${record.name}] is the write index for data stream [${record.stream}] and cannot be deleted`,
      );
    if (record.name !== expression && !expression.split(',').includes(record.name))
      throw illegalArgument(
        `The provided expression [${expression}] matches an alias, specify the corresponding concrete indices instead.`,
      );
    engine.deleteIndex(record);
  }
  return { body: { acknowledged: true } };
}

/** A mapping as Elasticsearch shows it: members sorted, and an empty object with its type. */
function shownMapping(mapping: JsonObject): JsonObject {
  const { properties } = mapping;
  if (!isObject(properties)) return mapping;
  const shown = Object.entries(properties).map(([name, child]): [string, JsonObject] => {
    const one = child as JsonObject;
    return [name, Object.keys(one).length === 0 ? { type: 'object' } : shownMapping(one)];
  });
  return { ...mapping, properties: Object.fromEntries(shown.sort(([a], [b]) => (a < b ? -1 : 1))) };
}

/** The indices that a request names. */
function records(engine: Engine, { path, parameters }: StoreRequest) {
  return resolve(engine.catalog, path.index, nameOptions(parameters));
}

/** `GET _mapping` */
function getMapping(engine: Engine, request: StoreRequest): Answer {
  const found = records(engine, request).map(({ name, mappings }) => [
    name,
    { mappings: shownMapping(mappings) },
  ]);
  return { body: Object.fromEntries(found) };
}

/** Merges a mapping into each index. All merges are checked before any index changes. */
function putMapping(engine: Engine, request: StoreRequest): Answer {
  const added = expandMapping(request.json());
  const merged = records(engine, request).map((record) => {
    const mappings = mergeMapping(clone(record.mappings), clone(added), '', true);
    new Mapping(clone(mappings));
    return { record, mappings };
  });
  for (const { record, mappings } of merged) engine.remap(engine.open(record.name), mappings);
  return { body: { acknowledged: true } };
}

/** `GET _settings`, filtered by patterns. */
function getSettings(engine: Engine, request: StoreRequest): Answer {
  const patterns = (request.path.setting ?? '*').split(',').map(wildcard);
  const shown = (settings: JsonObject) => {
    const flat: [string, unknown][] = [];
    const visit = (value: unknown, path: string) => {
      if (isObject(value))
        for (const [key, member] of Object.entries(value)) visit(member, path ? `${path}.${key}` : key);
      else flat.push([path, value]);
    };
    visit(settings, '');
    return normalSettings(
      Object.fromEntries(flat.filter(([path]) => patterns.some((pattern) => pattern.test(path)))),
    );
  };
  return {
    body: Object.fromEntries(
      records(engine, request).map(({ name, settings }) => [name, { settings: shown(settings) }]),
    ),
  };
}

/** Merges settings. The store honours those of the mapping and keeps the others. */
function putSettings(engine: Engine, request: StoreRequest): Answer {
  const body = request.json();
  const added = normalSettings(isObject(body.settings) ? body.settings : body);
  for (const record of records(engine, request))
    engine.remap(engine.open(record.name), record.mappings, mergeSettings(record.settings, added));
  return { body: { acknowledged: true } };
}

/** `GET /INDEX` */
function getIndex(engine: Engine, request: StoreRequest): Answer {
  const found = records(engine, request).map(({ name, aliases, mappings, settings, stream }) => [
    name,
    { aliases, mappings: shownMapping(mappings), settings, ...(stream && { data_stream: stream }) },
  ]);
  return { body: Object.fromEntries(found) };
}

/** `HEAD /INDEX` */
function exists(engine: Engine, { path, parameters }: StoreRequest): Answer {
  try {
    return {
      status:
        resolve(engine.catalog, path.index, nameOptions(parameters)).length > 0 || path.index!.includes('*')
          ? 200
          : 404,
    };
  } catch (error) {
    if (error instanceof StoreError && error.status === 404) return { status: 404 };
    throw error;
  }
}

/**
 * The answer of `_refresh` and `_flush`, which have nothing to do: documents are on disk and can be
 * searched when they were answered.
 */
const refreshed = (engine: Engine, request: StoreRequest): Answer => {
  const total = records(engine, request).length;
  return { body: { _shards: { total, successful: total, failed: 0 } } };
};

/** Indices, their mappings and settings, and through `streamRoutes` data streams and aliases. */
export function indexRoutes(route: Route, engine: Engine): void {
  const write = (work: (request: StoreRequest) => Answer) => (request: StoreRequest) =>
    engine.write(() => work(request));
  route(
    'PUT',
    '/:index',
    `${names} wait_for_active_shards`,
    write((request) => create(engine, request)),
  );
  route(
    'DELETE',
    '/:index',
    names,
    write((request) => remove(engine, request)),
  );
  route('GET', '/:index', `${names} flat_settings include_defaults features`, (request) =>
    getIndex(engine, request),
  );
  route('HEAD', '/:index', `${names} flat_settings include_defaults`, (request) => exists(engine, request));
  route('GET', ['/_mapping', '/:index/_mapping'], names, (request) => getMapping(engine, request));
  route(
    'PUT POST',
    '/:index/_mapping',
    `${names} write_index_only`,
    write((request) => putMapping(engine, request)),
  );
  const settings = `${names} flat_settings include_defaults`;
  route('GET', ['/_settings', '/:index/_settings', '/:index/_settings/:setting'], settings, (request) =>
    getSettings(engine, request),
  );
  route(
    'PUT',
    ['/_settings', '/:index/_settings'],
    `${settings} preserve_existing`,
    write((request) => putSettings(engine, request)),
  );
  route(
    'GET POST',
    ['/_refresh', '/:index/_refresh', '/_flush', '/:index/_flush'],
    `${names} force wait_if_ongoing`,
    (request) => refreshed(engine, request),
  );
  // There are no merges. The answer is that of a merge with nothing to do.
  route(
    'POST',
    ['/_forcemerge', '/:index/_forcemerge'],
    `${names} max_num_segments only_expunge_deletes flush wait_for_completion`,
    (request) => refreshed(engine, request),
  );
  route(
    'GET',
    '/_resolve/index/:index',
    'expand_wildcards ignore_unavailable allow_no_indices',
    (request) => ({ body: resolveNames(engine, request) }),
  );
  streamRoutes(route, engine);
}
