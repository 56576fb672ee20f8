import { performance } from 'node:perf_hooks';
import { setImmediate as turn } from 'node:timers/promises';
import type { Engine } from '../engine.ts';
import { contextOf, type Query } from '../query/matcher.ts';
import type { PointsInTime } from '../search/contexts.ts';
import { isContextId, keepAlive } from '../search/contexts.ts';
import { queryOf } from '../search/request.ts';
import type { SearchTarget } from '../search/run.ts';
import { docsOf, intersect } from '../storage/bits.ts';
import { illegalArgument, StoreError, validationError } from '../store-error.ts';
import type { Route, StoreRequest } from './routing.ts';
import { targetsOf } from './search-routes.ts';

/** Documents deleted in one transaction. Other writes wait for no more than these. */
const documentsPerTransaction = 2000;

/** Sequences of the documents that match, oldest first. */
function matching(target: SearchTarget, query: Query, now: number): number[] {
  const matcher = query(contextOf(target.index, now));
  return target.index.shard.segments.flatMap((segment) =>
    [...docsOf(intersect(matcher.match(segment), segment.live))].map((doc) => segment.base + doc),
  );
}

/**
 * Deletes the documents that match now, in steps. A document that changed meanwhile has another
 * sequence and stays. Returns how many were deleted.
 */
async function deleteMatching(engine: Engine, target: SearchTarget, query: Query): Promise<number> {
  const { name } = target.index.record;
  const sequences = matching(target, query, engine.now());
  let deleted = 0;
  for (let at = 0; at < sequences.length; at += documentsPerTransaction) {
    const part = sequences.slice(at, at + documentsPerTransaction);
    deleted += await engine.write(() => {
      if (!engine.catalog.get('index', name)) return 0;
      const { shard } = engine.open(name);
      const found = part
        .map((sequence) => ({ sequence, document: shard.readLive(sequence) }))
        .filter((one) => one.document);
      for (const { sequence, document } of found) shard.delete({ sequence, ...document! });
      return found.length;
    });
    await turn();
  }
  return deleted;
}

/** Members of the answer that are the same each time. */
const outcome = {
  timed_out: false,
  updated: 0,
  version_conflicts: 0,
  noops: 0,
  retries: { bulk: 0, search: 0 },
  throttled_millis: 0,
  requests_per_second: -1,
  throttled_until_millis: 0,
  failures: [],
};

/** `_delete_by_query`. It answers when all is deleted, also with `wait_for_completion=false`. */
async function deleteByQuery(engine: Engine, { path, parameters, json }: StoreRequest) {
  const started = performance.now();
  const body = json();
  if (body.query === undefined && parameters.q === undefined)
    throw new StoreError(
      400,
      'action_request_validation_exception',
      'Validation Failed: 1: query is missing;',
    );
  const unknown = Object.keys(body).find((key) => key !== 'query');
  if (unknown) throw new StoreError(400, 'parsing_exception', `request does not support [${unknown}]`);
  const query = queryOf(body, parameters);
  let deleted = 0;
  for (const target of targetsOf(engine, path.index, parameters))
    deleted += await deleteMatching(engine, target, query);
  const took = Math.round(performance.now() - started);
  return {
    body: {
      took,
      total: deleted,
      deleted,
      batches: Math.ceil(deleted / documentsPerTransaction),
      ...outcome,
    },
  };
}

/** Points in time and deletion by query. Scrolls are opened and read in `search-routes.ts`. */
export function scrollRoutes(route: Route, engine: Engine, pits: PointsInTime): void {
  const names = 'ignore_unavailable allow_no_indices expand_wildcards';
  route(
    'POST',
    '/:index/_pit',
    `${names} keep_alive preference routing allow_partial_search_results`,
    ({ path, parameters }) => {
      if (parameters.keep_alive === undefined)
        throw validationError('Validation Failed: 1: [keep_alive] is not specified;');
      const life = keepAlive(parameters.keep_alive, 'keep_alive');
      const targets = targetsOf(engine, path.index, parameters);
      const snapshot = new Map(
        targets.map(({ index: { record, shard } }) => [
          record.name,
          { uuid: record.uuid, before: shard.nextSequence },
        ]),
      );
      const shards = { total: targets.length, successful: targets.length, skipped: 0, failed: 0 };
      return { body: { id: pits.open(snapshot, life), _shards: shards } };
    },
  );
  route('DELETE', '/_pit', '', ({ json }) => {
    const id = String(json().id ?? '');
    if (!isContextId(id)) throw illegalArgument(`invalid id [${id}]`);
    const isOpen = pits.close(id);
    return { status: isOpen ? 200 : 404, body: { succeeded: isOpen, num_freed: isOpen ? 1 : 0 } };
  });
  const deleting = `${names} q df default_operator analyze_wildcard lenient conflicts refresh timeout wait_for_completion slices scroll_size scroll requests_per_second max_docs routing preference search_timeout wait_for_active_shards`;
  route('POST', '/:index/_delete_by_query', deleting, (request) => deleteByQuery(engine, request));
}
