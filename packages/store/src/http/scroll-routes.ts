import { performance } from 'node:perf_hooks';
import { setImmediate as turn } from 'node:timers/promises';
import type { Engine } from '../engine.ts';
import type { Query } from '../query/matcher.ts';
import { Pace } from '../query/pace.ts';
import type { PointsInTime } from '../search/contexts.ts';
import { isContextId, keepAlive } from '../search/contexts.ts';
import { queryOf } from '../search/request.ts';
import type { SearchTarget } from '../search/run.ts';
import { matching } from '../search/search.ts';
import type { Turns } from '../search/turns.ts';
import { docsOf } from '../storage/bits.ts';
import { illegalArgument, StoreError, validationError } from '../store-error.ts';
import type { Route, StoreRequest } from './routing.ts';
import { targetsOf } from './searching.ts';

/** Documents deleted in one transaction. Other writes wait for no more than these. */
const documentsPerTransaction = 2000;

/** Sequences of the documents that match, oldest first. */
async function sequencesOf(
  { engine, turns }: Deleting,
  { index }: SearchTarget,
  query: Query,
  isGone: () => boolean,
): Promise<number[]> {
  const found: number[] = [];
  const pace = new Pace();
  const search = matching(index, query, engine.now(), pace, ({ base }, bits) => {
    for (const doc of docsOf(bits)) found.push(base + doc);
  });
  await turns.run(search, pace, isGone);
  return found;
}

/** What a deletion by query needs besides the request. */
interface Deleting {
  engine: Engine;
  turns: Turns;
}

/**
 * Deletes the documents that match now, in steps. A document that changed meanwhile has another
 * sequence and stays. Returns how many were deleted.
 */
async function deleteMatching(
  deleting: Deleting,
  target: SearchTarget,
  query: Query,
  isGone: () => boolean,
): Promise<number> {
  const { engine } = deleting;
  const { name } = target.index.record;
  const sequences = await sequencesOf(deleting, target, query, isGone);
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
async function deleteByQuery(deleting: Deleting, { path, parameters, json, isGone }: StoreRequest) {
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
  for (const target of targetsOf(deleting.engine, path.index, parameters))
    deleted += await deleteMatching(deleting, target, query, isGone);
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
export function scrollRoutes(route: Route, engine: Engine, pits: PointsInTime, turns: Turns): void {
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
      const point = new Map(
        targets.map(({ index: { record, shard } }) => [
          record.name,
          { uuid: record.uuid, before: shard.nextSequence },
        ]),
      );
      const shards = { total: targets.length, successful: targets.length, skipped: 0, failed: 0 };
      return { body: { id: pits.open(point, life), _shards: shards } };
    },
  );
  route('DELETE', '/_pit', '', ({ json }) => {
    const id = String(json().id ?? '');
    if (!isContextId(id)) throw illegalArgument(`invalid id [${id}]`);
    const isOpen = pits.close(id);
    return { status: isOpen ? 200 : 404, body: { succeeded: isOpen, num_freed: isOpen ? 1 : 0 } };
  });
  const deleting = `${names} q df default_operator analyze_wildcard lenient conflicts refresh timeout wait_for_completion slices scroll_size scroll requests_per_second max_docs routing preference search_timeout wait_for_active_shards`;
  route('POST', '/:index/_delete_by_query', deleting, (request) => deleteByQuery({ engine, turns }, request));
}
