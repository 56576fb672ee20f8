import { performance } from 'node:perf_hooks';
import { setImmediate as turn } from 'node:timers/promises';
import type { Engine } from '../engine.ts';
import { isObject, type JsonObject, parseJson } from '../json.ts';
import { nameOptions, resolve } from '../names.ts';
import { keepAlive, type PointsInTime, Scrolls, type Snapshot } from '../search/contexts.ts';
import { fieldCaps } from '../search/field-caps.ts';
import { parseSearch, queryOf } from '../search/request.ts';
import type { SearchTarget } from '../search/run.ts';
import { Scroll } from '../search/scroll.ts';
import { count, search, shardsOf } from '../search/search.ts';
import type { Parameters } from '../search/source-filter.ts';
import { errorBody, illegalArgument, parsingError, StoreError, validationError } from '../store-error.ts';
import type { StoreTelemetry } from '../telemetry.ts';
import { linesOf } from './bulk-routes.ts';
import type { Answer, Route, StoreRequest } from './routing.ts';

/** Parameters about which indices to search. */
const names = 'ignore_unavailable allow_no_indices expand_wildcards ignore_throttled';
/** Parameters of a query in the address. */
const queries = 'q df default_operator analyzer analyze_wildcard lenient';
/** All parameters of `_search`. Those about shards, caches and routing make no difference here. */
const searchParameters = `${names} ${queries} size from sort _source _source_includes _source_excludes docvalue_fields stored_fields track_total_hits track_scores version seq_no_primary_term rest_total_hits_as_int typed_keys scroll preference routing search_type request_cache batched_reduce_size timeout terminate_after allow_partial_search_results ccs_minimize_roundtrips max_concurrent_shard_requests pre_filter_shard_size explain`;

/**
 * The indices that an expression names, opened.
 * @throws StoreError
 */
export function targetsOf(
  engine: Engine,
  expression: string | undefined,
  parameters: Parameters,
): SearchTarget[] {
  return resolve(engine.catalog, expression, nameOptions(parameters)).map((record) => ({
    index: engine.open(record.name),
  }));
}

/** The indices of a point in time that still exist, each up to its sequence. */
function snapshotTargets(engine: Engine, snapshot: Snapshot): SearchTarget[] {
  return [...snapshot].flatMap(([name, { uuid, before }]) =>
    engine.catalog.get('index', name)?.uuid === uuid ? [{ index: engine.open(name), before }] : [],
  );
}

/** Runs a search on indices or on a point in time. */
function run(
  engine: Engine,
  pits: PointsInTime,
  body: JsonObject,
  index: string | undefined,
  parameters: Parameters,
) {
  const pit = pits.of(body);
  if (pit && index !== undefined)
    throw illegalArgument(
      '[indices] cannot be used with point in time. Do not specify any index with point in time.',
    );
  const request = parseSearch(body, parameters);
  const targets = pit ? snapshotTargets(engine, pit.snapshot) : targetsOf(engine, index, parameters);
  const answer = search(engine, targets, request);
  return { ...(pit && { pit_id: pit.id }), ...answer };
}

/** Opens a scroll and returns its first page. */
function openScroll(
  engine: Engine,
  scrolls: Scrolls,
  body: JsonObject,
  index: string | undefined,
  parameters: Parameters,
) {
  const life = keepAlive(parameters.scroll, 'scroll');
  const request = parseSearch(body, parameters);
  if (request.from > 0 || request.size === 0)
    throw validationError(
      request.size === 0
        ? '[size] cannot be [0] in a scroll context'
        : 'using [from] is not allowed in a scroll context',
    );
  const scroll = new Scroll(engine, targetsOf(engine, index, parameters), request);
  // A malformed search fails on its first page, so the scroll is kept only after that.
  const page = scroll.next();
  return { _scroll_id: scrolls.open(scroll, life), ...page };
}

/** The next page of a scroll. The id stays the same for all pages. */
function nextPage(scrolls: Scrolls, { parameters, path, json }: StoreRequest): Answer {
  const body = json();
  const id = String(body.scroll_id ?? parameters.scroll_id ?? path.id ?? '');
  if (id === '') throw validationError('Validation Failed: 1: scrollId is missing;');
  const asked = body.scroll ?? parameters.scroll;
  const scroll = scrolls.use(id, asked === undefined ? undefined : keepAlive(String(asked), 'scroll'));
  return { body: { _scroll_id: id, ...scroll.next() } };
}

/** Ends scrolls by id, or all. */
function closeScrolls(scrolls: Scrolls, { path, json }: StoreRequest): Answer {
  const ids = [path.id ?? json().scroll_id ?? []].flat().map(String);
  const freed = ids.includes('_all') ? scrolls.closeAll() : ids.filter((id) => scrolls.close(id)).length;
  return {
    status: freed > 0 || ids.includes('_all') ? 200 : 404,
    body: { succeeded: true, num_freed: freed },
  };
}

