import type { Engine } from '../engine.ts';
import type { JsonObject } from '../json.ts';
import { Pace } from '../query/pace.ts';
import { keepAlive, type PointsInTime, Scrolls } from '../search/contexts.ts';
import { fieldCaps } from '../search/field-caps.ts';
import { parseSearch, queryOf } from '../search/request.ts';
import { Scroll } from '../search/scroll.ts';
import { count, shardsOf } from '../search/search.ts';
import type { Parameters } from '../search/source-filter.ts';
import type { Turns } from '../search/turns.ts';
import { illegalArgument, parsingError, validationError } from '../store-error.ts';
import type { StoreTelemetry } from '../telemetry.ts';
import { multiSearch } from './multi-search.ts';
import type { Answer, Route, StoreRequest } from './routing.ts';
import { noting, run, type Searching, targetsOf } from './searching.ts';

/** Parameters about which indices to search. */
const names = 'ignore_unavailable allow_no_indices expand_wildcards ignore_throttled';
/** Parameters of a query in the address. */
const queries = 'q df default_operator analyzer analyze_wildcard lenient';
/** All parameters of `_search`. Those about shards, caches and routing make no difference here. */
const searchParameters = `${names} ${queries} size from sort _source _source_includes _source_excludes docvalue_fields stored_fields track_total_hits track_scores version seq_no_primary_term rest_total_hits_as_int typed_keys scroll preference routing search_type request_cache batched_reduce_size timeout terminate_after allow_partial_search_results ccs_minimize_roundtrips max_concurrent_shard_requests pre_filter_shard_size explain`;

/** Opens a scroll and returns its first page. */
async function openScroll(
  { engine, turns }: Searching,
  scrolls: Scrolls,
  body: JsonObject,
  index: string | undefined,
  parameters: Parameters,
  isGone: () => boolean,
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
  const page = await turns.run(scroll.next(), scroll.pace, isGone);
  return { _scroll_id: scrolls.open(scroll, life), ...page };
}

/** The next page of a scroll. The id stays the same for all pages. */
async function nextPage(
  { turns }: Searching,
  scrolls: Scrolls,
  { parameters, path, json, isGone }: StoreRequest,
): Promise<Answer> {
  const body = json();
  const id = String(body.scroll_id ?? parameters.scroll_id ?? path.id ?? '');
  if (id === '') throw validationError('Validation Failed: 1: scrollId is missing;');
  const asked = body.scroll ?? parameters.scroll;
  const scroll = scrolls.use(id, asked === undefined ? undefined : keepAlive(String(asked), 'scroll'));
  return { body: { _scroll_id: id, ...(await turns.run(scroll.next(), scroll.pace, isGone)) } };
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
function reshaped(answer: Awaited<ReturnType<typeof run>>, parameters: Parameters): unknown {
  if (parameters.typed_keys !== undefined && parameters.typed_keys !== 'false')
    throw illegalArgument('[typed_keys] is not supported by this store');
  if (parameters.rest_total_hits_as_int !== 'true' && parameters.rest_total_hits_as_int !== '') return answer;
  return { ...answer, hits: { ...answer.hits, total: answer.hits.total?.value ?? -1 } };
}

/** `_count` */
async function countHits(
  { engine, turns }: Searching,
  { path, parameters, json, isGone }: StoreRequest,
): Promise<Answer> {
  const body = json();
  const unknown = Object.keys(body).find((key) => key !== 'query');
  if (unknown) throw parsingError(`request does not support [${unknown}]`);
  const query = queryOf(body, parameters);
  const targets = targetsOf(engine, path.index, parameters);
  const pace = new Pace();
  const found = await turns.run(count(targets, query, engine.now(), pace), pace, isGone);
  return { body: { count: found, _shards: shardsOf(targets.length) } };
}

/** Searches, scrolls, counts and field capabilities. */
export function searchRoutes(
  route: Route,
  engine: Engine,
  telemetry: StoreTelemetry,
  pits: PointsInTime,
  turns: Turns,
): void {
  const scrolls = new Scrolls(engine.now);
  const searching: Searching = { engine, pits, turns, telemetry };
  route('GET POST', ['/_search', '/:index/_search'], searchParameters, (request) =>
    noting(telemetry, request, async ({ path, parameters, json, isGone }) => {
      const isScroll = parameters.scroll !== undefined;
      const body = isScroll
        ? await openScroll(searching, scrolls, json(), path.index, parameters, isGone)
        : await run(searching, json(), path.index, parameters, isGone);
      return { body: reshaped(body, parameters) };
    }),
  );
  const scrolling = 'scroll scroll_id rest_total_hits_as_int';
  route('GET POST', ['/_search/scroll', '/_search/scroll/:id'], scrolling, (request) =>
    nextPage(searching, scrolls, request),
  );
  route('DELETE', ['/_search/scroll', '/_search/scroll/:id'], '', (request) =>
    closeScrolls(scrolls, request),
  );
  route(
    'GET POST',
    ['/_msearch', '/:index/_msearch'],
    `${searchParameters} max_concurrent_searches`,
    (request) => noting(telemetry, request, (one) => multiSearch(searching, one)),
  );
  route(
    'GET POST',
    ['/_count', '/:index/_count'],
    `${names} ${queries} min_score preference routing terminate_after`,
    (request) => noting(telemetry, request, (one) => countHits(searching, one)),
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
