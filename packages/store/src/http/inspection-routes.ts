import type { Engine } from '../engine.ts';
import type { JsonObject } from '../json.ts';
import type { Mapping } from '../mapping/mapping.ts';
import { nameOptions, resolve } from '../names.ts';
import { contextOf } from '../query/matcher.ts';
import { queryOf } from '../search/request.ts';
import { StoreError } from '../store-error.ts';
import type { Answer, Route, StoreRequest } from './routing.ts';
import { targetsOf } from './searching.ts';

const names = 'ignore_unavailable allow_no_indices expand_wildcards';

/** The definition of a field in its mapping, sub-fields included. */
function definitionOf(mapping: Mapping, name: string): JsonObject | undefined {
  let place: JsonObject | undefined = mapping.definition;
  for (const step of name.split('.')) {
    const members = (place?.properties ?? place?.fields) as JsonObject | undefined;
    place = members?.[step] as JsonObject | undefined;
  }
  return place;
}

/** `_mapping/field` */
function fieldMappings(engine: Engine, { path, parameters }: StoreRequest): Answer {
  const shown = targetsOf(engine, path.index, parameters).map(({ index: { record, shard } }) => {
    const found = path.fields!.split(',').flatMap((pattern) => shard.mapping.named(pattern));
    const mappings = found.map(([name]) => {
      const leaf = name.slice(name.lastIndexOf('.') + 1);
      return [name, { full_name: name, mapping: { [leaf]: definitionOf(shard.mapping, name) } }];
    });
    return [record.name, { mappings: Object.fromEntries(mappings) }];
  });
  return { body: Object.fromEntries(shown) };
}

/**
 * `_validate/query`: whether a query can run on the indices. A fault of the query is the answer,
 * not an error.
 */
function validate(engine: Engine, { path, parameters, json }: StoreRequest): Answer {
  const targets = targetsOf(engine, path.index, parameters);
  const _shards = { total: targets.length, successful: targets.length, failed: 0 };
  try {
    const query = queryOf(json(), parameters);
    for (const { index } of targets) query(contextOf(index, engine.now()));
    return { body: { _shards, valid: true } };
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    return { body: { _shards, valid: false, error: error.message } };
  }
}

/** Rows of `_cat/aliases`, one for each alias of an index. */
export function aliasRows(engine: Engine, { path, parameters }: StoreRequest): Record<string, string>[] {
  const wanted = path.name?.split(',');
  return resolve(engine.catalog, undefined, { ...nameOptions(parameters), hidden: true }).flatMap((record) =>
    Object.entries(record.aliases)
      .filter(([alias]) => !wanted || wanted.includes(alias))
      .map(([alias, options]) => {
        const isWriter = (options as JsonObject).is_write_index;
        const writer = isWriter === undefined ? '-' : String(isWriter);
        return {
          alias,
          index: record.name,
          filter: '-',
          'routing.index': '-',
          'routing.search': '-',
          is_write_index: writer,
        };
      }),
  );
}

/** Requests that only inspect: definitions of fields, and whether a query would run. */
export function inspectionRoutes(route: Route, engine: Engine): void {
  route('GET', ['/_mapping/field/:fields', '/:index/_mapping/field/:fields'], names, (request) =>
    fieldMappings(engine, request),
  );
  const asking = `${names} q df default_operator analyze_wildcard lenient explain rewrite all_shards`;
  route('GET POST', ['/_validate/query', '/:index/_validate/query'], asking, (request) =>
    validate(engine, request),
  );
}