/** `rest_total_hits_as_int` changes the answer; `typed_keys` is refused. */
function reshaped(answer: ReturnType<typeof run>, parameters: Parameters): unknown {
  if (parameters.typed_keys !== undefined && parameters.typed_keys !== 'false')
    throw illegalArgument('[typed_keys] is not supported by this store');
  if (parameters.rest_total_hits_as_int !== 'true' && parameters.rest_total_hits_as_int !== '') return answer;
  return { ...answer, hits: { ...answer.hits, total: answer.hits.total?.value ?? -1 } };
}

/**
 * `_msearch`: searches one by one, each of which succeeds or fails by itself. Between two searches
 * other requests get their turn, and the rest is dropped when the client is gone.
 */
async function multiSearch(
  engine: Engine,
  pits: PointsInTime,
  { body, path, parameters, isGone }: StoreRequest,
): Promise<Answer> {
  const started = performance.now();
  const lines = linesOf(body).filter((line, at) => line.length > 0 || at % 2 === 0);
  if (lines.length === 0)
    throw new StoreError(400, 'parse_exception', 'request body or source parameter is required');
  // All searches are parsed before the first runs: a malformed one refuses the whole request.
  const searches = Array.from({ length: lines.length >> 1 }, (_, at) =>
    readSearch(lines[2 * at]!, lines[2 * at + 1]!, path.index, parameters),
  );
  const responses: unknown[] = [];
  for (const { index, body: search, own } of searches) {
    try {
      responses.push({ ...run(engine, pits, search, index, own), status: 200 });
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      responses.push(errorBody(error));
    }
    // Other requests get their turn here. Searches for a client that is gone are dropped.
    await turn();
    if (isGone()) break;
  }
  return { body: { took: Math.round(performance.now() - started), responses } };
}

/** Members of a header line of `_msearch`. */
const headerKeys =
  'index indices type preference routing search_type request_cache ignore_unavailable allow_no_indices expand_wildcards ignore_throttled ccs_minimize_roundtrips allow_partial_search_results'.split(
    ' ',
  );

/** Parses a header line and a body line of `_msearch`. */
function readSearch(head: Buffer, line: Buffer, index: string | undefined, parameters: Parameters) {
  try {
    const header = head.length === 0 ? {} : (parseJson(head) as JsonObject);
    const unknown = Object.keys(header).find((key) => !headerKeys.includes(key));
    if (unknown) throw illegalArgument(`key [${unknown}] is not supported in the metadata section`);
    const body = parseJson(line);
    if (!isObject(body)) throw parsingError('Expected [START_OBJECT]');
    const entries = Object.entries(header).map(([key, value]) => [key, [value].flat().join(',')]);
    const own: Parameters = { ...parameters, ...Object.fromEntries(entries) };
    parseSearch(body, own);
    return { index: own.index ?? index, body, own };
  } catch (error) {
    if (error instanceof SyntaxError) throw parsingError(`Failed to parse msearch: ${error.message}`);
    throw error;
  }
}

/** `_count` */
function countHits(engine: Engine, { path, parameters, json }: StoreRequest): Answer {
  const body = json();
  const unknown = Object.keys(body).find((key) => key !== 'query');
  if (unknown) throw parsingError(`request does not support [${unknown}]`);
  const query = queryOf(body, parameters);
  const targets = targetsOf(engine, path.index, parameters);
  return { body: { count: count(targets, query, engine.now()), _shards: shardsOf(targets.length) } };
}

/** Searches, scrolls, counts and field capabilities. */
export function searchRoutes(
  route: Route,
  engine: Engine,
  telemetry: StoreTelemetry,
  pits: PointsInTime,
): void {
  const scrolls = new Scrolls(engine.now);
  route('GET POST', ['/_search', '/:index/_search'], searchParameters, ({ path, parameters, json }) => {
    const started = performance.now();
    const isScroll = parameters.scroll !== undefined;
    const body = isScroll
      ? openScroll(engine, scrolls, json(), path.index, parameters)
      : run(engine, pits, json(), path.index, parameters);
    telemetry.searched(performance.now() - started, path.index ?? '_all');
    return { body: reshaped(body, parameters) };
  });
  const scrolling = 'scroll scroll_id rest_total_hits_as_int';
  route('GET POST', ['/_search/scroll', '/_search/scroll/:id'], scrolling, (request) =>
    nextPage(scrolls, request),
  );
  route('DELETE', ['/_search/scroll', '/_search/scroll/:id'], '', (request) =>
    closeScrolls(scrolls, request),
  );
  route(
    'GET POST',
    ['/_msearch', '/:index/_msearch'],
    `${searchParameters} max_concurrent_searches`,
    (request) => multiSearch(engine, pits, request),
  );
  route(
    'GET POST',
    ['/_count', '/:index/_count'],
    `${names} ${queries} min_score preference routing terminate_after`,
    (request) => countHits(engine, request),
  );
  route(
    'GET POST',
    ['/_field_caps', '/:index/_field_caps'],
    `${names} fields include_unmapped filters types include_empty_fields`,
    ({ path, parameters, json }) => ({
      body: fieldCaps(
        targetsOf(engine, path.index, parameters),
        parameters.fields ?? json().fields,
        parameters.include_unmapped === 'true',
      ),
    }),
  );
}
