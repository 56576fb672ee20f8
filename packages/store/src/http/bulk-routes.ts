import { performance } from 'node:perf_hooks';
import type { Engine } from '../engine.ts';
import { isObject, type JsonObject, parseJson, RawJson } from '../json.ts';
import { errorBody, illegalArgument, StoreError } from '../store-error.ts';
import type { StoreTelemetry } from '../telemetry.ts';
import { externalVersion } from '../write-checks.ts';
import { type WriteRequest, type WriteResult, writeItem } from '../write-item.ts';
import { BodyLines, type Operation, RepeatedActions } from './action-lines.ts';
import type { Route } from './routing.ts';

/** Actions of `_bulk`, one of which each action line names. */
const actions = ['index', 'create', 'update', 'delete'] as const;
/**
 * Members of an action line that the store accepts. Those that make no difference here, such as
 * `routing`, are ignored.
 */
const metaKeys = new Set([
  '_index',
  '_id',
  'routing',
  'pipeline',
  'if_seq_no',
  'if_primary_term',
  'require_alias',
  'retry_on_conflict',
  'dynamic_templates',
  'list_executed_pipelines',
  'require_data_stream',
  'version',
  'version_type',
]);

/**
 * Lines of an NDJSON body without their ends, as views of it. The last line must end, too, as
 * Elasticsearch demands.
 * @throws StoreError
 */
export function linesOf(body: Buffer): Buffer[] {
  checkEnd(body);
  const lines = new BodyLines(body);
  const found: Buffer[] = [];
  while (lines.next()) found.push(lines.line());
  return found;
}

function checkEnd(body: Buffer): void {
  if (body.length > 0 && body[body.length - 1] !== 10)
    throw illegalArgument('The bulk request must be terminated by a newline [\\n]');
}

/** Parses an action line. `number` counts from 1, for errors. */
function parseAction(line: Buffer, number: number): [WriteRequest['action'], JsonObject] {
  let value: unknown;
  try {
    value = parseJson(line);
  } catch {
    throw illegalArgument(
      `Malformed action/metadata line [${number}], expected START_OBJECT but found something that is no JSON`,
    );
  }
  const [entry, ...others] = isObject(value) ? Object.entries(value) : [];
  if (!entry || others.length > 0)
    throw illegalArgument(
      `Malformed action/metadata line [${number}], expected FIELD_NAME but found [END_OBJECT]`,
    );
  const [name, meta] = entry;
  const action = actions.find((one) => one === name);
  if (!action)
    throw illegalArgument(
      `Malformed action/metadata line [${number}], expected field [create], [delete], [index] or [update] but found [${name}]`,
    );
  if (!isObject(meta))
    throw illegalArgument(
      `Malformed action/metadata line [${number}], expected START_OBJECT but found [VALUE]`,
    );
  const unknown = Object.keys(meta).find((key) => !metaKeys.has(key));
  if (unknown)
    throw illegalArgument(`Action/metadata line [${number}] contains an unknown parameter [${unknown}]`);
  return [action, meta];
}

/** Refuses ingest pipelines: the store has none. */
export function checkPipeline(pipeline: unknown): void {
  if (pipeline !== undefined && pipeline !== null && pipeline !== '_none')
    throw illegalArgument(`pipeline with id [${String(pipeline)}] does not exist`);
}

/** Parses an action line. */
function operationOf(line: Buffer, number: number, index: string | undefined, place: number): Operation {
  const [action, meta] = parseAction(line, number);
  checkPipeline(meta.pipeline);
  const target = meta._index ?? index;
  if (target === undefined || target === null)
    throw new StoreError(
      400,
      'action_request_validation_exception',
      `Validation Failed: ${place}: index is missing;`,
    );
  if (typeof meta._id === 'object' && meta._id !== null)
    throw illegalArgument(
      `Malformed action/metadata line [${number}], expected a simple value for field [_id] but found [START_OBJECT]`,
    );
  return {
    action,
    index: String(target),
    id: meta._id === undefined || meta._id === null ? undefined : String(meta._id),
    ifSequence: meta.if_seq_no === undefined ? undefined : Number(meta.if_seq_no),
    requireAlias: meta.require_alias === true,
    external: externalVersion(meta.version, meta.version_type),
  };
}

/**
 * Parses a whole body before anything is written, so that a malformed line refuses the request and
 * not half of it.
 * @throws StoreError
 */
