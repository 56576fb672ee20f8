import type { Engine } from '../engine.ts';
import { isObject, type JsonObject, wildcard } from '../json.ts';
import { checkedName, nameOptions, resolve } from '../names.ts';
import type { StreamRecord } from '../storage/catalog.ts';
import { illegalArgument, indexNotFound, parsingError, StoreError } from '../store-error.ts';
import { templateFor } from '../templates.ts';
import type { Answer, Route, StoreRequest } from './routing.ts';

/**
 * The data streams that an expression names.
 * @throws StoreError where a name without `*` names none.
 */
function streamsNamed(engine: Engine, expression: string | undefined): StreamRecord[] {
  const all = engine.catalog.all('stream');
  return (expression ?? '*').split(',').flatMap((part) => {
    const found = all.filter(([name]) => wildcard(part === '_all' ? '*' : part).test(name));
    if (found.length === 0 && !part.includes('*') && part !== '_all') throw indexNotFound(part);
    return found.map(([, stream]) => stream);
  });
}

/** A data stream as Elasticsearch shows it. */
function shownStream(engine: Engine, { name, template, indices, generation }: StreamRecord) {
  const backing = indices.map((index) => ({
    index_name: index,
    index_uuid: engine.catalog.get('index', index)?.uuid ?? '',
    prefer_ilm: true,
    managed_by: 'Unmanaged',
  }));
  const flags = {
    hidden: false,
    system: false,
    allow_custom_routing: false,
    replicated: false,
    rollover_on_write: false,
  };
  return {
    name,
    timestamp_field: { name: '@timestamp' },
    indices: backing,
    generation,
    status: 'GREEN',
    template,
    next_generation_managed_by: 'Unmanaged',
    prefer_ilm: true,
    ...flags,
  };
}

/** Creates a data stream, which needs a matching template. */
function createStream(engine: Engine, name: string): Answer {
  checkedName(name);
  if (engine.catalog.get('stream', name))
    throw new StoreError(400, 'resource_already_exists_exception', `data_stream [${name}] already exists`);
  const composed = templateFor(engine.catalog, name);
  if (!composed) throw illegalArgument(`no matching index template found for data stream [${name}]`);
  if (!composed.isStream)
    throw illegalArgument(
      `matching index template [${composed.template}] for data stream [${name}] has no data stream template`,
    );
  engine.createStream(name, composed);
  return { body: { acknowledged: true } };
}

/** `_resolve/index`: which indices, aliases and data streams an expression names. */
export function resolveNames(engine: Engine, { path, parameters }: StoreRequest): unknown {
  const { catalog } = engine;
  const options = nameOptions(parameters);
  const matchers = path.index!.split(',').map(wildcard);
  const matches = (name: string) => matchers.some((matcher) => matcher.test(name));
  if (!path.index!.includes('*')) resolve(catalog, path.index, options);
  const indices = catalog
    .all('index')
    .filter(
      ([name, { stream }]) =>
        matches(name) && (options.hidden || !(stream || name.startsWith('.')) || path.index === name),
    );
  const aliases = new Map<string, string[]>();
  for (const [name, record] of catalog.all('index'))
    for (const alias of Object.keys(record.aliases))
      if (matches(alias)) aliases.set(alias, [...(aliases.get(alias) ?? []), name]);
  return {
    indices: indices.map(([name, { stream, aliases: own }]) => ({
      name,
      ...(Object.keys(own).length > 0 && { aliases: Object.keys(own) }),
      attributes: stream ? ['hidden', 'open'] : ['open'],
      ...(stream && { data_stream: stream }),
    })),
    aliases: [...aliases].map(([name, members]) => ({ name, indices: members })),
    data_streams: catalog
      .all('stream')
      .filter(([name]) => matches(name))
      .map(([name, stream]) => ({ name, backing_indices: stream.indices, timestamp_field: '@timestamp' })),
  };
}

/** Aliases by index. */
function getAliases(engine: Engine, { path }: StoreRequest): Answer {
  const wanted = path.name === undefined ? undefined : path.name.split(',').map(wildcard);
  const found = resolve(engine.catalog, path.index, {
    ignoreUnavailable: false,
    allowNoIndices: true,
    hidden: true,
  }).map(({ name, aliases }): [string, { aliases: JsonObject }] => {
    const kept = Object.entries(aliases).filter(
      ([alias]) => !wanted || wanted.some((one) => one.test(alias)),
    );
    return [name, { aliases: Object.fromEntries(kept) }];
  });
  const shown = wanted ? found.filter(([, { aliases }]) => Object.keys(aliases).length > 0) : found;
  if (wanted && shown.length === 0 && !path.name!.includes('*'))
    return { status: 404, body: { error: `alias [${path.name}] missing`, status: 404 } };
  return { body: Object.fromEntries(shown) };
}

/** Adds an alias to indices. Filters and routing are not supported and refused. */
function putAlias(engine: Engine, expression: string, alias: string, body: JsonObject): void {
  const unknown = Object.keys(body).find((key) => !['is_write_index', 'is_hidden'].includes(key));
  if (unknown) throw illegalArgument(`alias option [${unknown}] is not supported by this store`);
  checkedName(alias);
  if (engine.catalog.get('index', alias) || engine.catalog.get('stream', alias))
    throw new StoreError(
      400,
      'invalid_alias_name_exception',
      `Invalid alias name [${alias}]: an index or data stream exists with the same name as the alias`,
    );
  for (const record of resolve(engine.catalog, expression))
    engine.catalog.put('index', record.name, { ...record, aliases: { ...record.aliases, [alias]: body } });
}

/**
 * Removes aliases that match a pattern.
 * @throws StoreError where none does.
 */
function removeAlias(engine: Engine, expression: string, pattern: string): void {
  const matcher = wildcard(pattern === '_all' ? '*' : pattern);
  let removed = 0;
  for (const record of resolve(engine.catalog, expression)) {
    const kept = Object.entries(record.aliases).filter(([alias]) => !matcher.test(alias));
    removed += Object.keys(record.aliases).length - kept.length;
    engine.catalog.put('index', record.name, { ...record, aliases: Object.fromEntries(kept) });
  }
  if (removed === 0)
    throw new StoreError(404, 'aliases_not_found_exception', `aliases [${pattern}] missing`, {
      'resource.type': 'aliases',
      'resource.id': pattern,
    });
}

/**
 * `_aliases`: all actions in one transaction. An action that fails leaves those before it in
 * effect.
 */
function changeAliases(engine: Engine, { json }: StoreRequest): Answer {
  const { actions } = json();
  if (!Array.isArray(actions) || actions.length === 0) throw illegalArgument('No action specified');
  for (const action of actions) {
    const [kind, options] = Object.entries(isObject(action) ? action : {})[0] ?? ['', null];
    if (!isObject(options) || (kind !== 'add' && kind !== 'remove'))
      throw parsingError(`[alias_action] unknown action [${kind}]`);
    const { index, indices, alias, aliases, ...rest } = options;
    const expression = [index ?? indices ?? []].flat().join(',');
    for (const name of [alias ?? aliases ?? []].flat().map(String))
      if (kind === 'add') putAlias(engine, expression, name, rest);
      else removeAlias(engine, expression, name);
  }
  return { body: { acknowledged: true, errors: false } };
}

/** Data streams and aliases. */
export function streamRoutes(route: Route, engine: Engine): void {
  const known = 'expand_wildcards master_timeout timeout include_defaults verbose';
  route('GET', ['/_data_stream', '/_data_stream/:name'], known, ({ path }) => ({
    body: { data_streams: streamsNamed(engine, path.name).map((stream) => shownStream(engine, stream)) },
  }));
  route('PUT', '/_data_stream/:name', known, ({ path }) =>
    engine.write(() => createStream(engine, path.name!)),
  );
  route('DELETE', '/_data_stream/:name', known, ({ path }) =>
    engine.write(() => {
      for (const stream of streamsNamed(engine, path.name)) engine.deleteStream(stream);
      return { body: { acknowledged: true } };
    }),
  );
  const reading = 'ignore_unavailable allow_no_indices expand_wildcards local master_timeout timeout';
  route('GET', ['/_alias', '/_alias/:name', '/:index/_alias', '/:index/_alias/:name'], reading, (request) =>
    getAliases(engine, request),
  );
  route('HEAD', ['/_alias/:name', '/:index/_alias/:name'], reading, (request) => ({
    status: getAliases(engine, request).status ?? 200,
  }));
  route('PUT POST', ['/:index/_alias/:name', '/:index/_aliases/:name'], reading, ({ path, json }) =>
    engine.write(() => {
      putAlias(engine, path.index!, path.name!, json());
      return { body: { acknowledged: true } };
    }),
  );
  route('DELETE', '/:index/_alias/:name', reading, ({ path }) =>
    engine.write(() => {
      removeAlias(engine, path.index!, path.name!);
      return { body: { acknowledged: true } };
    }),
  );
  route('POST', '/_aliases', reading, (request) => engine.write(() => changeAliases(engine, request)));
}