function parseBulk(body: Buffer, index: string | undefined): WriteRequest[] {
  checkEnd(body);
  const lines = new BodyLines(body);
  const repeated = new RepeatedActions();
  const requests: WriteRequest[] = [];
  while (lines.next()) {
    if (lines.end === lines.start) continue;
    let operation = repeated.find(lines);
    if (operation === undefined) {
      operation = operationOf(lines.line(), lines.number, index, requests.length + 1);
      repeated.learn(lines, operation);
    }
    const needsSource = operation.action !== 'delete';
    if (needsSource && !lines.next())
      throw illegalArgument(`Malformed action/metadata line [${lines.number}], expected a document after it`);
    requests.push({ ...operation, source: needsSource ? lines.line() : Buffer.alloc(0) });
  }
  if (requests.length === 0) throw new StoreError(400, 'parse_exception', 'request body is required');
  return requests;
}

/** A written document as Elasticsearch answers it. The store has one copy of each shard. */
export function resultBody({ index, id, version, sequence, result }: WriteResult, isRefreshed = false) {
  return {
    _index: index,
    _id: id,
    _version: version,
    result,
    ...(isRefreshed && { forced_refresh: true }),
    _shards:
      result === 'noop' ? { total: 0, successful: 0, failed: 0 } : { total: 1, successful: 1, failed: 0 },
    _seq_no: sequence,
    _primary_term: 1,
  };
}

/**
 * The item of an operation that was refused. Errors that are not `StoreError` pass on and abort the
 * transaction.
 */
function refused(engine: Engine, request: WriteRequest, error: unknown) {
  if (!(error instanceof StoreError)) throw error;
  const { root_cause: _, ...reason } = errorBody(error).error;
  const stream = request.action === 'create' ? engine.catalog.get('stream', request.index) : undefined;
  const name = stream?.indices.at(-1) ?? request.index;
  return { _index: name, _id: request.id ?? null, status: error.status, error: reason };
}

type Item = { result: WriteResult } | { refusal: object };

/** Runs the operations in order within one transaction. Each one succeeds or fails by itself. */
function runBulk(engine: Engine, requests: WriteRequest[]): Item[] {
  return requests.map((request) => {
    try {
      return { result: writeItem(engine, request) };
    } catch (error) {
      return { refusal: refused(engine, request, error) };
    }
  });
}

function itemBody({ action }: WriteRequest, item: Item, isRefreshed: boolean) {
  if ('refusal' in item) return { [action]: item.refusal };
  return { [action]: { ...resultBody(item.result, isRefreshed), status: item.result.status } };
}

/** Whether `filter_path` leaves only the status of an item that was written, as logboom and other shippers ask for. */
function asksStatusOnly(filter: string | undefined): boolean {
  const names = filter?.split(',') ?? [];
  const others = names.filter((name) => !/^items\.\*\.(error\.[a-z_.]+|failure_store)$/.test(name)).sort();
  return others.join() === 'errors,items.*.status,took';
}

/** The filtered answer for operations that were all written, as text: to filter it would cost more than to write it. */
function statusText(requests: WriteRequest[], items: Item[], took: number): RawJson {
  const parts = items.map((item, place) => {
    const status = 'result' in item ? item.result.status : 0;
    return `{"${requests[place]!.action}":{"status":${status}}}`;
  });
  return new RawJson(Buffer.from(`{"errors":false,"took":${took},"items":[${parts.join(',')}]}`));
}

/**
 * `_bulk`. The answer leaves when all accepted operations are on disk. `refresh` makes no
 * difference: a document can be searched as soon as it is written.
 */
export function bulkRoutes(route: Route, engine: Engine, telemetry: StoreTelemetry): void {
  const known =
    'refresh pipeline timeout wait_for_active_shards routing _source require_alias type require_data_stream list_executed_pipelines include_source_on_error';
  route('POST PUT', ['/_bulk', '/:index/_bulk'], known, async ({ path, parameters, body }) => {
    const started = performance.now();
    checkPipeline(parameters.pipeline);
    const requests = parseBulk(body, path.index);
    const isRefreshed = parameters.refresh === 'true' || parameters.refresh === '';
    const items = await engine.write(() => runBulk(engine, requests));
    const refusals = items.filter((item) => 'refusal' in item).length;
    telemetry.bulkApplied(items.length - refusals, refusals, body.length);
    const took = Math.round(performance.now() - started);
    if (refusals === 0 && asksStatusOnly(parameters.filter_path))
      return { body: statusText(requests, items, took), isFiltered: true };
    const answers = items.map((item, place) => itemBody(requests[place]!, item, isRefreshed));
    return { body: { errors: refusals > 0, took, items: answers } };
  });
}
